-- The same where there are no parts.
create macro part_rows() as table
select * exclude (stamp), cast(null as varchar) as writer, cast(null as bigint) as pushed_at_ms
from batch
