-- The same where no two parts hold the same day: then no invocation is there twice.
create view invocations as
select * exclude ("day", writer, pushed_at_ms)
from part_rows()
