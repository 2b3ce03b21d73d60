-- The rows of all parts that still are what their files say.
-- parts: a variable with the paths of all parts; hidden: a table with the stamps of the rows that are not.
-- A macro, because a view would be checked against the files when it is made, which takes 2 ms each time.
create macro cached() as table
select *
from read_parquet(getvariable('parts'))
where stamp not in (select stamp from hidden)
