-- How one agent does on one tier of models and on another, like with like: within its types of task.
-- Differences are weighted as Mantel and Haenszel do, the interval is made of Wilson's as Newcombe's is (G. Y. Zou and
-- A. Donner, Statistics in Medicine 27, 2008). Only types of task that it had on both tiers count.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $few: with fewer such runs on either side the two are not compared.
with counted as (
    select
        agent_name,
        model_tier,
        coalesce(task_type, '')                                           as task_type,
        count(*)                                                          as n,
        count(*) filter (where status = 'success')                        as s,
        count(cost_usd)                                                   as priced,
        sum(cost_usd)                                                     as cost_usd
    from invocations
    where model_tier is not null
      and ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
    group by agent_name, model_tier, coalesce(task_type, '')
),
cases as (
    select
        a.agent_name                                                      as agent_name,
        a.model_tier                                                      as tier_a,
        b.model_tier                                                      as tier_b,
        a.task_type                                                       as task_type,
        a.n                                                               as n_a,
        a.s                                                               as s_a,
        b.n                                                               as n_b,
        b.s                                                               as s_b,
        a.priced                                                          as priced_a,
        b.priced                                                          as priced_b,
        a.cost_usd                                                        as cost_a,
        b.cost_usd                                                        as cost_b,
        a.n * b.n / (a.n + b.n)::double                                   as share
    from counted as a
    join counted as b on a.agent_name = b.agent_name and a.task_type = b.task_type and a.model_tier <> b.model_tier
),
weighed as (
    select *, share / sum(share) over (partition by agent_name, tier_a, tier_b) as weight
    from cases
),
compared as (
    select
        agent_name,
        tier_a,
        tier_b,
        sum(n_a)                                                          as runs_a,
        sum(s_a)                                                          as success_a,
        sum(n_b)                                                          as runs_b,
        sum(s_b)                                                          as success_b,
        sum(weight * (rate(s_b, n_b) - rate(s_a, n_a)))                   as difference,
        sqrt(sum(weight * weight * (
            pow(rate(s_b, n_b) - wilson_low(s_b, n_b), 2) + pow(wilson_high(s_a, n_a) - rate(s_a, n_a), 2)
        )))                                                               as below,
        sqrt(sum(weight * weight * (
            pow(wilson_high(s_b, n_b) - rate(s_b, n_b), 2) + pow(rate(s_a, n_a) - wilson_low(s_a, n_a), 2)
        )))                                                               as above,
        -- where a type of task has no price on a side, it tells nothing about what a tier costs
        sum(weight * cost_a / nullif(priced_a, 0)) filter (where priced_a > 0 and priced_b > 0)
        / nullif(sum(weight) filter (where priced_a > 0 and priced_b > 0), 0)                      as cost_a,
        sum(weight * cost_b / nullif(priced_b, 0)) filter (where priced_a > 0 and priced_b > 0)
        / nullif(sum(weight) filter (where priced_a > 0 and priced_b > 0), 0)                      as cost_b,
        list(cast(n_a + n_b as bigint) order by task_type)                as stratum_runs,
        list(cast(s_a + s_b as bigint) order by task_type)                as stratum_success,
        list(cast(n_b as bigint) order by task_type)                      as stratum_b
    from weighed
    group by agent_name, tier_a, tier_b
)
select
    agent_name,
    tier_a,
    tier_b,
    cast(runs_a as bigint)                                                as runs_a,
    cast(success_a as bigint)                                             as success_a,
    cast(runs_b as bigint)                                                as runs_b,
    cast(success_b as bigint)                                             as success_b,
    -- rounded, because a sum's last digit follows the order of rows
    round(difference, 12)                                                 as difference,
    round(greatest(-1.0, difference - below), 12)                         as difference_low,
    round(least(1.0, difference + above), 12)                             as difference_high,
    round(cost_a, 6)                                                      as cost_a_usd,
    round(cost_b, 6)                                                      as cost_b_usd,
    stratum_runs,
    stratum_success,
    stratum_b
from compared
where runs_a >= $few and runs_b >= $few
order by agent_name, tier_a, tier_b
