-- Every row of some parts, with the columns that questions know, null where an older part has none.
-- parts: a variable with their paths; batch: an empty table that has all columns.
-- A macro, because a view would be checked against the files when it is made.
create macro part_rows() as table
select * exclude (stamp), cast(null as varchar) as writer, cast(null as bigint) as pushed_at_ms
from batch
union all by name
select *
from read_parquet(getvariable('parts'), union_by_name = true, hive_partitioning = false)
