-- Which record files an archive part holds, without their contents.
-- $path: the part.
select name, invocation_id, sha256, records
from read_parquet($path)
order by name
