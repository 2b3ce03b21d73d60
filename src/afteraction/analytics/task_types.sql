-- How often each agent succeeds at each type of task (task-types.md); the type with the most runs first.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $min_runs: leave out agents with fewer runs at a type.
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
        task_type,
        agent_name,
        count(*)                                                          as invocations,
        count(*) filter (where status = 'success')                        as success,
        count(*) filter (where status = 'failure')                        as failure,
        count(*) filter (where status = 'partial')                        as partial,
        quantile_cont(execution_time_ms, 0.5)                             as median_ms,
        round(sum(cost_usd), 6)                                           as cost_usd,
        count(*) filter (where cost_usd is null)                          as invocations_without_price,
        count(*) filter (where cost_usd is not null and status = 'success') as s_priced
    from scoped
    group by task_type, agent_name
),
summed as (
    select *, sum(invocations) over (partition by task_type) as type_runs
    from counted
)
select
    task_type,
    agent_name,
    invocations,
    success,
    failure,
    partial,
    rate(success, invocations)                                            as success_rate,
    wilson_low(success, invocations)                                      as success_low,
    wilson_high(success, invocations)                                     as success_high,
    cast(round(median_ms) as bigint)                                      as median_ms,
    cost_usd,
    round(cost_usd / nullif(s_priced, 0), 6)                              as cost_per_success,
    invocations_without_price
from summed
where invocations >= $min_runs
order by type_runs desc, task_type nulls last, wilson_low(success, invocations) desc, invocations desc, agent_name
