-- What runs cost and which tokens they used, cut one way; the dearest first, times in their order.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $by: agent, model, project, day, week (from Monday) or month; times are UTC.
with scoped as (
    select
        *,
        case $by
            when 'agent' then agent_name
            when 'model' then model
            when 'project' then project
            when 'day' then cast("date" as varchar)
            when 'week' then cast(cast(date_trunc('week', "date") as date) as varchar)
            when 'month' then cast(cast(date_trunc('month', "date") as date) as varchar)
        end                                                               as part
    from invocations
    where ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
counted as (
    select
        part,
        count(*)                                                          as invocations,
        count(*) filter (where status = 'success')                        as success,
        round(sum(cost_usd), 6)                                           as cost_usd,
        count(*) filter (where status = 'success' and cost_usd is not null) as s_priced,
        count(*) filter (where cost_usd is null)                          as invocations_without_price,
        cast(sum(tokens_input) as bigint)                                 as tokens_input,
        cast(sum(tokens_output) as bigint)                                as tokens_output,
        cast(sum(tokens_cache_read) as bigint)                            as tokens_cache_read,
        cast(sum(tokens_cache_creation) as bigint)                        as tokens_cache_creation,
        count(*) filter (
            where coalesce(tokens_input, tokens_output, tokens_cache_read, tokens_cache_creation) is null
        )                                                                 as invocations_without_tokens
    from scoped
    group by part
)
select
    part,
    invocations,
    success,
    cost_usd,
    cost_usd / nullif(sum(cost_usd) over (), 0)                           as cost_share,
    round(cost_usd / nullif(s_priced, 0), 6)                              as cost_per_success,
    invocations_without_price,
    tokens_input,
    tokens_output,
    tokens_cache_read,
    tokens_cache_creation,
    invocations_without_tokens
from counted
order by
    case when $by in ('day', 'week', 'month') then part end,
    cost_usd desc nulls last,
    invocations desc,
    part nulls last
