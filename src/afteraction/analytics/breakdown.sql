-- The runs of a scope cut by one circumstance at a time: in all, by model, project, agent version, type of task and
-- outcome.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
with scoped as (
    select *, left(definition_sha256, 12) as definition
    from invocations
    where ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
counted as (
    select
        grouping(model, project, definition, task_type, outcome_category)            as left_out,
        coalesce(model, project, definition, task_type, outcome_category)            as value,
        count(*)                                                          as invocations,
        count(*) filter (where status = 'success')                        as success,
        count(*) filter (where status = 'failure')                        as failure,
        count(*) filter (where status = 'partial')                        as partial,
        quantile_cont(execution_time_ms, 0.5)                             as median_ms,
        quantile_cont(execution_time_ms, 0.9)                             as p90_ms,
        round(sum(cost_usd), 6)                                           as cost_usd,
        count(*) filter (where cost_usd is null)                          as invocations_without_price,
        count(*) filter (where cost_usd is not null and status = 'success') as s_priced,
        min(started_at_ms)                                                as first_ms,
        max(started_at_ms)                                                as last_ms
    from scoped
    group by grouping sets ((), (model), (project), (definition), (task_type), (outcome_category))
)
select
    case left_out
        when 31 then 'all'
        when 15 then 'model'
        when 23 then 'project'
        when 27 then 'agent version'
        when 29 then 'task type'
        when 30 then 'outcome'
    end                                                                   as circumstance,
    value,
    invocations,
    success,
    failure,
    partial,
    rate(success, invocations)                                            as success_rate,
    wilson_low(success, invocations)                                      as success_low,
    wilson_high(success, invocations)                                     as success_high,
    cast(round(median_ms) as bigint)                                      as median_ms,
    cast(round(p90_ms) as bigint)                                         as p90_ms,
    cost_usd,
    round(cost_usd / nullif(s_priced, 0), 6)                              as cost_per_success,
    invocations_without_price,
    first_ms                                                              as first_started_at_ms,
    last_ms                                                               as last_started_at_ms
from counted
order by left_out <> 31, left_out, invocations desc, value nulls last
