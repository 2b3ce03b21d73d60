-- The record files in archive parts whose id starts with a text, or the last part of whose id does.
-- $paths: the parts; $reference: the text.
select filename as part, name, invocation_id, content, sha256
from read_parquet($paths, filename = true)
where starts_with(invocation_id, $reference)
    or starts_with(split_part(invocation_id, '-', -1), $reference)
order by invocation_id, part, name
