-- masked(message): an error message without what differs from one occurrence to the next, so that like ones are equal.
-- In this order, because each takes what the later ones would tear apart: the words of a JSON error are freed from
-- their quotes; quoted text goes; web addresses; paths; UUIDs; words joined by dashes or underscores that hold a digit;
-- long hexadecimal numbers; dotted names such as files and hosts; numbers with their unit. Numbers from 400 to 599
-- stay: they are mostly HTTP's, and say what went wrong, as do the placeholders of the redactor.
-- Only the first 300 characters count: what differs later is mostly a quotation.
create macro masked(message) as
    trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        left(message, 300),
        '\s+', ' ', 'g'),
        '"([a-z_]+)": ?"([a-z_]+)"', '\1: \2', 'g'),
        '"[^"]*"|`[^`]*`|\B''[^'']*''', '<text>', 'g'),
        '\b[a-z][a-z0-9+.-]*://[^\s<>")\]]+', '<url>', 'g'),
        '(?:~|\.{1,2}|\b[A-Za-z]:|\b[\w.@-]+)?(?:[/\\][\w.@+-]+){2,}[/\\]?|(?:~|\.{1,2})[/\\][\w.@+-]+|\b[\w-]+/[\w-]+\.\w+',
        '<path>', 'g'),
        '\b[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\b', '<id>', 'g'),
        '\b[A-Za-z][A-Za-z0-9]*[_-][A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]*\b', '<id>', 'g'),
        '\b(?:0x)?[0-9A-Fa-f]{8,}\b', '<id>', 'g'),
        '\b[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+\b', '<name>', 'g'),
        '\b[0-9]+(?:[.,:][0-9]+)*(?:ms|[smhdkKMG]|[kKMG]i?B)\b|\b[0-9]+(?:[.,:][0-9]+)+', '<n>', 'g'),
        '\b(?:[0-9]{1,2}|[0-36-9][0-9]{2}|[0-9]{4,})\b', '<n>', 'g'))
