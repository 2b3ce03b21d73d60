-- In which hours of the week agents run: one row for each hour in which any did, Monday first.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
select
    cast(weekday as integer)                                              as weekday,
    cast("hour" as integer)                                               as "hour",
    count(*)                                                              as invocations
from invocations
where ($since_ms is null or started_at_ms >= $since_ms)
  and ($until_ms is null or started_at_ms < $until_ms)
  and ($project is null or project = $project or ends_with(project, '/' || $project))
  and ($agent is null or agent_name = $agent)
  and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
  and started_at_ms is not null
group by weekday, "hour"
order by weekday, "hour"
