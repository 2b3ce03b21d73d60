"""The file that a call was given, however the client wrote the call down."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afteraction.sources.claude.edits import path_in

PATHS = st.one_of(
    st.sampled_from(["/a/b.py", "/größe/配置.md", "C:\\src\\a.py", 'a "quoted" name', "tab\t", "", "😀"]),
    st.text(max_size=12, alphabet=st.characters(exclude_categories=["Cs"])),
)
VALUES = st.one_of(st.booleans(), st.integers(), PATHS, st.just('"file_path":"/in/a/text"'))
INPUTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["file_path", "notebook_path"]), PATHS),
        st.tuples(st.sampled_from(["replace_all", "old_string", "content"]), VALUES),
        st.just(("edits", [{"file_path": "/of/an/edit"}])),
    ),
    max_size=4,
    unique_by=lambda member: member[0],
)


@settings(max_examples=300, deadline=None)
@given(members=INPUTS, spaces=st.booleans(), ascii_only=st.booleans())
def test_the_path_is_found_in_every_order_and_form(
    members: list[tuple[str, object]], *, spaces: bool, ascii_only: bool
) -> None:
    """The quick look at a call's beginning gives what decoding the whole call gives."""
    call = dict(members)
    written = json.dumps(call, ensure_ascii=ascii_only, separators=None if spaces else (",", ":"))

    assert path_in(msgspec.Raw(written.encode())) == (call.get("file_path") or call.get("notebook_path"))


@pytest.mark.parametrize("name", [b"/a/\xff.py", rb"/a/\ud83d.py"], ids=["no UTF-8", "half a character"])
def test_a_broken_path_is_mended(name: bytes) -> None:
    """A path that no text can hold is shown with U+FFFD, as the rest of the line is."""
    assert path_in(msgspec.Raw(b'{"file_path":"' + name + b'","content":""}')) == "/a/\ufffd.py"
