-- Gather the invocations to export as the table "exported".
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
create or replace temp table exported as
select *
from invocations
where ($since_ms is null or started_at_ms >= $since_ms)
  and ($until_ms is null or started_at_ms < $until_ms)
  and ($project is null or project = $project or ends_with(project, '/' || $project))
  and ($agent is null or agent_name = $agent)
  and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
