-- The leaderboard: how often each agent succeeds, how sure that is, how fast it is and what it costs.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $recent_ms: where "lately" begins. The change compares runs from then on with all before, whatever $since_ms says.
-- $few: a change needs at least so many runs on both sides. $min_runs: leave out agents with fewer runs.
-- $sort: success (by the interval's lower bound), cost, runs, speed, or change (the worst fall first).
with scoped as (
    select
        *,
        ($since_ms is null or started_at_ms >= $since_ms)                 as in_period,
        coalesce(acceptance_source, 'explicit') = 'inferred'              as inferred
    from invocations
    where ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
counted as (
    select
        agent_name,
        count(*) filter (where in_period)                                                as invocations,
        count(*) filter (where in_period and status = 'success')                         as success,
        count(*) filter (where in_period and status = 'failure')                         as failure,
        count(*) filter (where in_period and status = 'partial')                         as partial,
        count(*) filter (where started_at_ms >= $recent_ms)                              as n_recent,
        count(*) filter (where started_at_ms >= $recent_ms and status = 'success')       as s_recent,
        count(*) filter (where started_at_ms < $recent_ms)                               as n_before,
        count(*) filter (where started_at_ms < $recent_ms and status = 'success')        as s_before,
        quantile_cont(execution_time_ms, 0.5) filter (where in_period)                   as median_ms,
        quantile_cont(execution_time_ms, 0.9) filter (where in_period)                   as p90_ms,
        -- a sum is unknown, not zero, where no run tells that kind of token
        sum(
            case when coalesce(tokens_input, tokens_output, tokens_cache_read, tokens_cache_creation) is not null
            then coalesce(tokens_input, 0) + coalesce(tokens_output, 0)
                + coalesce(tokens_cache_read, 0) + coalesce(tokens_cache_creation, 0) end
        ) filter (where in_period)                                                       as tokens,
        round(sum(cost_usd) filter (where in_period), 6)                                 as cost_usd,
        count(*) filter (where in_period and cost_usd is null)                           as invocations_without_price,
        count(*) filter (where in_period and status = 'success' and cost_usd is not null) as s_priced,
        count(*) filter (where in_period and user_accepted and not inferred)             as told_yes,
        count(*) filter (where in_period and not user_accepted and not inferred)         as told_no,
        count(*) filter (where in_period and user_accepted and inferred)                 as seen_yes,
        count(*) filter (where in_period and not user_accepted and inferred)             as seen_no,
        arg_max("timestamp", started_at_ms) filter (where in_period)                     as last_run,
        arg_max(invocation_id, (started_at_ms, invocation_id)) filter (where in_period and status <> 'success')
                                                                                         as last_not_success
    from scoped
    group by agent_name
),
compared as (
    select *, n_recent >= $few and n_before >= $few as comparable
    from counted
    where invocations >= greatest($min_runs, 1)
)
select
    agent_name,
    invocations,
    success,
    failure,
    partial,
    rate(success, invocations)                                                           as success_rate,
    wilson_low(success, invocations)                                                     as success_low,
    wilson_high(success, invocations)                                                    as success_high,
    n_recent                                                                             as recent_invocations,
    case when comparable then rate(s_recent, n_recent) - rate(s_before, n_before) end    as change,
    case when comparable then newcombe_low(s_recent, n_recent, s_before, n_before) end   as change_low,
    case when comparable then newcombe_high(s_recent, n_recent, s_before, n_before) end  as change_high,
    cast(round(median_ms) as bigint)                                                     as median_ms,
    cast(round(p90_ms) as bigint)                                                        as p90_ms,
    tokens,
    cost_usd,
    round(cost_usd / nullif(s_priced, 0), 6)                                             as cost_per_success,
    invocations_without_price,
    last_run,
    last_not_success,
    told_yes                                                                             as explicit_accepted,
    told_no                                                                              as explicit_rejected,
    seen_yes                                                                             as inferred_accepted,
    seen_no                                                                              as inferred_rejected
from compared
order by
    case $sort
        when 'success' then -wilson_low(success, invocations)
        when 'cost' then -cost_usd
        when 'runs' then -cast(invocations as double)
        when 'speed' then cast(median_ms as double)
        when 'change' then change
    end nulls last,
    invocations desc,
    agent_name
