-- What every question asks: every record as a row, without the cache's own columns.
create view invocations as
select * exclude ("day", stamp)
from current_rows()
