-- Two agents, or two versions of one: success, time and cost side by side, and what lies between them, b less a.
-- Success differs with Newcombe's interval. The medians of time differ with an interval made of their own two, which are
-- order statistics (no assumption about the distribution), by the method that also makes Newcombe's of Wilson's:
-- the square root of the sum of squared distances (G. Y. Zou and A. Donner, Statistics in Medicine 27, 2008).
-- Like with like: the difference within each pair of model and type of task that both had, weighted as Mantel and
-- Haenszel do, its interval made of Wilson's in the same way; rounded, because a sum's last digit follows the order of rows.
-- Acceptance: accepted of those with a word of the user (explicit), and of those with an inference, never together.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $a, $b: what the sides are called. $agent_a, $agent_b: the agents.
-- $sha_a, $sha_b: only versions whose sha256 begins so; null means all.
-- $since_a, $since_b: only runs from then on; null means all.
-- $few: with fewer runs on either side a difference is unknown.
with scoped as (
    select *
    from invocations
    where ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
sided as (
    select 'a' as side, *
    from scoped
    where agent_name = $agent_a
      and ($sha_a is null or starts_with(definition_sha256, $sha_a))
      and ($since_a is null or started_at_ms >= $since_a)
    union all
    select 'b' as side, *
    from scoped
    where agent_name = $agent_b
      and ($sha_b is null or starts_with(definition_sha256, $sha_b))
      and ($since_b is null or started_at_ms >= $since_b)
),
counted as (
    select
        side,
        count(*)                                                          as runs,
        count(*) filter (where status = 'success')                        as success,
        round(sum(cost_usd), 6)                                           as cost_usd,
        count(*) filter (where cost_usd is null)                          as without_price,
        count(*) filter (where cost_usd is not null and status = 'success') as s_priced,
        count(*) filter (where user_accepted and coalesce(acceptance_source, 'explicit') <> 'inferred')     as told_yes,
        count(*) filter (where not user_accepted and coalesce(acceptance_source, 'explicit') <> 'inferred') as told_no,
        count(*) filter (where user_accepted and acceptance_source = 'inferred')                            as seen_yes,
        count(*) filter (where not user_accepted and acceptance_source = 'inferred')                        as seen_no
    from sided
    group by side
),
timed as (
    select
        side,
        execution_time_ms                                                 as took,
        row_number() over (partition by side order by execution_time_ms)  as place,
        count(*) over (partition by side)                                 as n
    from sided
    where execution_time_ms is not null
),
ranked as (
    select
        *,
        -- the place of the lower end of the median's interval; the upper end is as far from the other side
        greatest(1, cast(round(n / 2.0 - 0.979981992270027 * sqrt(n)) as bigint)) as low_place
    from timed
),
times as (
    select
        side,
        any_value(n)                                                      as n,
        quantile_cont(took, 0.5)                                          as median_ms,
        max(took) filter (where place = low_place)                        as low_ms,
        max(took) filter (where place = n - low_place + 1)                as high_ms
    from ranked
    group by side
),
cases as (
    select
        count(*) filter (where side = 'a')                                as n_a,
        count(*) filter (where side = 'a' and status = 'success')         as s_a,
        count(*) filter (where side = 'b')                                as n_b,
        count(*) filter (where side = 'b' and status = 'success')         as s_b
    from sided
    where model is not null
      and task_type is not null
    group by model, task_type
    having n_a > 0 and n_b > 0
),
weighed as (
    select *, n_a * n_b / (n_a + n_b)::double / sum(n_a * n_b / (n_a + n_b)::double) over () as weight
    from cases
),
alike as (
    select
        count(*)                                                          as cases,
        coalesce(sum(n_a), 0)                                             as runs_a,
        coalesce(sum(n_b), 0)                                             as runs_b,
        sum(weight * (rate(s_b, n_b) - rate(s_a, n_a)))                   as difference,
        sqrt(sum(weight * weight * (
            pow(rate(s_b, n_b) - wilson_low(s_b, n_b), 2) + pow(wilson_high(s_a, n_a) - rate(s_a, n_a), 2)
        )))                                                               as below,
        sqrt(sum(weight * weight * (
            pow(wilson_high(s_b, n_b) - rate(s_b, n_b), 2) + pow(rate(s_a, n_a) - wilson_low(s_a, n_a), 2)
        )))                                                               as above
    from weighed
),
compared as (
    select
        a.runs                                                            as n_a,
        a.success                                                         as s_a,
        b.runs                                                            as n_b,
        b.success                                                         as s_b,
        a.cost_usd                                                        as cost_a,
        b.cost_usd                                                        as cost_b,
        a.without_price                                                   as without_price_a,
        b.without_price                                                   as without_price_b,
        round(a.cost_usd / nullif(a.s_priced, 0), 6)                      as per_success_a,
        round(b.cost_usd / nullif(b.s_priced, 0), 6)                      as per_success_b,
        a.told_yes                                                        as a_told_yes,
        a.told_yes + a.told_no                                            as a_told,
        a.seen_yes                                                        as a_seen_yes,
        a.seen_yes + a.seen_no                                            as a_seen,
        b.told_yes                                                        as b_told_yes,
        b.told_yes + b.told_no                                            as b_told,
        b.seen_yes                                                        as b_seen_yes,
        b.seen_yes + b.seen_no                                            as b_seen,
        a.told_yes + a.told_no >= $few and b.told_yes + b.told_no >= $few as enough_told,
        a.seen_yes + a.seen_no >= $few and b.seen_yes + b.seen_no >= $few as enough_seen,
        a.runs >= $few and b.runs >= $few                                 as enough,
        ta.median_ms                                                      as median_a,
        ta.low_ms                                                         as low_a,
        ta.high_ms                                                        as high_a,
        tb.median_ms                                                      as median_b,
        tb.low_ms                                                         as low_b,
        tb.high_ms                                                        as high_b,
        coalesce(ta.n >= $few and tb.n >= $few, false)                    as enough_times
    from (select * from counted where side = 'a') as a
    cross join (select * from counted where side = 'b') as b
    left join times as ta on ta.side = 'a'
    left join times as tb on tb.side = 'b'
)
select
    $a                                                                    as a,
    $b                                                                    as b,
    n_a                                                                   as a_runs,
    s_a                                                                   as a_success,
    rate(s_a, n_a)                                                        as a_rate,
    wilson_low(s_a, n_a)                                                  as a_low,
    wilson_high(s_a, n_a)                                                 as a_high,
    n_b                                                                   as b_runs,
    s_b                                                                   as b_success,
    rate(s_b, n_b)                                                        as b_rate,
    wilson_low(s_b, n_b)                                                  as b_low,
    wilson_high(s_b, n_b)                                                 as b_high,
    case when enough then rate(s_b, n_b) - rate(s_a, n_a) end             as difference,
    case when enough then newcombe_low(s_b, n_b, s_a, n_a) end            as difference_low,
    case when enough then newcombe_high(s_b, n_b, s_a, n_a) end           as difference_high,
    cast(cases as integer)                                                as alike_cases,
    cast(runs_a as bigint)                                                as alike_a_runs,
    cast(runs_b as bigint)                                                as alike_b_runs,
    case when runs_a >= $few and runs_b >= $few then round(difference, 12) end as alike_difference,
    case when runs_a >= $few and runs_b >= $few then round(greatest(-1.0, difference - below), 12) end as alike_low,
    case when runs_a >= $few and runs_b >= $few then round(least(1.0, difference + above), 12) end as alike_high,
    cast(round(median_a) as bigint)                                       as a_median_ms,
    cast(round(median_b) as bigint)                                       as b_median_ms,
    case when enough_times then cast(round(median_b - median_a) as bigint) end as median_difference_ms,
    case when enough_times then cast(round(
        median_b - median_a - sqrt(pow(median_b - low_b, 2) + pow(high_a - median_a, 2))
    ) as bigint) end                                                      as median_low_ms,
    case when enough_times then cast(round(
        median_b - median_a + sqrt(pow(high_b - median_b, 2) + pow(median_a - low_a, 2))
    ) as bigint) end                                                      as median_high_ms,
    cost_a                                                                as a_cost_usd,
    cost_b                                                                as b_cost_usd,
    per_success_a                                                         as a_cost_per_success,
    per_success_b                                                         as b_cost_per_success,
    without_price_a                                                       as a_without_price,
    without_price_b                                                       as b_without_price,
    a_told_yes                                                            as a_explicit_accepted,
    a_told                                                                as a_explicit,
    b_told_yes                                                            as b_explicit_accepted,
    b_told                                                                as b_explicit,
    case when enough_told then rate(b_told_yes, b_told) - rate(a_told_yes, a_told) end      as explicit_difference,
    case when enough_told then newcombe_low(b_told_yes, b_told, a_told_yes, a_told) end     as explicit_low,
    case when enough_told then newcombe_high(b_told_yes, b_told, a_told_yes, a_told) end    as explicit_high,
    a_seen_yes                                                            as a_inferred_accepted,
    a_seen                                                                as a_inferred,
    b_seen_yes                                                            as b_inferred_accepted,
    b_seen                                                                as b_inferred,
    case when enough_seen then rate(b_seen_yes, b_seen) - rate(a_seen_yes, a_seen) end      as inferred_difference,
    case when enough_seen then newcombe_low(b_seen_yes, b_seen, a_seen_yes, a_seen) end     as inferred_low,
    case when enough_seen then newcombe_high(b_seen_yes, b_seen, a_seen_yes, a_seen) end    as inferred_high
from compared
cross join alike
