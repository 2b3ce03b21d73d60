-- Settings with which ClickHouse means by a query what DuckDB means by it.
set
    -- a name after "where" is a column's, not that of an expression after "select"
    prefer_column_name_to_alias = 1,
    -- unknown is null: in outer joins, sums of nothing, casts, grouping sets, columns of files
    join_use_nulls = 1,
    aggregate_functions_null_for_empty = 1,
    data_type_default_nullable = 1,
    cast_keep_nullable = 1,
    group_by_use_nulls = 1,
    schema_inference_make_columns_nullable = 1,
    -- parts of several versions have different columns, and the date of a folder is not the one of a run
    schema_inference_mode = 'union',
    use_hive_partitioning = 0,
    -- standard SQL that is off by default
    union_default_mode = 'DISTINCT',
    joined_subquery_requires_alias = 0,
    session_timezone = 'UTC',
    -- whole numbers are written as numbers
    output_format_json_quote_64bit_integers = 0
