-- Write the rows of some parts that still count as one part, in the same order as every other.
-- $parts: the paths of the parts; hidden: a table with the stamps of rows that do not count; $path: the file to write.
copy (
    select *
    from read_parquet($parts)
    where stamp not in (select stamp from hidden)
    order by "day", started_at_ms, stamp
) to $path (format parquet, compression snappy, row_group_size 16384, use_tmp_file false)
