-- Rows that do not count any more, by their stamps.
-- $stamps: a JSON array, because binding a list of numbers one by one takes ten times as long.
create or replace table hidden as
select cast(unnest(from_json($stamps, '["bigint"]')) as bigint) as stamp
