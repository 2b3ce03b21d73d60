-- The runs of the workflows of several agents that began in a period, workflow by workflow: what a timeline is made of.
-- $since_ms, $until_ms: the period, from and to. $project, $agent, $model: the rest of the scope; null means no limit;
-- $agent keeps workflows with it. $least: leave out workflows with fewer invocations.
with scoped as (
    select *
    from invocations
    where workflow_id is not null
      and started_at_ms >= $since_ms
      and started_at_ms < $until_ms
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
several as (
    select workflow_id
    from scoped
    group by workflow_id
    having count(*) >= $least
       and ($agent is null or count(*) filter (where agent_name = $agent) > 0)
)
select
    scoped.workflow_id                                                    as workflow_id,
    scoped.invocation_id                                                  as invocation_id,
    scoped.parent_invocation_id                                           as parent_invocation_id,
    scoped.agent_name                                                     as agent_name,
    scoped.status                                                         as status,
    scoped.started_at_ms                                                  as started_at_ms,
    scoped.ended_at_ms                                                    as ended_at_ms
from scoped
join several on several.workflow_id = scoped.workflow_id
order by scoped.workflow_id, scoped.started_at_ms, scoped.invocation_id
