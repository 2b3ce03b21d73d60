-- Workflows of several agents in a period and in the one before: a row for each of the two that has any, now first.
-- $since_ms, $until_ms: the period, from and to. $before_ms: where the one before begins; it ends at $since_ms.
-- $project, $agent, $model: the rest of the scope; null means no limit; $agent keeps workflows with it.
-- $least: leave out workflows with fewer invocations.
with counted as (
    select
        workflow_id,
        case when min(started_at_ms) >= $since_ms then 'now' else 'before' end as period,
        max(coalesce(ended_at_ms, started_at_ms)) - min(started_at_ms)    as duration_ms,
        count(*)                                                          as invocations,
        count(*) filter (where status = 'success')                        as success,
        sum(cost_usd)                                                     as cost_usd,
        count(*) filter (where cost_usd is null)                          as invocations_without_price
    from invocations
    where workflow_id is not null
      and started_at_ms >= $before_ms
      and started_at_ms < $until_ms
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
    group by workflow_id
    having count(*) >= $least
       and ($agent is null or count(*) filter (where agent_name = $agent) > 0)
)
select
    period,
    count(*)                                                              as workflows,
    count(*) filter (where success = invocations)                         as succeeded,
    rate(count(*) filter (where success = invocations), count(*))         as success_rate,
    wilson_low(count(*) filter (where success = invocations), count(*))   as success_low,
    wilson_high(count(*) filter (where success = invocations), count(*))  as success_high,
    cast(sum(invocations) as bigint)                                      as invocations,
    cast(round(quantile_cont(duration_ms, 0.5)) as bigint)                as median_ms,
    cast(round(quantile_cont(duration_ms, 0.9)) as bigint)                as p90_ms,
    round(sum(cost_usd), 6)                                               as cost_usd,
    cast(sum(invocations_without_price) as bigint)                        as invocations_without_price
from counted
group by period
order by period desc
