-- Which invocations are gathered.
select distinct invocation_id
from exported
