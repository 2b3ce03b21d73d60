-- Whether what agents delivered was wanted: acceptance, corrections, repetitions, false completions; the most runs first.
-- Explicit is what the user said, or a writer that names no source; inferred what the collector concluded. Never summed.
-- A run is repeated when the same agent gets a task of the same words in the same session after it had ended.
-- A false completion ended well and was rejected: it claimed to be done, and had to be done over or was thrown away.
-- $since_ms, $until_ms, $project, $agent, $model: the scope; null means no limit.
-- $min_runs: leave out agents with fewer runs.
with
-- read anew for each use: most columns are used once, and keeping all of them would take twice the memory
scoped as not materialized (
    select
        *,
        user_accepted is not null and coalesce(acceptance_source, 'explicit') <> 'inferred'        as told,
        user_accepted is not null and coalesce(acceptance_source, 'explicit') = 'inferred'         as inferred
    from invocations
    where ($since_ms is null or started_at_ms >= $since_ms)
      and ($until_ms is null or started_at_ms < $until_ms)
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
-- few tasks are given twice, and putting all runs in order is what takes long; two that share 64 bits do no harm here
given_again as (
    select hash(session_id) as own_session, hash(task_description) as task
    from scoped
    where session_id is not null and task_description is not null
    group by hash(session_id), hash(task_description)
    having count(*) > 1
),
in_order as (
    select
        agent_name,
        ended_at_ms,
        -- the next one: engines know lag better than lead
        lag(started_at_ms) over (
            partition by agent_name, session_id, task_description order by started_at_ms desc, invocation_id desc
        )                                                                 as again_ms
    from scoped
    join given_again on hash(session_id) = own_session and hash(task_description) = task
),
again as (
    select agent_name, count(*) as repeated
    from in_order
    where again_ms >= ended_at_ms
    group by agent_name
),
counted as (
    select
        agent_name,
        count(*)                                                          as n,
        count(*) filter (where status = 'success')                        as delivered,
        count(*) filter (where told and user_accepted)                    as told_yes,
        count(*) filter (where told and not user_accepted)                as told_no,
        count(*) filter (where inferred and user_accepted)                as seen_yes,
        count(*) filter (where inferred and not user_accepted)            as seen_no,
        count(*) filter (where status = 'success' and acceptance_signal = 'corrected' and not user_accepted)
                                                                          as corrected,
        count(*) filter (where status = 'success' and not user_accepted)  as false_completions,
        count(*) filter (where status = 'success' and told and not user_accepted) as false_told,
        cast(round(rate(sum(execution_time_ms), count(execution_time_ms))) as bigint) as mean_ms,
        quantile_cont(execution_time_ms, 0.5)                             as median_ms
    from scoped
    group by agent_name
)
select
    agent_name,
    n                                                                     as invocations,
    delivered                                                             as success,
    told_yes                                                              as explicit_accepted,
    told_no                                                               as explicit_rejected,
    rate(told_yes, told_yes + told_no)                                    as explicit_rate,
    wilson_low(told_yes, told_yes + told_no)                              as explicit_low,
    wilson_high(told_yes, told_yes + told_no)                             as explicit_high,
    seen_yes                                                              as inferred_accepted,
    seen_no                                                               as inferred_rejected,
    rate(seen_yes, seen_yes + seen_no)                                    as inferred_rate,
    wilson_low(seen_yes, seen_yes + seen_no)                              as inferred_low,
    wilson_high(seen_yes, seen_yes + seen_no)                             as inferred_high,
    n - told_yes - told_no - seen_yes - seen_no                           as unknown,
    corrected,
    rate(corrected, delivered)                                            as corrected_rate,
    wilson_low(corrected, delivered)                                      as corrected_low,
    wilson_high(corrected, delivered)                                     as corrected_high,
    repeated,
    rate(repeated, n)                                                     as repeated_rate,
    wilson_low(repeated, n)                                               as repeated_low,
    wilson_high(repeated, n)                                              as repeated_high,
    false_completions,
    false_told                                                            as false_completions_explicit,
    rate(false_completions, delivered)                                    as false_rate,
    wilson_low(false_completions, delivered)                              as false_low,
    wilson_high(false_completions, delivered)                             as false_high,
    mean_ms,
    cast(round(median_ms) as bigint)                                      as median_ms
from (select counted.*, coalesce(again.repeated, 0) as repeated from counted left join again using (agent_name))
where n >= $min_runs
order by invocations desc, agent_name
