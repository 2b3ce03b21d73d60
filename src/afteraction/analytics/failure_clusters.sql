-- What runs that did not succeed have in common: like error messages, most frequent first, with three examples each.
-- Messages are alike when they are equal once masked (store/masking.sql) and the outcome has the same category.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $most: leave out the clusters after so many.
with failed as (
    select outcome_category, error_masked, error_message, agent_name, status, started_at_ms, invocation_id
    from invocations
    where status <> 'success'
      and ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
counted as (
    select
        outcome_category,
        error_masked,
        count(*)                                                          as failed,
        count(*) filter (where status = 'partial')                        as partial,
        min(started_at_ms)                                                as first_ms,
        max(started_at_ms)                                                as last_ms,
        arg_max(error_message, (started_at_ms, invocation_id))            as sample,
        arg_max(invocation_id, (started_at_ms, invocation_id), 3)         as examples
    from failed
    group by outcome_category, error_masked
),
clusters as (
    select
        outcome_category, error_masked, failed, partial, first_ms, last_ms, sample, examples,
        sum(failed) over ()                                               as all_failed,
        row_number() over (order by failed desc, outcome_category, error_masked) as cluster
    from counted
    qualify cluster <= $most
),
by_agent as (
    select outcome_category, error_masked, agent_name, count(*) as runs
    from failed
    group by outcome_category, error_masked, agent_name
),
shares as (
    select
        cluster,
        list(agent_name order by runs desc, agent_name)                   as agents,
        list(runs order by runs desc, agent_name)                         as agent_counts
    from by_agent
    join clusters on clusters.outcome_category is not distinct from by_agent.outcome_category
        and clusters.error_masked is not distinct from by_agent.error_masked
    group by cluster
)
select
    cast(cluster as integer)                                              as cluster,
    outcome_category                                                      as category,
    error_masked                                                          as message,
    cast(failed as bigint)                                                as failed,
    cast(partial as bigint)                                               as partial,
    rate(failed, all_failed)                                              as share,
    wilson_low(failed, all_failed)                                        as share_low,
    wilson_high(failed, all_failed)                                       as share_high,
    agents,
    agent_counts,
    first_ms                                                              as first_seen_ms,
    last_ms                                                               as last_seen_ms,
    examples,
    sample
from clusters
join shares using (cluster)
order by cluster
