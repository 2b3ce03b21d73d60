-- Runs that ended well and were rejected, by who says so and by which sign: the output was wrong, the ending was not.
-- The most frequent first. Explicit rejections and inferred ones are groups of their own.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
with delivered as (
    select
        *,
        case when acceptance_source = 'inferred' then 'inferred' else 'explicit' end as told_by,
        coalesce(acceptance_signal, 'unknown')                            as told_how
    from invocations
    where status = 'success'
      and ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
by_agent as (
    select told_by, told_how, agent_name, count(*) as runs
    from delivered
    where not user_accepted
    group by told_by, told_how, agent_name
),
agents as (
    select
        told_by,
        told_how,
        list(agent_name order by runs desc, agent_name)                   as agents,
        list(runs order by runs desc, agent_name)                         as agent_counts
    from by_agent
    group by told_by, told_how
),
groups as (
    select
        told_by,
        told_how,
        count(*)                                                          as rejected,
        min(started_at_ms)                                                as first_ms,
        max(started_at_ms)                                                as last_ms,
        list(invocation_id order by started_at_ms desc, invocation_id)[:3] as examples
    from delivered
    where not user_accepted
    group by told_by, told_how
),
total as (
    select count(*) as delivered
    from delivered
)
select
    groups.told_by                                                        as source,
    groups.told_how                                                       as signal,
    rejected,
    delivered,
    rate(rejected, delivered)                                             as rejected_rate,
    wilson_low(rejected, delivered)                                       as rejected_low,
    wilson_high(rejected, delivered)                                      as rejected_high,
    agents,
    agent_counts,
    first_ms                                                              as first_seen_ms,
    last_ms                                                               as last_seen_ms,
    examples
from groups
join agents on agents.told_by = groups.told_by and agents.told_how = groups.told_how
cross join total
order by rejected desc, source, signal
