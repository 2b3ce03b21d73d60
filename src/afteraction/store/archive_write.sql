-- Write one day's record files as an archive part.
-- $lines: a line of JSON per file, its content in base64, which carries any byte; $path: the part to write.
-- Every row says how many the part has, so that a lost row is noticed.
copy (
    select name, invocation_id, from_base64(content) as content, sha256, count(*) over () as records
    from read_json(
        $lines,
        format = 'newline_delimited',
        maximum_object_size = 33554432,
        columns = {name: 'varchar', invocation_id: 'varchar', content: 'varchar', sha256: 'varchar'}
    )
    order by name
) to $path (format parquet, compression zstd, use_tmp_file false)
