-- The gathered invocations, oldest first.
select *
from exported
order by started_at_ms nulls last, invocation_id
