-- Write the table "batch" as a part, in the order that compresses and skips well.
-- $path: the file to write.
copy (
    select *
    from batch
    order by "day", started_at_ms, stamp
) to $path (format parquet, compression snappy, row_group_size 16384, use_tmp_file false)
