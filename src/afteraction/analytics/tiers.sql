-- How one agent did on one tier of models against another, within the types of task that it was given on both.
-- Like with like: the difference within each type of task, weighted as Mantel and Haenszel do, its interval made of
-- Wilson's as in compare.sql; rounded, because a sum's last digit follows the order of rows. Runs of other types of
-- task, and runs whose tier or type of task is unknown, are left out. The interval of a median cost is made of order
-- statistics. Each pair of tiers stands twice, once from each side.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $few: with fewer runs on either side, in the types of task that both had, a pair is left out.
with cells as (
    select
        agent_name,
        model_tier,
        task_type,
        count(*)                                                              as n,
        count(*) filter (where status = 'success')                            as s,
        coalesce(list(cost_usd) filter (where cost_usd is not null), [])      as costs
    from invocations
    where model_tier is not null
      and task_type is not null
      and ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
    group by agent_name, model_tier, task_type
),
shared as (
    select
        a.agent_name,
        a.model_tier                                                          as tier,
        b.model_tier                                                          as other,
        a.n                                                                   as n_a,
        a.s                                                                   as s_a,
        a.costs                                                               as costs_a,
        b.n                                                                   as n_b,
        b.s                                                                   as s_b,
        b.costs                                                               as costs_b,
        a.n * b.n / (a.n + b.n)::double                                       as weight
    from cells as a
    inner join cells as b
        on a.agent_name = b.agent_name and a.task_type = b.task_type and a.model_tier <> b.model_tier
),
weighed as (
    select * replace (weight / sum(weight) over (partition by agent_name, tier, other) as weight)
    from shared
),
pairs as (
    select
        agent_name,
        tier,
        other,
        count(*)                                                              as types,
        sum(n_a)                                                              as n_a,
        sum(s_a)                                                              as s_a,
        sum(n_b)                                                              as n_b,
        sum(s_b)                                                              as s_b,
        sum(weight * (rate(s_b, n_b) - rate(s_a, n_a)))                       as difference,
        sqrt(sum(weight * weight * (
            pow(rate(s_b, n_b) - wilson_low(s_b, n_b), 2) + pow(wilson_high(s_a, n_a) - rate(s_a, n_a), 2)
        )))                                                                   as below,
        sqrt(sum(weight * weight * (
            pow(wilson_high(s_b, n_b) - rate(s_b, n_b), 2) + pow(rate(s_a, n_a) - wilson_low(s_a, n_a), 2)
        )))                                                                   as above,
        list_sort(flatten(list(costs_a)))                                     as costs_a,
        list_sort(flatten(list(costs_b)))                                     as costs_b
    from weighed
    group by agent_name, tier, other
    having sum(n_a) >= $few and sum(n_b) >= $few
),
placed as (
    select
        *,
        -- the place of the lower end of the median's interval; the upper end is as far from the other side
        greatest(1, cast(round(len(costs_a) / 2.0 - 0.979981992270027 * sqrt(len(costs_a))) as bigint)) as place_a,
        greatest(1, cast(round(len(costs_b) / 2.0 - 0.979981992270027 * sqrt(len(costs_b))) as bigint)) as place_b
    from pairs
)
select
    agent_name,
    tier,
    cast(n_a as bigint)                                                       as runs,
    cast(s_a as bigint)                                                       as success,
    other                                                                     as other_tier,
    cast(n_b as bigint)                                                       as other_runs,
    cast(s_b as bigint)                                                       as other_success,
    types                                                                     as alike_types,
    round(difference, 12)                                                     as difference,
    round(difference - below, 12)                                             as difference_low,
    round(difference + above, 12)                                             as difference_high,
    len(costs_a)                                                              as priced,
    round(list_median(costs_a), 6)                                            as median_usd,
    costs_a[place_a]                                                          as median_low_usd,
    costs_a[len(costs_a) - place_a + 1]                                       as median_high_usd,
    len(costs_b)                                                              as other_priced,
    round(list_median(costs_b), 6)                                            as other_median_usd,
    costs_b[place_b]                                                          as other_median_low_usd,
    costs_b[len(costs_b) - place_b + 1]                                       as other_median_high_usd
from placed
order by agent_name, tier, other_tier
