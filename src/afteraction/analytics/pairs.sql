-- Which two agents run in the same workflow, how often, and how that goes.
-- Workflows of one project are compared with each other, because agents of one project go together anyway: the lists
-- hold, project by project, how many workflows there are, in how many either agent ran, and in how many both.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit; $agent keeps pairs with that agent.
-- How it goes together is compared like with like, agent by agent and project by project: the differences are weighted
-- as Mantel and Haenszel do, the interval is made of Wilson's as Newcombe's is (G. Y. Zou and A. Donner, Statistics in
-- Medicine 27, 2008).
-- $few: with fewer runs on either side the two are not compared.
-- Ids are told apart by 64 bits of them: of ten million two are the same so with a chance of one in 300,000.
with
-- read anew for each use: keeping all of it takes more memory than there is for ten million runs
scoped as not materialized (
    select *
    from invocations
    where workflow_id is not null
      and ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
-- agents, projects and workflows as numbers, because texts take twice as long to group by and to join
agents as (
    select agent_name, cast(row_number() over (order by agent_name) as integer) as agent
    from (select distinct agent_name from scoped)
),
projects as (
    select name, cast(row_number() over (order by name) as integer)       as stratum
    from (select distinct coalesce(project, '') as name from scoped)
),
runs as (
    select
        hash(workflow_id)                                                 as workflow,
        agent,
        stratum,
        status = 'success'                                                as succeeded,
        started_at_ms,
        ended_at_ms
    from scoped
    join agents using (agent_name)
    join projects on coalesce(project, '') = name
),
homes as (
    select workflow, min(stratum) as home
    from runs
    group by workflow
),
members as (
    select
        workflow,
        agent,
        any_value(home)                                                   as stratum,
        count(*)                                                          as runs,
        count(*) filter (where succeeded)                                 as success,
        min(started_at_ms)                                                as first_ms,
        max(ended_at_ms)                                                  as last_ms
    from runs
    join homes using (workflow)
    group by workflow, agent
),
strata as (
    select home as stratum, count(*) as workflows
    from homes
    group by home
),
alone as (
    select stratum, agent, count(*) as workflows, sum(runs) as runs, sum(success) as success
    from members
    group by stratum, agent
),
together as (
    select
        a.agent                                                           as agent_a,
        b.agent                                                           as agent_b,
        a.stratum                                                         as stratum,
        count(*)                                                          as workflows,
        count(*) filter (where a.success = a.runs and b.success = b.runs) as both_succeeded,
        sum(a.runs)                                                       as runs_a,
        sum(a.success)                                                    as success_a,
        sum(b.runs)                                                       as runs_b,
        sum(b.success)                                                    as success_b,
        count(*) filter (where a.last_ms <= b.first_ms)                   as a_before_b,
        count(*) filter (where b.last_ms <= a.first_ms)                   as b_before_a
    from members as a
    join members as b on a.workflow = b.workflow and a.agent < b.agent
    group by a.agent, b.agent, a.stratum
),
spawned as (
    select
        least(parent.agent_name, child.agent_name)                        as first_name,
        greatest(parent.agent_name, child.agent_name)                     as second_name,
        count(*)                                                          as spawned
    from scoped as child
    join scoped as parent on hash(child.parent_invocation_id) = hash(parent.invocation_id)
    where parent.agent_name <> child.agent_name
    group by first_name, second_name
),
-- where either of a pair ran, also the projects in which they never met
reach as (
    select
        agent_a,
        agent_b,
        stratum,
        strata.workflows                                                  as stratum_workflows,
        coalesce(of_a.workflows, 0)                                       as workflows_a,
        coalesce(of_b.workflows, 0)                                       as workflows_b,
        coalesce(of_a.runs, 0) + coalesce(of_b.runs, 0)                   as runs,
        coalesce(of_a.success, 0) + coalesce(of_b.success, 0)             as success
    from (select distinct agent_a, agent_b from together)
    cross join strata
    left join alone as of_a using (stratum)
    left join alone as of_b using (stratum)
    where of_a.agent = agent_a and of_b.agent = agent_b
),
summed as (
    select
        agent_a,
        agent_b,
        cast(sum(workflows) as bigint)                                    as workflows,
        cast(sum(both_succeeded) as bigint)                               as both_succeeded,
        cast(sum(success_a + success_b) as bigint)                        as success_together,
        cast(sum(runs_a + runs_b) as bigint)                              as runs_together,
        cast(sum(a_before_b) as bigint)                                   as a_before_b,
        cast(sum(b_before_a) as bigint)                                   as b_before_a
    from together
    group by agent_a, agent_b
),
compared as (
    select
        summed.*,
        (select sum(success) from alone where agent in (agent_a, agent_b)) - success_together as success_apart,
        (select sum(runs) from alone where agent in (agent_a, agent_b)) - runs_together       as runs_apart
    from summed
),
-- like with like: each agent in workflows with the other against itself without, within a project; else a pair would
-- look good or bad because one of the two runs more often without the other
cases as (
    select
        agent_a, agent_b, runs_a as n_t, success_a as s_t, alone.runs - runs_a as n_x, alone.success - success_a as s_x
    from together
    join alone using (stratum)
    where agent = agent_a and alone.runs > runs_a
    union all
    select
        agent_a, agent_b, runs_b as n_t, success_b as s_t, alone.runs - runs_b as n_x, alone.success - success_b as s_x
    from together
    join alone using (stratum)
    where agent = agent_b and alone.runs > runs_b
),
weighed as (
    select
        *,
        n_t * n_x / (n_t + n_x)::double
        / sum(n_t * n_x / (n_t + n_x)::double) over (partition by agent_a, agent_b)                as weight
    from cases
),
alike as (
    select
        agent_a,
        agent_b,
        sum(n_t) >= $few and sum(n_x) >= $few                             as enough,
        sum(weight * (rate(s_t, n_t) - rate(s_x, n_x)))                   as change,
        sqrt(sum(weight * weight * (
            pow(rate(s_t, n_t) - wilson_low(s_t, n_t), 2) + pow(wilson_high(s_x, n_x) - rate(s_x, n_x), 2)
        )))                                                               as below,
        sqrt(sum(weight * weight * (
            pow(wilson_high(s_t, n_t) - rate(s_t, n_t), 2) + pow(rate(s_x, n_x) - wilson_low(s_x, n_x), 2)
        )))                                                               as above
    from weighed
    group by agent_a, agent_b
),
met as (
    select
        agent_a,
        agent_b,
        list(cast(stratum_workflows as bigint) order by stratum)          as stratum_workflows,
        list(cast(workflows_a as bigint) order by stratum)                as stratum_a,
        list(cast(workflows_b as bigint) order by stratum)                as stratum_b
    from reach
    group by agent_a, agent_b
),
named as (
    select compared.*, a.agent_name as name_a, b.agent_name as name_b
    from compared
    join agents as a on agent_a = a.agent
    join agents as b on agent_b = b.agent
    where $agent is null or $agent in (a.agent_name, b.agent_name)
)
select
    name_a                                                                as agent_a,
    name_b                                                                as agent_b,
    workflows,
    both_succeeded,
    rate(both_succeeded, workflows)                                       as both_rate,
    wilson_low(both_succeeded, workflows)                                 as both_low,
    wilson_high(both_succeeded, workflows)                                as both_high,
    cast(success_together as bigint)                                      as success_together,
    cast(runs_together as bigint)                                         as runs_together,
    cast(success_apart as bigint)                                         as success_apart,
    cast(runs_apart as bigint)                                            as runs_apart,
    -- rounded, because a sum's last digit follows the order of rows
    case when enough then round(alike.change, 12) end                     as change,
    case when enough then round(alike.change - below, 12) end             as change_low,
    case when enough then round(alike.change + above, 12) end             as change_high,
    a_before_b,
    b_before_a,
    cast(coalesce(spawned, 0) as bigint)                                  as spawned,
    stratum_workflows,
    stratum_a,
    stratum_b
from named
join met using (agent_a, agent_b)
left join alike using (agent_a, agent_b)
left join spawned on name_a = first_name and name_b = second_name
order by workflows desc, name_a, name_b
