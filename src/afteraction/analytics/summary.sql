-- How much was recorded in all: one row, the head of a report.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
select
    count(*)                                        as invocations,
    count(distinct agent_name)                      as agents,
    round(sum(cost_usd), 6)                         as cost_usd,
    count(*) filter (where cost_usd is null)        as invocations_without_price,
    min(started_at_ms)                              as first_started_at_ms,
    max(started_at_ms)                              as last_started_at_ms,
    date_diff('day', min("date"), max("date")) + 1  as days
from invocations
where ($since_ms is null or started_at_ms >= $since_ms)
  and ($until_ms is null or started_at_ms < $until_ms)
  and ($project is null or project = $project or ends_with(project, '/' || $project))
  and ($agent is null or agent_name = $agent)
  and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
