-- Words of the task descriptions, agent by agent: in how many runs a word stands, and how many of these succeeded.
-- A word begins with a letter, has three or more letters, digits or underscores, and counts once for a run.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $few: words in fewer runs, and those missing from fewer runs of the agent, are left out: nothing can be compared.
with scoped as (
    select
        agent_name,
        status = 'success'                                                    as succeeded,
        list_distinct(regexp_extract_all(lower(task_description), '\pL[\pL\pN_]{2,}')) as said
    from invocations
    where task_description is not null
      and ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
totals as (
    select agent_name, count(*) as agent_runs, count(*) filter (where succeeded) as agent_success
    from scoped
    group by agent_name
),
words as (
    select agent_name, succeeded, unnest(said) as word
    from scoped
)
select
    agent_name,
    word,
    count(*)                                                                  as runs,
    count(*) filter (where succeeded)                                         as success,
    agent_runs,
    agent_success,
    rate(count(*) filter (where succeeded), count(*))                         as success_rate,
    wilson_low(count(*) filter (where succeeded), count(*))                   as success_low,
    wilson_high(count(*) filter (where succeeded), count(*))                  as success_high
from words
join totals using (agent_name)
group by agent_name, word, agent_runs, agent_success
having count(*) >= $few and agent_runs - count(*) >= $few
order by agent_name, word
