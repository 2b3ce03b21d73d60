-- How many runs did not succeed: one row, the head of the report on failures.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
with counted as (
    select
        count(*)                                       as runs,
        count(*) filter (where status = 'failure')     as failure,
        count(*) filter (where status = 'partial')     as partial
    from invocations
    where ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
)
select
    runs,
    failure,
    partial,
    rate(failure + partial, runs)                      as failure_rate,
    wilson_low(failure + partial, runs)                as failure_low,
    wilson_high(failure + partial, runs)               as failure_high
from counted
