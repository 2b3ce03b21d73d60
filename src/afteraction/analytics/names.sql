-- The names of all agents that ever ran.
select distinct agent_name
from invocations
order by agent_name
