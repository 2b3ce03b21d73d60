-- On what two agents, or two versions of one, were used: their runs by model, type of task and project, for each side.
-- A difference in success between sides that did different work says little about the agents.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $agent_a, $agent_b: the agents. $sha_a, $sha_b: only versions whose sha256 begins so; null means all.
-- $since_a, $since_b: only runs from then on; null means all.
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
    select 'a' as side, model, project, task_type, status
    from scoped
    where agent_name = $agent_a
      and ($sha_a is null or starts_with(definition_sha256, $sha_a))
      and ($since_a is null or started_at_ms >= $since_a)
    union all
    select 'b' as side, model, project, task_type, status
    from scoped
    where agent_name = $agent_b
      and ($sha_b is null or starts_with(definition_sha256, $sha_b))
      and ($since_b is null or started_at_ms >= $since_b)
),
counted as (
    select
        case grouping(model, project, task_type)
            when 3 then 'model'
            when 5 then 'project'
            else 'task type'
        end                                                               as circumstance,
        coalesce(model, project, task_type)                               as value,
        count(*) filter (where side = 'a')                                as a_runs,
        count(*) filter (where side = 'a' and status = 'success')         as a_success,
        count(*) filter (where side = 'b')                                as b_runs,
        count(*) filter (where side = 'b' and status = 'success')         as b_success
    from sided
    group by grouping sets ((model), (project), (task_type))
)
select
    circumstance,
    value,
    a_runs,
    a_success,
    wilson_low(a_success, a_runs)                                         as a_low,
    wilson_high(a_success, a_runs)                                        as a_high,
    b_runs,
    b_success,
    wilson_low(b_success, b_runs)                                         as b_low,
    wilson_high(b_success, b_runs)                                        as b_high
from counted
order by circumstance, a_runs + b_runs desc, value nulls last
