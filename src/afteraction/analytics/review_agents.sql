-- How each agent did in a period and in the one before, for agents that ran in the period.
-- $since_ms, $until_ms: the period, from and to. $before_ms: where the one before begins; it ends at $since_ms.
-- $project, $agent, $model: the rest of the scope; null means no limit.
-- $few: the two are compared when each has at least so many runs.
with scoped as (
    select *, started_at_ms >= $since_ms as is_now
    from invocations
    where started_at_ms >= $before_ms
      and started_at_ms < $until_ms
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
counted as (
    select
        agent_name,
        count(*) filter (where is_now)                                    as invocations,
        count(*) filter (where is_now and status = 'success')             as success,
        count(*) filter (where not is_now)                                as invocations_before,
        count(*) filter (where not is_now and status = 'success')         as success_before,
        quantile_cont(execution_time_ms, 0.5) filter (where is_now)       as median_ms,
        quantile_cont(execution_time_ms, 0.5) filter (where not is_now)   as median_ms_before,
        round(sum(cost_usd) filter (where is_now), 6)                     as cost_usd,
        round(sum(cost_usd) filter (where not is_now), 6)                 as cost_usd_before,
        count(*) filter (where is_now and cost_usd is null)               as invocations_without_price
    from scoped
    group by agent_name
),
compared as (
    select *, invocations >= $few and invocations_before >= $few as comparable
    from counted
    where invocations > 0
)
select
    agent_name,
    invocations,
    success,
    rate(success, invocations)                                            as success_rate,
    wilson_low(success, invocations)                                      as success_low,
    wilson_high(success, invocations)                                     as success_high,
    invocations_before,
    success_before,
    case when comparable then rate(success, invocations) - rate(success_before, invocations_before) end
                                                                          as change,
    case when comparable then newcombe_low(success, invocations, success_before, invocations_before) end
                                                                          as change_low,
    case when comparable then newcombe_high(success, invocations, success_before, invocations_before) end
                                                                          as change_high,
    cast(round(median_ms) as bigint)                                      as median_ms,
    cast(round(median_ms_before) as bigint)                               as median_ms_before,
    cost_usd,
    cost_usd_before,
    invocations_without_price
from compared
order by invocations desc, agent_name
