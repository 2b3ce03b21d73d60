-- What speaks for and against an agent: its runs, those that succeeded, those of which the user's verdict is known.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
select
    agent_name,
    count(*)                                                                  as runs,
    count(*) filter (where status = 'success')                                as success,
    count(*) filter (where user_accepted is not null)                         as judged,
    count(*) filter (where user_accepted)                                     as accepted,
    mode(model_tier order by model_tier)                                                    as model_tier
from invocations
where ($since_ms is null or started_at_ms >= $since_ms)
  and ($until_ms is null or started_at_ms < $until_ms)
  and ($project is null or project = $project or ends_with(project, '/' || $project))
  and ($agent is null or agent_name = $agent)
  and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
group by agent_name
order by agent_name
