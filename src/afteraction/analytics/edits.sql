-- Every edit of an agent's definition that its runs tell of: success before and after, oldest edit first.
-- The runs of an agent in one project form stretches with the same definition; where one stretch ends and the next
-- begins, the definition was edited. The same step from one version to the next in several projects is one edit, of the
-- user's own file; taken a second time in a project, after a step back, it is an edit of its own. Runs of an unknown
-- version count for neither side.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $few: with fewer runs on either side the change is unknown.
with scoped as (
    select
        agent_name, project, definition_path, definition_sha256, started_at_ms, invocation_id,
        status = 'success'                                                as succeeded
    from invocations
    where definition_sha256 is not null
      and started_at_ms is not null
      and ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
-- a version that began when the one before had ended is a stretch; only where two took turns must all runs be put in
-- order, and that is what takes long
spans as (
    select
        agent_name, project, definition_path, definition_sha256,
        min(started_at_ms)                                                as first_ms,
        max(started_at_ms)                                                as last_ms,
        count(*)                                                          as runs,
        count(*) filter (where succeeded)                                 as success
    from scoped
    group by agent_name, project, definition_path, definition_sha256
),
mixed as (
    select distinct
        a.agent_name                                                      as mixed_agent,
        a.project                                                         as mixed_project,
        a.definition_path                                                 as mixed_path
    from spans as a
    join spans as b on a.agent_name = b.agent_name and a.project is not distinct from b.project
        and a.definition_path is not distinct from b.definition_path
    where a.definition_sha256 <> b.definition_sha256 and a.first_ms <= b.last_ms and b.first_ms <= a.last_ms
),
stepped as (
    select
        scoped.*,
        lag(definition_sha256) over (
            partition by agent_name, project, definition_path order by started_at_ms, invocation_id
        ) is distinct from definition_sha256                              as begins
    from scoped
    join mixed on agent_name = mixed_agent and project is not distinct from mixed_project
        and definition_path is not distinct from mixed_path
),
numbered as (
    select
        *,
        count(*) filter (where begins) over (
            partition by agent_name, project, definition_path order by started_at_ms, invocation_id
            rows unbounded preceding
        )                                                                 as stretch
    from stepped
),
stretches as (
    select
        agent_name, project, definition_path, stretch, definition_sha256,
        min(started_at_ms)                                                as first_ms,
        max(started_at_ms)                                                as last_ms,
        count(*)                                                          as runs,
        count(*) filter (where succeeded)                                 as success
    from numbered
    group by all
    union all
    select
        agent_name, project, definition_path,
        row_number() over (partition by agent_name, project, definition_path order by first_ms),
        definition_sha256, first_ms, last_ms, runs, success
    from spans
    left join mixed on agent_name = mixed_agent and project is not distinct from mixed_project
        and definition_path is not distinct from mixed_path
    where mixed_agent is null
),
steps as (
    select
        *,
        lag(definition_sha256) over following                             as sha_before,
        lag(first_ms) over following                                      as before_ms,
        lag(runs) over following                                          as runs_before,
        lag(success) over following                                       as success_before
    from stretches
    window following as (partition by agent_name, project, definition_path order by stretch)
),
taken as (
    select
        *,
        row_number() over (
            partition by agent_name, project, definition_path, sha_before, definition_sha256 order by stretch
        )                                                                 as time_taken
    from steps
    where sha_before is not null
),
edits as (
    select
        agent_name,
        definition_path,
        time_taken,
        sha_before,
        definition_sha256                                                 as sha_after,
        min(before_ms)                                                    as before_ms,
        min(first_ms)                                                     as first_run_ms,
        max(last_ms)                                                      as last_run_ms,
        cast(sum(success_before) as bigint)                               as success_before,
        cast(sum(runs_before) as bigint)                                  as runs_before,
        cast(sum(success) as bigint)                                      as success_after,
        cast(sum(runs) as bigint)                                         as runs_after
    from taken
    group by all
),
compared as (
    select *, runs_before >= $few and runs_after >= $few as comparable
    from edits
)
select
    agent_name,
    definition_path,
    sha_before,
    sha_after,
    before_ms                                                             as first_run_before_ms,
    first_run_ms                                                          as first_run_after_ms,
    last_run_ms                                                           as last_run_after_ms,
    success_before,
    runs_before,
    rate(success_before, runs_before)                                     as rate_before,
    wilson_low(success_before, runs_before)                               as before_low,
    wilson_high(success_before, runs_before)                              as before_high,
    success_after,
    runs_after,
    rate(success_after, runs_after)                                       as rate_after,
    wilson_low(success_after, runs_after)                                 as after_low,
    wilson_high(success_after, runs_after)                                as after_high,
    case when comparable then rate(success_after, runs_after) - rate(success_before, runs_before) end   as change,
    case when comparable then newcombe_low(success_after, runs_after, success_before, runs_before) end  as change_low,
    case when comparable then newcombe_high(success_after, runs_after, success_before, runs_before) end as change_high
from compared
order by first_run_after_ms, agent_name, sha_after
