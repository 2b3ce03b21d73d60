-- Write the table "batch" as a part of a lake: the cache's columns, and who pushed them when.
-- $writer: the number of this root. $pushed_at_ms: now. $path: the file to write.
copy (
    select * exclude (stamp), $writer as writer, cast($pushed_at_ms as bigint) as pushed_at_ms
    from batch
    order by started_at_ms, invocation_id
) to $path (format parquet, compression zstd, row_group_size 16384, use_tmp_file false)
