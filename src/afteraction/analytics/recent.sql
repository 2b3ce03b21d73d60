-- The newest runs of a scope, newest first.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $most: so many.
select
    invocation_id,
    agent_name,
    started_at_ms,
    status,
    outcome_category,
    execution_time_ms,
    cost_usd,
    project,
    task_description,
    error_message
from invocations
where ($since_ms is null or started_at_ms >= $since_ms)
  and ($until_ms is null or started_at_ms < $until_ms)
  and ($project is null or project = $project or ends_with(project, '/' || $project))
  and ($agent is null or agent_name = $agent)
  and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
order by started_at_ms desc nulls last, invocation_id desc
limit $most
