-- Where failures fall more often than chance would have it: for each value of each circumstance, how many runs had it,
-- how many of them did not succeed, and the same numbers agent by agent, so that like is compared with like.
-- cluster 0 is all failures; 1, 2, … are those of failure_clusters.sql, numbered in the same way.
-- concurrency: how many agents ran when it started, itself included, wherever they ran; those of unknown end left out,
-- and those that had been running since the day before the period.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $few: values with fewer runs, and clusters with fewer failures, are not looked at. $most: so many clusters.
with
-- read anew for each use, because most columns are used once
runs as not materialized (
    select
        agent_name,
        outcome_category,
        error_masked,
        status <> 'success'                                               as failed,
        "hour",
        weekday,
        project,
        model,
        task_type,
        left(definition_sha256, 12)                                       as definition,
        client_version,
        started_at_ms,
        ended_at_ms,
        ($since_ms is null or started_at_ms >= $since_ms)
            and ($project is null or project = $project or ends_with(project, '/' || $project))
            and ($agent is null or agent_name = $agent)
            and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-')) as asked
    from invocations
    where ($since_ms is null or started_at_ms >= $since_ms - 86400000)
      and ($until_ms is null or started_at_ms < $until_ms)
),
clusters as (
    select
        outcome_category,
        error_masked,
        row_number() over (order by count(*) desc, outcome_category, error_masked) as cluster
    from runs
    where asked and failed
    group by outcome_category, error_masked
    qualify cluster <= $most
),
-- a run that did not succeed is of one cluster at most
scoped as (
    select runs.*, cast(cluster as integer) as own_cluster
    from runs
    left join clusters on failed
        and clusters.outcome_category is not distinct from runs.outcome_category
        and clusters.error_masked is not distinct from runs.error_masked
),
-- who asks how crowded it was: as numbers, and null for whoever does not, because all moments are put in order
agents as (
    select agent_name, cast(row_number() over (order by agent_name) as integer) as agent
    from (select distinct agent_name from runs)
),
moments as (
    select
        started_at_ms                                                     as at_ms,
        1                                                                 as more,
        case when asked then agent end                                    as agent,
        own_cluster,
        failed
    from scoped
    join agents using (agent_name)
    where ended_at_ms is not null
    union all
    select greatest(ended_at_ms, started_at_ms + 1), -1, null, null, null
    from runs
    where ended_at_ms is not null
),
crowds as (
    select agent, own_cluster, together, count(*) as runs, count(*) filter (where failed) as failed
    from (select *, sum(more) over (order by at_ms) as together from moments)
    where agent is not null
    group by agent, own_cluster, together
),
-- by a few circumstances at a time, because that is quick; then each of them by itself
times as (
    select agent_name, own_cluster, "hour", weekday, count(*) as runs, count(*) filter (where failed) as failed
    from scoped
    where asked
    group by agent_name, own_cluster, "hour", weekday
),
work as (
    select
        agent_name, own_cluster, project, model, task_type, count(*) as runs, count(*) filter (where failed) as failed
    from scoped
    where asked
    group by agent_name, own_cluster, project, model, task_type
),
versions as (
    select
        agent_name, own_cluster, definition, client_version,
        count(*) as runs, count(*) filter (where failed) as failed
    from scoped
    where asked
    group by agent_name, own_cluster, definition, client_version
),
named as (
    select own_cluster, 'agent' as circumstance, agent_name as place, '' as stratum, runs, failed from versions
    union all
    select own_cluster, 'hour', cast("hour" as varchar), agent_name, runs, failed from times
    union all
    select own_cluster, 'weekday', cast(weekday as varchar), agent_name, runs, failed from times
    union all
    select
        own_cluster,
        'concurrency',
        case
            when together <= 2 then cast(cast(together as integer) as varchar)
            when together <= 4 then '3 to 4'
            when together <= 8 then '5 to 8'
            else '9 or more'
        end,
        agent_name,
        runs,
        failed
    from crowds
    join agents using (agent)
    union all
    select own_cluster, 'project', project, agent_name, runs, failed from work
    union all
    select own_cluster, 'model', model, agent_name, runs, failed from work
    union all
    select own_cluster, 'task type', task_type, agent_name, runs, failed from work
    union all
    select own_cluster, 'agent version', agent_name || ' ' || definition, agent_name, runs, failed from versions
    union all
    select own_cluster, 'client version', client_version, agent_name, runs, failed from versions
),
-- an agent is compared with all others, everything else within the agent
known as (
    select 0 as cluster, circumstance, place, stratum, sum(runs) as runs, sum(failed) as failed
    from named
    where place is not null
    group by circumstance, place, stratum
    union all
    select own_cluster, circumstance, place, stratum, 0, sum(failed)
    from named
    where place is not null and own_cluster is not null
    group by own_cluster, circumstance, place, stratum
),
places as (
    select
        circumstance,
        place,
        stratum,
        runs,
        sum(runs) over (partition by circumstance, stratum)               as stratum_runs,
        sum(runs) over (partition by circumstance, place)                 as place_runs
    from known
    where cluster = 0
),
-- an agent without a failure of the cluster tells nothing about where they fall
strata as (
    select cluster, circumstance, stratum, stratum_failed,
        sum(stratum_failed) over (partition by cluster, circumstance)     as cluster_failed
    from (
        select cluster, circumstance, stratum, sum(failed) as stratum_failed
        from known
        group by cluster, circumstance, stratum
    )
    where stratum_failed > 0
)
select
    cast(cluster as integer)                                              as cluster,
    circumstance,
    place,
    cast(any_value(place_runs) as bigint)                                 as runs,
    cast(coalesce(sum(known.failed), 0) as bigint)                        as failed,
    rate(coalesce(sum(known.failed), 0), any_value(place_runs))           as failure_rate,
    wilson_low(coalesce(sum(known.failed), 0), any_value(place_runs))     as failure_low,
    wilson_high(coalesce(sum(known.failed), 0), any_value(place_runs))    as failure_high,
    list(cast(places.stratum_runs as bigint) order by stratum)            as stratum_runs,
    list(cast(stratum_failed as bigint) order by stratum)                  as stratum_failed,
    list(cast(places.runs as bigint) order by stratum)                    as stratum_here
from places
join strata using (circumstance, stratum)
left join known using (cluster, circumstance, place, stratum)
where place_runs >= $few
  and cluster_failed >= $few
group by cluster, circumstance, place
-- where it is the only value there is nothing to compare with
having sum(places.runs) < sum(places.stratum_runs)
order by cluster, circumstance, place
