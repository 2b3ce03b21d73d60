-- How much each agent is used, the most used first.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
with scoped as (
    select *
    from invocations
    where ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
counted as (
    select
        agent_name,
        count(*)                                                          as invocations,
        count(distinct session_id)                                        as sessions,
        count(distinct project)                                           as projects,
        count(distinct workflow_id)                                       as workflows,
        count(distinct "date")                                            as days,
        min(started_at_ms)                                                as first_started_at_ms,
        max(started_at_ms)                                                as last_started_at_ms,
        cast(sum(execution_time_ms) as bigint)                            as total_time_ms
    from scoped
    group by agent_name
)
select
    agent_name,
    invocations,
    invocations / sum(invocations) over ()                                as share,
    sessions,
    rate(sessions, (select count(distinct session_id) from scoped))       as session_share,
    projects,
    workflows,
    days,
    first_started_at_ms,
    last_started_at_ms,
    total_time_ms
from counted
order by invocations desc, agent_name
