-- How quality and time to completion went, week by week (from Monday, UTC), oldest first; weeks without runs are left out.
-- Words as in quality.sql. Inferences about the newest week are still to come: a session has to end before it is judged.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
with scoped as (
    select *, coalesce(acceptance_source, 'explicit') = 'inferred' as inferred
    from invocations
    where "date" is not null
      and ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
counted as (
    select
        cast(cast(date_trunc('week', "date") as date) as varchar)         as week,
        count(*)                                                          as n,
        count(*) filter (where status = 'success')                        as delivered,
        count(*) filter (where user_accepted and not inferred)            as told_yes,
        count(*) filter (where not user_accepted and not inferred)        as told_no,
        count(*) filter (where user_accepted and inferred)                as seen_yes,
        count(*) filter (where not user_accepted and inferred)            as seen_no,
        count(*) filter (where status = 'success' and not user_accepted)  as false_completions,
        cast(round(rate(sum(execution_time_ms), count(execution_time_ms))) as bigint) as mean_ms,
        quantile_cont(execution_time_ms, 0.5)                             as median_ms
    from scoped
    group by week
)
select
    week,
    n                                                                     as invocations,
    delivered                                                             as success,
    told_yes                                                              as explicit_accepted,
    told_no                                                               as explicit_rejected,
    seen_yes                                                              as inferred_accepted,
    seen_no                                                               as inferred_rejected,
    false_completions,
    rate(false_completions, delivered)                                    as false_rate,
    wilson_low(false_completions, delivered)                              as false_low,
    wilson_high(false_completions, delivered)                             as false_high,
    mean_ms,
    cast(round(median_ms) as bigint)                                      as median_ms
from counted
order by week
