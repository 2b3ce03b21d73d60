-- An empty table for rows that do not count any more, by their stamps.
create or replace table hidden (stamp bigint)
