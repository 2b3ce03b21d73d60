-- What every question asks of a lake in ClickHouse: each invocation once, as it was pushed last.
-- {glob:String}: the files of all parts, and perhaps of others; wanted: a table of those that count.
create or replace view invocations as
select * except (day, writer, pushed_at_ms, part_pushed_at_ms, place)
from (
    select *, row_number() over (partition by invocation_id order by pushed_at_ms desc, writer desc) as place
    from (
        select *, max(pushed_at_ms) over (partition by writer, day) as part_pushed_at_ms
        from file({glob:String}, 'Parquet')
        where _path in (select path from wanted)
    )
    where pushed_at_ms = part_pushed_at_ms
)
where place = 1
