-- Write the gathered invocations as a Parquet file, oldest first.
-- $path: the file to write.
copy (
    select *
    from exported
    order by started_at_ms nulls last, invocation_id
) to $path (format parquet, compression zstd, use_tmp_file false)
