"""Lines of transcripts as they are found: all that can be read is read, whatever stands around it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afteraction.sources.claude import lines
from afteraction.sources.claude.lines import Lines

Line = dict[str, Any]

UUIDS = st.sampled_from([None, "1", "2", "3"])
TEXTS = st.one_of(st.text(max_size=20), st.sampled_from(["Grüße 😀", 'He wrote "type":"user"\n', "x" * 3000]))
ANSWERS = st.fixed_dictionaries(
    {"type": st.sampled_from(["user", "assistant", "progress"]), "uuid": UUIDS},
    optional={
        "message": st.fixed_dictionaries(
            {"content": st.one_of(TEXTS, st.lists(st.fixed_dictionaries({"text": TEXTS})))}
        ),
        "toolUseResult": st.one_of(TEXTS, st.lists(st.integers()), st.none()),
        "unknown": st.recursive(st.none() | st.booleans() | TEXTS, st.lists, max_leaves=4),
    },
)
ODD = st.fixed_dictionaries({"type": st.integers(), "uuid": UUIDS, "message": st.just([1])})
BROKEN = st.sampled_from([b"{", b'{"uuid":"9",', b"[1]", b"null", b"7", b"\0\0", b'{"uuid":"9\xff'])
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", "  : ")])
READABLE = st.builds(
    lambda made, separators, ascii_only: json.dumps(made, separators=separators, ensure_ascii=ascii_only).encode(),
    st.one_of(ANSWERS, ODD),
    SEPARATORS,
    st.booleans(),
)
FILES = st.lists(st.one_of(READABLE, BROKEN, st.just(b"")), max_size=8)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\n\n"])


@settings(max_examples=400, deadline=None)
@given(parts=FILES, end=ENDS, mark=st.sampled_from([b"", b"\xef\xbb\xbf"]), last_end=st.booleans())
def test_every_line_is_read_or_counted(*, parts: list[bytes], end: bytes, mark: bytes, last_end: bool) -> None:
    """Whatever a file is made of: a line is there, once, or it is counted; only an unfinished last one is neither."""
    reader = Lines(mark + end.join(parts) + (end if last_end else b""))

    found = [(line.type, line.uuid) for line in reader.all()]

    said = [said_by(part) for part in parts]
    assert found == once([one for one in said if isinstance(one, tuple)])
    broken = [one == "broken" for one in said]
    cut = bool(broken) and broken[-1] and not last_end
    assert (reader.unreadable, reader.cut) == (sum(broken) - cut, cut)


def said_by(part: bytes) -> tuple[str | None, str | None] | str:
    """What one line says by the standard library's account."""
    if not part:
        return "nothing"
    try:
        value = json.loads(part)
    except ValueError:
        return "broken"
    if not isinstance(value, dict):
        return "broken"
    kind = value["type"]
    return (kind if isinstance(kind, str) else None), value["uuid"]


def once(said: list[tuple[str | None, str | None]]) -> list[tuple[str | None, str | None]]:
    """Each uuid once; lines without one are all different."""
    kept: dict[object, tuple[str | None, str | None]] = {}
    for place, (kind, uuid) in enumerate(said):
        kept.setdefault(uuid if uuid is not None else place, (kind, uuid))
    return list(kept.values())


@settings(max_examples=200, deadline=None)
@given(made=ANSWERS, separators=SEPARATORS, reverse=st.booleans())
def test_neither_white_space_nor_the_order_of_keys_matters(
    *, made: Line, separators: tuple[str, str], reverse: bool
) -> None:
    """The client writes compact JSON in an order of its own; nothing that is read depends on it."""
    other = dict(reversed(made.items())) if reverse else made
    [one] = Lines(json.dumps(made, separators=(",", ":")).encode() + b"\n").all()
    [two] = Lines(json.dumps(other, separators=separators).encode() + b"\n").all()

    assert (one.type, one.uuid, text_of(one)) == (two.type, two.uuid, text_of(two))
    assert lines.read_raw(one.toolUseResult) == lines.read_raw(two.toolUseResult) == made.get("toolUseResult")


