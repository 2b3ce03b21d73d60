-- The record files that an archive part holds, by name.
-- $path: the part.
select name, invocation_id, content, sha256, records
from read_parquet($path)
order by name
