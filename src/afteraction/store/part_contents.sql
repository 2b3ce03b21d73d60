-- How many rows a part has, and of which days.
-- $path: the part.
select count(*) as rows, coalesce(list(distinct "day" order by "day"), []) as days
from read_parquet($path)
