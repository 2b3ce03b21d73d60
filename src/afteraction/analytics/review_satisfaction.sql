-- Whether the user took what each agent delivered in a period, and in the one before.
-- What the user said and what was inferred (docs/acceptance.md says how) are counted apart; most runs tell nothing.
-- corrected: the user's next prompt said that it is wrong. redone: the main agent gave it the same task again.
-- reinvoked: the same agent had run, and ended, in the same session before. That may be a new task, or the old again.
-- $since_ms, $until_ms: the period, from and to. $before_ms: where the one before begins; it ends at $since_ms.
-- $project, $agent, $model: the rest of the scope; null means no limit.
with scoped as (
    select *
    from invocations
    where started_at_ms >= $before_ms - 86400000
      and started_at_ms < $until_ms
      and ($project is null or project = $project or ends_with(project, '/' || $project))
      and ($agent is null or agent_name = $agent)
      and ($model is null or $model in (model, model_tier) or starts_with(model, $model || '-'))
),
followed as (
    select
        *,
        started_at_ms >= $since_ms                                        as is_now,
        coalesce(acceptance_source, 'explicit') = 'inferred'              as inferred,
        session_id is not null and started_at_ms >= min(ended_at_ms) over (
            partition by session_id, agent_name
            order by started_at_ms, invocation_id
            rows between unbounded preceding and 1 preceding
        )                                                                 as again
    from scoped
),
counted as (
    select
        agent_name,
        count(*) filter (where is_now)                                                               as invocations,
        count(*) filter (where is_now and not inferred and user_accepted)                            as said_accepted,
        count(*) filter (where is_now and not inferred and not user_accepted)                        as said_rejected,
        count(*) filter (where is_now and inferred and user_accepted)                                as inferred_accepted,
        count(*) filter (where is_now and inferred and not user_accepted)                            as inferred_rejected,
        count(*) filter (where is_now and user_accepted is null)                                     as unknown,
        count(*) filter (where is_now and not user_accepted and acceptance_signal = 'corrected')     as corrected,
        count(*) filter (where is_now and not user_accepted and acceptance_signal = 'redelegated')   as redone,
        count(*) filter (where is_now and again)                                                     as reinvoked,
        count(*) filter (where not is_now)                                                           as invocations_before,
        count(*) filter (where not is_now and not inferred and user_accepted)                        as said_accepted_before,
        count(*) filter (where not is_now and not inferred and not user_accepted)                    as said_rejected_before,
        count(*) filter (where not is_now and inferred and user_accepted)                            as inferred_accepted_before,
        count(*) filter (where not is_now and inferred and not user_accepted)                        as inferred_rejected_before,
        count(*) filter (where not is_now and not user_accepted and acceptance_signal = 'corrected') as corrected_before,
        count(*) filter (where not is_now and not user_accepted and acceptance_signal = 'redelegated') as redone_before,
        count(*) filter (where not is_now and again)                                                 as reinvoked_before
    from followed
    where started_at_ms >= $before_ms
    group by agent_name
)
select
    agent_name,
    invocations,
    said_accepted,
    said_rejected,
    inferred_accepted,
    inferred_rejected,
    unknown,
    corrected,
    redone,
    reinvoked,
    invocations_before,
    said_accepted_before,
    said_rejected_before,
    inferred_accepted_before,
    inferred_rejected_before,
    corrected_before,
    redone_before,
    reinvoked_before
from counted
order by said_rejected + inferred_rejected desc, invocations desc, agent_name