def text_of(line: lines.Line) -> list[str | None] | str | None:
    """A line's text."""
    content = line.message.content if line.message is not None else None
    return [block.text for block in content] if isinstance(content, list) else content


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (rb'"cut \ud83d"', "cut �"),
        (rb'"cut \ude00 here"', "cut � here"),
        (rb'"\ud83d\ude00 whole, \ud83dcut"', "😀 whole, �cut"),
        (rb'"a path: C:\\ud83d\\x"', "a path: C:\\ud83d\\x"),
        (rb'"C:\\ud83d and \ud83d"', "C:\\ud83d and �"),
        (b'"no UTF-8: \xff"', "no UTF-8: �"),
    ],
)
def test_a_text_that_was_cut_inside_a_character_is_not_lost(raw: bytes, text: str) -> None:
    """JavaScript writes half of a surrogate pair where it cut a text inside an emoji: the line is read all the same."""
    data = b'{"type":"assistant","uuid":"u","message":{"content":[{"type":"text","text":' + raw + b"}]}}\n"
    reader = Lines(data)

    [found] = reader.all()

    assert found.message is not None
    assert isinstance(found.message.content, list)
    assert found.message.content[0].text == text
    assert reader.unreadable == 0


def test_a_stepped_over_value_is_mended_when_it_is_asked_for() -> None:
    """What a tool gave is decoded only when it is asked for, and by the same rule."""
    data = b'{"type":"user","message":{"content":[]},"toolUseResult":{"agentId":"a1","content":"\xff \\ud83d"}}\n'

    [found] = Lines(data).all()

    assert lines.read_raw(found.toolUseResult) == {"agentId": "a1", "content": "� �"}


@pytest.mark.parametrize(
    "broken",
    [b"{", b'{"type":"user",}', b"[1]", b"null", b'"text"', b"\0\0\0", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000],
    ids=lambda broken: repr(broken[:12]),
)
def test_a_broken_line_is_counted_and_the_others_are_read(broken: bytes) -> None:
    """One line that is no JSON object costs that line: it is counted, and what stands around it is there."""
    reader = Lines(b'{"type":"user","uuid":"1"}\n' + broken + b'\n{"type":"user","uuid":"2"}\n')

    assert [found.uuid for found in reader.all()] == ["1", "2"]
    assert (reader.unreadable, reader.cut) == (1, False)


def test_an_unfinished_last_line_is_not_broken() -> None:
    """The client may be in the middle of writing it, even in the middle of a character."""
    whole = '{"type":"user","uuid":"1","message":{"content":"Grüße"}}'.encode()
    for size in range(2, len(whole)):
        reader = Lines(b'{"type":"user","uuid":"0"}\n' + whole[:size])
        assert [found.uuid for found in reader.all()] == ["0"]
        assert (reader.unreadable, reader.cut) == (0, True)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n", b"\r\n \r\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n"])
def test_marks_and_empty_lines_are_nothing(start: bytes, end: bytes) -> None:
    """A byte order mark, another system's line ends and empty lines are neither lines nor damage."""
    reader = Lines(start + end.join([b'{"uuid":"1"}', b'{"uuid":"2"}', b""]))

    assert [found.uuid for found in reader.all()] == ["1", "2"]
    assert (reader.unreadable, reader.cut) == (0, False)


@pytest.mark.parametrize(
    "odd",
    [
        {"timestamp": 5},
        {"version": None},
        {"isSidechain": "yes"},
        {"apiErrorStatus": "429"},
        {"message": {"content": [7, None, {"type": "text", "text": "kept"}]}},
        {"message": {"id": 4, "content": [{"type": "text", "text": "kept"}], "usage": {"input_tokens": "1"}}},
    ],
    ids=str,
)
def test_a_value_of_another_type_costs_that_value_only(odd: Line) -> None:
    """Formats drift: an unexpected type somewhere is read as absent, and the line's other keys are there."""
    kept = {"type": "assistant", "uuid": "u", "message": {"content": [{"type": "text", "text": "kept"}]}}

    [found] = Lines(json.dumps(kept | odd).encode() + b"\n").all()

    assert (found.type, found.uuid) == ("assistant", "u")
    assert found.message is not None
    assert [block.text for block in found.message.content or () if isinstance(block, lines.Block)] == ["kept"]


def test_a_repeated_line_is_read_once() -> None:
    """Forked and resumed sessions copy lines: the same uuid is the same line."""
    data = b'{"uuid":"1","type":"user"}\n{"uuid":"1","type":"assistant"}\n{"type":"user"}\n{"type":"user"}\n'

    assert [(found.uuid, found.type) for found in Lines(data).all()] == [("1", "user"), (None, "user"), (None, "user")]
