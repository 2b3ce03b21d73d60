-- By how much two success rates differ: later less earlier, with Newcombe's interval.
-- $earlier_success, $earlier_runs, $later_success, $later_runs: how many of how many runs succeeded.
-- $few: with fewer runs on either side the difference is unknown.
with counted as (
    select
        $earlier_success as earlier_success,
        $earlier_runs    as earlier_runs,
        $later_success   as later_success,
        $later_runs      as later_runs
),
compared as (
    select *, earlier_runs >= $few and later_runs >= $few as comparable
    from counted
)
select
    earlier_success,
    earlier_runs,
    later_success,
    later_runs,
    rate(earlier_success, earlier_runs)                                                          as earlier_rate,
    rate(later_success, later_runs)                                                              as later_rate,
    case when comparable then rate(later_success, later_runs) - rate(earlier_success, earlier_runs) end
                                                                                                 as change,
    case when comparable then newcombe_low(later_success, later_runs, earlier_success, earlier_runs) end
                                                                                                 as change_low,
    case when comparable then newcombe_high(later_success, later_runs, earlier_success, earlier_runs) end
                                                                                                 as change_high
from compared
