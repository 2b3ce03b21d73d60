-- Every record as one flat row: the ten top-level keys, times as epoch milliseconds, and the metadata.
-- $path: newline-delimited records as the cache wrote them, one checked record a line, each with its day, stamp
-- and type of task (task_types.py).
-- Whole numbers are read wide and narrowed with try_cast: an absurd one is unknown, and no reason to lose the rest.
-- error_masked: masked once, here, because that takes longer than everything else about a failure (masking.sql).
-- The columns day and stamp are the cache's own; no question sees them.
create or replace table batch as
with records as (
    select
        *,
        try(epoch_ms(cast("timestamp" as timestamptz)))        as started,
        try(epoch_ms(cast(metadata.ended_at as timestamptz)))  as ended
    from read_json(
        $path,
        format = 'newline_delimited',
        maximum_object_size = 16777216,
        columns = {
            'day': 'varchar',
            stamp: 'bigint',
            task_type: 'varchar',
            invocation_id: 'varchar',
            workflow_id: 'varchar',
            parent_invocation_id: 'varchar',
            agent_name: 'varchar',
            task_description: 'varchar',
            'timestamp': 'varchar',
            status: 'varchar',
            execution_time_ms: 'hugeint',
            error_message: 'varchar',
            user_accepted: 'boolean',
            metadata: 'struct(
                model_tier varchar, tools_used varchar[], files_modified varchar[], schema_version hugeint,
                source varchar, client varchar, client_version varchar, session_id varchar, prompt_id varchar,
                tool_use_id varchar, agent_id varchar, traceparent varchar, project varchar, model varchar,
                tokens struct(input hugeint, output hugeint, cache_read hugeint, cache_creation hugeint),
                cost_usd double, tool_calls hugeint, tool_errors hugeint, tools map(varchar, hugeint),
                files_read varchar[], lines_added hugeint, lines_removed hugeint, background boolean,
                depth hugeint, rounds hugeint, ended_at varchar, agent_definition struct(path varchar, sha256 varchar),
                outcome struct(category varchar, evidence varchar[]),
                acceptance struct(source varchar, signal varchar, "at" varchar, evidence varchar[], note varchar))'
        }
    )
)
select
    "day",
    stamp,
    invocation_id,
    workflow_id,
    parent_invocation_id,
    agent_name,
    task_description,
    "timestamp",
    status,
    try_cast(execution_time_ms as bigint)                                              as execution_time_ms,
    error_message,
    nullif(masked(error_message), '')                                                  as error_masked,
    user_accepted,
    started                                                                            as started_at_ms,
    -- an agent that waited between rounds says when it ended; any other ran through
    coalesce(ended, try_cast(started + execution_time_ms as bigint))                   as ended_at_ms,
    cast(make_timestamp_ms(started) as date)                                           as "date",
    date_part('hour', make_timestamp_ms(started))                                      as "hour",
    date_part('isodow', make_timestamp_ms(started))                                    as weekday,
    metadata.model_tier                                                                as model_tier,
    metadata.tools_used                                                                as tools_used,
    metadata.files_modified                                                            as files_modified,
    try_cast(metadata.schema_version as bigint)                                        as schema_version,
    metadata.source                                                                    as source,
    metadata.client                                                                    as client,
    metadata.client_version                                                            as client_version,
    metadata.session_id                                                                as session_id,
    metadata.prompt_id                                                                 as prompt_id,
    metadata.tool_use_id                                                               as tool_use_id,
    metadata.agent_id                                                                  as agent_id,
    metadata.traceparent                                                               as traceparent,
    metadata.project                                                                   as project,
    metadata.model                                                                     as model,
    try_cast(metadata.tokens.input as bigint)                                          as tokens_input,
    try_cast(metadata.tokens.output as bigint)                                         as tokens_output,
    try_cast(metadata.tokens.cache_read as bigint)                                     as tokens_cache_read,
    try_cast(metadata.tokens.cache_creation as bigint)                                 as tokens_cache_creation,
    metadata.cost_usd                                                                  as cost_usd,
    try_cast(metadata.tool_calls as bigint)                                            as tool_calls,
    try_cast(metadata.tool_errors as bigint)                                           as tool_errors,
    try_cast(metadata.tools as map(varchar, bigint))                                   as tools,
    metadata.files_read                                                                as files_read,
    try_cast(metadata.lines_added as bigint)                                           as lines_added,
    try_cast(metadata.lines_removed as bigint)                                         as lines_removed,
    metadata.background                                                                as background,
    try_cast(metadata.depth as bigint)                                                 as depth,
    try_cast(metadata.rounds as bigint)                                                as rounds,
    metadata.agent_definition.path                                                     as definition_path,
    metadata.agent_definition.sha256                                                   as definition_sha256,
    task_type,
    metadata.outcome.category                                                          as outcome_category,
    metadata.outcome.evidence                                                          as outcome_evidence,
    metadata.acceptance.source                                                         as acceptance_source,
    metadata.acceptance.signal                                                         as acceptance_signal,
    metadata.acceptance."at"                                                           as acceptance_at,
    metadata.acceptance.evidence                                                       as acceptance_evidence,
    metadata.acceptance.note                                                           as acceptance_note
from records;
