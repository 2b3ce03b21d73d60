-- How many hidden rows each part still has, the most first.
-- $parts: the paths of the parts; hidden: a table with the stamps of hidden rows.
select filename as path, count(*) as rows
from read_parquet($parts, filename = true)
where stamp in (select stamp from hidden)
group by filename
order by rows desc, path
