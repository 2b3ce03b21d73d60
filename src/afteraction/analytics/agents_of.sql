-- Which agent some invocations were: those of them that are recorded.
-- $ids: their ids with a space between each two.
select invocation_id, agent_name
from invocations
join (select distinct unnest(string_split($ids, ' ')) as invocation_id) using (invocation_id)
order by invocation_id
