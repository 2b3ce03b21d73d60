-- Which agent made each of the runs that were checked.
-- $invocation_ids: the ids of these runs, with a space between.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
select invocation_id, agent_name
from invocations
where invocation_id in (select unnest(string_split($invocation_ids, ' ')))
  and ($since_ms is null or started_at_ms >= $since_ms)
  and ($until_ms is null or started_at_ms < $until_ms)
  and ($project is null or project = $project or ends_with(project, '/' || $project))
  and ($agent is null or agent_name = $agent)
  and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
order by agent_name, invocation_id
