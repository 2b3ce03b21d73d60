-- One agent before and after a moment: how often it ran, succeeded and was accepted.
-- $agent: its name. $from_ms to $at_ms is before, $at_ms to $until_ms after.
-- $few: a change needs at least so many runs, or verdicts, on both sides.
with counted as (
    select
        count(*) filter (where started_at_ms < $at_ms)                                   as n_b,
        count(*) filter (where started_at_ms < $at_ms and status = 'success')            as s_b,
        count(*) filter (where started_at_ms >= $at_ms)                                  as n_a,
        count(*) filter (where started_at_ms >= $at_ms and status = 'success')           as s_a,
        count(user_accepted) filter (where started_at_ms < $at_ms)                       as j_b,
        count(*) filter (where started_at_ms < $at_ms and user_accepted)                 as y_b,
        count(user_accepted) filter (where started_at_ms >= $at_ms)                      as j_a,
        count(*) filter (where started_at_ms >= $at_ms and user_accepted)                as y_a
    from invocations
    where agent_name = $agent and started_at_ms >= $from_ms and started_at_ms < $until_ms
)
select
    n_b                                                                                  as runs_before,
    s_b                                                                                  as success_before,
    n_a                                                                                  as runs_after,
    s_a                                                                                  as success_after,
    case when least(n_a, n_b) >= $few then rate(s_a, n_a) - rate(s_b, n_b) end           as change,
    case when least(n_a, n_b) >= $few then newcombe_low(s_a, n_a, s_b, n_b) end          as change_low,
    case when least(n_a, n_b) >= $few then newcombe_high(s_a, n_a, s_b, n_b) end         as change_high,
    j_b                                                                                  as judged_before,
    y_b                                                                                  as accepted_before,
    j_a                                                                                  as judged_after,
    y_a                                                                                  as accepted_after,
    case when least(j_a, j_b) >= $few then rate(y_a, j_a) - rate(y_b, j_b) end           as accepted_change,
    case when least(j_a, j_b) >= $few then newcombe_low(y_a, j_a, y_b, j_b) end          as accepted_change_low,
    case when least(j_a, j_b) >= $few then newcombe_high(y_a, j_a, y_b, j_b) end         as accepted_change_high
from counted
