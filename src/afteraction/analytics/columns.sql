-- The columns of the view that every question asks, in order.
select column_name as name, column_type as type
from (describe invocations)
