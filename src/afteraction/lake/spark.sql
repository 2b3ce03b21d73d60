-- What every question asks of a lake in Spark: each invocation once, as it was pushed last.
-- part_rows: the rows of all parts.
create or replace temporary view invocations as
select * except (`day`, writer, pushed_at_ms, part_pushed_at_ms, place)
from (
    select *, row_number() over (partition by invocation_id order by pushed_at_ms desc, writer desc) as place
    from (
        select *, max(pushed_at_ms) over (partition by writer, `day`) as part_pushed_at_ms
        from part_rows
    )
    where pushed_at_ms = part_pushed_at_ms
)
where place = 1
