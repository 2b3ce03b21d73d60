-- What runs that did not succeed have in common: like error messages, most frequent first, with three examples each.
-- Messages are alike when they are equal once masked (store/masking.sql) and the outcome has the same category.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $most: leave out the clusters after so many.
with failed as (
    select *
    from invocations
    where status <> 'success'
      and ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
by_agent as (
    select
        outcome_category                                                  as category,
        error_masked                                                      as masked,
        agent_name,
        count(*)                                                          as failed,
        count(*) filter (where status = 'partial')                        as partial,
        min(started_at_ms)                                                as first_ms,
        max(started_at_ms)                                                as last_ms,
        arg_max(error_message, (started_at_ms, invocation_id))            as sample,
        arg_max(invocation_id, (started_at_ms, invocation_id), 3)         as newest,
        arg_max(started_at_ms, (started_at_ms, invocation_id), 3)         as newest_ms
    from failed
    group by all
),
clusters as (
    select
        category,
        masked,
        sum(failed)                                                       as failed,
        sum(partial)                                                      as partial,
        list(agent_name order by failed desc, agent_name)                 as agents,
        list(failed order by failed desc, agent_name)                     as agent_counts,
        min(first_ms)                                                     as first_ms,
        max(last_ms)                                                      as last_ms,
        arg_max(sample, (last_ms, newest[1]))                             as sample,
        flatten(list(list_zip(newest_ms, newest)))                        as newest
    from by_agent
    group by category, masked
)
select
    cast(row_number() over (order by failed desc, category, masked) as integer)     as cluster,
    category,
    masked                                                                as message,
    cast(failed as bigint)                                                as failed,
    cast(partial as bigint)                                               as partial,
    rate(failed, sum(failed) over ())                                     as share,
    wilson_low(failed, sum(failed) over ())                               as share_low,
    wilson_high(failed, sum(failed) over ())                              as share_high,
    agents,
    agent_counts,
    first_ms                                                              as first_seen_ms,
    last_ms                                                               as last_seen_ms,
    [found[2] for found in list_reverse_sort(newest)][1:3]                as examples,
    sample
from clusters
qualify cluster <= $most
order by cluster
