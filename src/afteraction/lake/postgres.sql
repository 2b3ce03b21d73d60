-- What a lake in PostgreSQL consists of, made by whoever pushes first: parts, their rows, the view that every question
-- asks, and DuckDB's functions that PostgreSQL has not, or has with another meaning.
-- Texts compare by their bytes, as they do in DuckDB, whatever the language of the database.
create schema if not exists afteraction;
set search_path = afteraction, pg_catalog;
create table if not exists parts (
    "day" text not null,
    name text primary key,
    writer text not null,
    size bigint not null
);
create table if not exists part_rows (
    part text not null references parts (name) on delete cascade,
    "day" text,
    invocation_id text collate "C",
    workflow_id text collate "C",
    parent_invocation_id text collate "C",
    agent_name text collate "C",
    task_description text collate "C",
    "timestamp" text collate "C",
    status text collate "C",
    execution_time_ms bigint,
    error_message text collate "C",
    error_masked text collate "C",
    user_accepted boolean,
    started_at_ms bigint,
    ended_at_ms bigint,
    "date" date,
    "hour" bigint,
    weekday bigint,
    model_tier text collate "C",
    tools_used text[],
    files_modified text[],
    schema_version bigint,
    source text collate "C",
    client text collate "C",
    client_version text collate "C",
    session_id text collate "C",
    prompt_id text collate "C",
    tool_use_id text collate "C",
    agent_id text collate "C",
    traceparent text collate "C",
    project text collate "C",
    model text collate "C",
    tokens_input bigint,
    tokens_output bigint,
    tokens_cache_read bigint,
    tokens_cache_creation bigint,
    cost_usd double precision,
    tool_calls bigint,
    tool_errors bigint,
    tools jsonb,
    files_read text[],
    lines_added bigint,
    lines_removed bigint,
    background boolean,
    depth bigint,
    rounds bigint,
    definition_path text collate "C",
    definition_sha256 text collate "C",
    task_type text collate "C",
    outcome_category text collate "C",
    outcome_evidence text[],
    acceptance_source text collate "C",
    acceptance_signal text collate "C",
    acceptance_at text collate "C",
    acceptance_evidence text[],
    acceptance_note text collate "C",
    writer text,
    pushed_at_ms bigint
);
create index if not exists part_rows_part on part_rows (part);
create index if not exists part_rows_started on part_rows (started_at_ms);
create or replace view invocations as
select
    invocation_id, workflow_id, parent_invocation_id, agent_name, task_description, "timestamp", status,
    execution_time_ms, error_message, error_masked, user_accepted, started_at_ms, ended_at_ms, "date", "hour", weekday,
    model_tier, tools_used, files_modified, schema_version, source, client, client_version, session_id,
    prompt_id, tool_use_id, agent_id, traceparent, project, model, tokens_input, tokens_output,
    tokens_cache_read, tokens_cache_creation, cost_usd, tool_calls, tool_errors, tools, files_read, lines_added,
    lines_removed, background, depth, rounds, definition_path, definition_sha256, task_type, outcome_category,
    outcome_evidence, acceptance_source, acceptance_signal, acceptance_at, acceptance_evidence, acceptance_note
from (
    select *, row_number() over (partition by invocation_id order by pushed_at_ms desc, writer desc) as place
    from (
        select *, max(pushed_at_ms) over (partition by writer, "day") as part_pushed_at_ms
        from part_rows
    ) as all_rows
    where pushed_at_ms = part_pushed_at_ms
) as placed
where place = 1;
create or replace function ends_with(whole text, ending text) returns boolean
    immutable parallel safe language sql as
    $$ select right(whole, length(ending)) = ending $$;
create or replace function make_timestamp_ms(at_ms bigint) returns timestamp
    immutable parallel safe language sql as
    $$ select timestamp '1970-01-01' + at_ms * interval '1 millisecond' $$;
create or replace function rounded(x double precision, digits integer) returns double precision
    immutable parallel safe language sql as
    $$ select sign(x) * floor(abs(x) * power(10::double precision, digits) + 0.5) / power(10::double precision, digits) $$;
