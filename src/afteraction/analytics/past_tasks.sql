-- Which agent was given which task how often, and how often that went well: ended well and was not rejected.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
select
    agent_name,
    task_description,
    task_type,
    count(*)                                                              as runs,
    count(*) filter (where status = 'success' and coalesce(user_accepted, true)) as good
from invocations
where task_description is not null
  and ($since_ms is null or started_at_ms >= $since_ms)
  and ($until_ms is null or started_at_ms < $until_ms)
  and ($project is null or project = $project or ends_with(project, '/' || $project))
  and ($agent is null or agent_name = $agent)
  and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
group by agent_name, task_description, task_type
order by agent_name, task_description, task_type
