-- Success of each agent over the time of the scope, cut into equal parts: what a line as small as a word can show.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $parts: how many. A part in which an agent did not run has no row.
with scoped as (
    select agent_name, status, started_at_ms
    from invocations
    where started_at_ms is not null
      and ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
edges as (
    select min(started_at_ms) as first_ms, greatest(1, max(started_at_ms) - min(started_at_ms) + 1) as length_ms
    from scoped
),
placed as (
    select
        agent_name,
        status,
        cast(round(cast(started_at_ms - first_ms as double) * $parts / length_ms - 0.5) as bigint) as place
    from scoped
    cross join edges
)
select
    agent_name,
    greatest(0, least(cast($parts as bigint) - 1, place))                 as part,
    count(*)                                                              as invocations,
    count(*) filter (where status = 'success')                            as success
from placed
group by agent_name, greatest(0, least(cast($parts as bigint) - 1, place))
order by agent_name, part
