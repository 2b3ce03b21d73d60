-- Success, runs, cost and time by day, week or month, oldest first; buckets in which nothing ran included.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $end_ms: where the last bucket ends; the first is that of $since_ms, else that of the first run.
-- $by: day, week (from Monday) or month; all UTC.
-- $covered: days of which anything would be known, as "2025-10-01/2025-10-28 2025-11-03/2025-11-03". A day on which
-- anything was recorded, of whatever agent, is known too.
with scoped as (
    select *
    from invocations
    where started_at_ms < $end_ms
      and ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
spans as (
    select cast(split_part(span, '/', 1) as date) as first_day, cast(split_part(span, '/', 2) as date) as last_day
    from (select unnest(string_split($covered, ' ')) as span)
    where span <> ''
),
edges as (
    select
        coalesce(cast(make_timestamp_ms(cast($since_ms as bigint)) as date), min("date")) as first_day,
        cast(make_timestamp_ms(cast($end_ms as bigint) - 1) as date)                      as last_day
    from scoped
),
days as (
    select cast(unnest(generate_series(first_day, last_day, interval 1 day)) as date) as "day"
    from edges
),
known as (
    select "date" as "day" from invocations
    union
    select days."day" from days cross join spans where days."day" between first_day and last_day
),
buckets as (
    select
        cast(date_trunc($by, days."day") as date)                         as bucket,
        count(*)                                                          as days,
        count(*) filter (where "day" in (select "day" from known))        as days_known
    from days
    group by bucket
),
counted as (
    select
        cast(date_trunc($by, "date") as date)                             as bucket,
        count(*)                                                          as invocations,
        count(*) filter (where status = 'success')                        as success,
        count(*) filter (where status = 'failure')                        as failure,
        count(*) filter (where status = 'partial')                        as partial,
        quantile_cont(execution_time_ms, 0.5)                             as median_ms,
        quantile_cont(execution_time_ms, 0.9)                             as p90_ms,
        round(sum(cost_usd), 6)                                           as cost_usd,
        count(*) filter (where cost_usd is null)                          as invocations_without_price,
        count(*) filter (where cost_usd is not null and status = 'success') as s_priced
    from scoped
    group by bucket
)
select
    cast(bucket as varchar)                                               as bucket,
    case when invocations > 0 then 'runs' when days_known = days then 'idle' else 'no data' end as state,
    cast(days as integer)                                                 as days,
    cast(days_known as integer)                                           as days_known,
    coalesce(invocations, 0)                                              as invocations,
    coalesce(success, 0)                                                  as success,
    coalesce(failure, 0)                                                  as failure,
    coalesce(partial, 0)                                                  as partial,
    rate(success, invocations)                                            as success_rate,
    wilson_low(success, invocations)                                      as success_low,
    wilson_high(success, invocations)                                     as success_high,
    cast(round(median_ms) as bigint)                                      as median_ms,
    cast(round(p90_ms) as bigint)                                         as p90_ms,
    cost_usd,
    round(cost_usd / nullif(s_priced, 0), 6)                              as cost_per_success,
    coalesce(invocations_without_price, 0)                                as invocations_without_price
from buckets
left join counted using (bucket)
order by bucket
