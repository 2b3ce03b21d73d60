-- Workflows by their shape: the top-level agents in order of start, those at work at the same time as one step.
-- An agent is of the top level when what spawned it is not of the same workflow. One that nothing says the end of is
-- taken to have ended as it began. In a step the agents are in the order of their names, as are those that start at
-- the same moment.
-- Ids are told apart by 64 bits of them: of ten million two are the same so with a chance of one in 300,000.
-- Only one workflow of each shape is written out.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit; $agent keeps workflows with it.
-- $least: leave out workflows with fewer invocations. $most: so many shapes.
with
-- read anew for each use: keeping all of it takes more memory than there is for ten million runs
scoped as not materialized (
    select *, coalesce(ended_at_ms, started_at_ms) as until_ms
    from invocations
    where workflow_id is not null
      and ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
counted as (
    select
        hash(workflow_id)                                                 as number,
        min(workflow_id)                                                  as workflow_id,
        count(*)                                                          as invocations,
        count(*) filter (where status = 'success')                        as success,
        min(started_at_ms)                                                as started_ms,
        max(until_ms) - min(started_at_ms)                                as duration_ms,
        sum(cost_usd)                                                     as cost_usd,
        count(*) filter (where cost_usd is null)                          as invocations_without_price
    from scoped
    group by hash(workflow_id)
    having count(*) >= $least
       and ($agent is null or count(*) filter (where agent_name = $agent) > 0)
),
-- agents as numbers, because texts take twice as long to sort and to group by
agents as (
    select agent_name, cast(row_number() over (order by agent_name) as integer) as agent
    from (select distinct agent_name from scoped)
),
top as (
    select
        number,
        agent,
        child.started_at_ms                                               as started_at_ms,
        child.until_ms                                                    as until_ms,
        max(child.until_ms) over (
            partition by number
            order by child.started_at_ms, agent, child.until_ms
            rows between unbounded preceding and 1 preceding
        )                                                                 as busy_until_ms
    from scoped as child
    join counted on hash(child.workflow_id) = number
    join agents on child.agent_name = agents.agent_name
    left join scoped as parent
        on hash(child.parent_invocation_id) = hash(parent.invocation_id)
        and hash(child.workflow_id) = hash(parent.workflow_id)
    where parent.workflow_id is null
),
stepped as (
    select
        *,
        sum(case when started_at_ms < busy_until_ms then 0 else 1 end) over (
            partition by number order by started_at_ms, agent, until_ms
            rows between unbounded preceding and current row
        )                                                                 as step
    from top
),
-- a step and an agent in one number: there are fewer agents than a million
shapes as (
    select number, list_sort(list(cast(step * 1000000 + agent as bigint))) as shape
    from stepped
    group by number
),
common as (
    select
        min(number)                                                       as number,
        count(*)                                                          as workflows,
        count(*) filter (where success = invocations)                     as succeeded,
        sum(invocations)                                                  as invocations,
        quantile_cont(duration_ms, 0.5)                                   as median_ms,
        quantile_cont(duration_ms, 0.9)                                   as p90_ms,
        sum(cost_usd)                                                     as cost_usd,
        sum(invocations_without_price)                                    as invocations_without_price,
        list(workflow_id order by started_ms desc, workflow_id)[:3]       as examples
    from shapes
    join counted using (number)
    group by shape
),
steps as (
    select number, step, string_agg(agent_name, ' + ' order by agent_name) as agents
    from stepped
    join agents using (agent)
    where number in (select number from common)
    group by number, step
),
written as (
    select number, string_agg(agents, ' > ' order by step) as sequence
    from steps
    group by number
)
select
    sequence,
    workflows,
    workflows / sum(workflows) over ()                                    as share,
    succeeded,
    rate(succeeded, workflows)                                            as success_rate,
    wilson_low(succeeded, workflows)                                      as success_low,
    wilson_high(succeeded, workflows)                                     as success_high,
    cast(invocations as bigint)                                           as invocations,
    cast(round(median_ms) as bigint)                                      as median_ms,
    cast(round(p90_ms) as bigint)                                         as p90_ms,
    round(cost_usd, 6)                                                    as cost_usd,
    cast(invocations_without_price as bigint)                             as invocations_without_price,
    examples
from common
join written using (number)
order by workflows desc, sequence
limit $most
