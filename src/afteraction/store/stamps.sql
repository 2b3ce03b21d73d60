-- Which rows the cache holds for some days, hidden ones included.
-- $parts: the paths of the parts to look into; $days: the days.
select "day", stamp
from read_parquet($parts)
where "day" in (select unnest($days))
