-- What every agent has done since the first record, by how it ended and by model: what metrics are made of.
-- A duration or count below zero is a foreign writer's mistake and counts as unknown.
select
    agent_name,
    status,
    outcome_category                                                        as category,
    model,
    min(min(started_at_ms)) over ()                                         as first_started_at_ms,
    count(*)                                                                as invocations,
    sum(cost_usd) filter (where cost_usd >= 0)                              as cost_usd,
    list(execution_time_ms order by execution_time_ms)
        filter (where execution_time_ms >= 0)                               as durations_ms,
    -- input tokens include those from and for the cache, as OpenTelemetry counts them
    list(tokens_input + coalesce(tokens_cache_read, 0) + coalesce(tokens_cache_creation, 0) order by tokens_input)
        filter (where tokens_input >= 0)                                    as input_tokens,
    list(tokens_output order by tokens_output)
        filter (where tokens_output >= 0)                                   as output_tokens
from invocations
where started_at_ms between 0 and 9223372036854
group by agent_name, status, outcome_category, model
order by agent_name, status, category nulls last, model nulls last
