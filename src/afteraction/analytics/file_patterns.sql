-- Which kinds of files an agent changes: by ending (**/*.py) and by first folder (src/**), with the share of its runs.
-- Only runs that changed files inside their project count; a run counts once for a pattern.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $few: agents with fewer such runs are left out.
with scoped as (
    select
        agent_name,
        list_filter(files_modified, lambda path: not regexp_matches(path, '^(/|~|\.\./|[A-Za-z]:)')) as paths
    from invocations
    where ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
changing as (
    select agent_name, paths, count(*) over (partition by agent_name) as agent_runs
    from scoped
    where len(paths) > 0
),
patterns as (
    select
        agent_name,
        agent_runs,
        unnest(list_distinct(list_concat(
            list_transform(
                list_filter(paths, lambda path: regexp_matches(path, '[^/]\.[A-Za-z0-9]{1,10}$')),
                lambda path: '**/*.' || regexp_extract(path, '\.([A-Za-z0-9]+)$', 1)
            ),
            list_transform(
                list_filter(paths, lambda path: contains(path, '/')),
                lambda path: split_part(path, '/', 1) || '/**'
            )
        ))) as pattern
    from changing
)
select
    agent_name,
    pattern,
    count(*)                                                                  as runs,
    agent_runs,
    rate(count(*), agent_runs)                                                as share,
    wilson_low(count(*), agent_runs)                                          as share_low,
    wilson_high(count(*), agent_runs)                                         as share_high
from patterns
where agent_runs >= $few
group by agent_name, pattern, agent_runs
order by agent_name, runs desc, pattern
