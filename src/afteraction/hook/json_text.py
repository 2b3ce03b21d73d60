"""JSON to and from text with the C parts of the standard library's ``json``, without importing it.

``json`` costs as much as the whole start of the interpreter, because its decoder imports ``re``; the C scanner and
encoder behind it stand in ``_json`` and take their options from any object that has the attributes. A Python without
``_json`` gets ``json``, slower and otherwise the same.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Scanner = Callable[[str, int], tuple[Any, int]]

BLANK = " \t\r\n"
MOST_VALUES = 250_000
"""A payload with more commas may hold more values than fit in 100 MB and 100 ms; a long text of prose has fewer."""
FIRST_BYTES = 64 * 1024
"""Of a payload that cannot be read whole: the short members come before any tool's input or output."""
UNREADABLE = (ValueError, StopIteration, RecursionError, MemoryError, SystemError)
"""What a scanner raises: bad JSON, no JSON, nested too deep, too large, and bad JSON once more, for the C scanner
looks for ``json``'s own exception among the imported modules and does not find it."""


def no_number(_: str) -> None:
    """NaN and the infinities: absent."""


class Options:
    """What ``_json.make_scanner`` reads: forgiving, and no number of any length costs time."""

    strict = False
    object_hook = None
    object_pairs_hook = None
    array_hook = None
    parse_float = float
    parse_int = float
    """Exact up to 2**53; 5,000 digits are infinity at once instead of a ``ValueError`` for the whole payload."""
    parse_constant = no_number


def scanner() -> "Scanner":
    """A function from text and position to a value and the position after it."""
    try:
        from _json import make_scanner
    except ImportError:
        from json import JSONDecoder

        decoder = JSONDecoder(strict=False, parse_int=float, parse_constant=no_number)
        return decoder.scan_once  # type: ignore[no-any-return, attr-defined]
    return make_scanner(Options)  # type: ignore[arg-type]


def decode(data: "bytes | bytearray", limit: int) -> "tuple[dict[str, Any], bool]":
    """The object that ``data`` is, and whether only its first members could be read.

    ``data`` longer than ``limit`` bytes is known to be incomplete.
    """
    scan = scanner()
    if len(data) <= limit and data.count(b",") <= MOST_VALUES:
        try:
            value, _ = scan(data.decode("utf-8", "replace").lstrip(BLANK), 0)
        except UNREADABLE:
            pass
        else:
            return (value, False) if isinstance(value, dict) else ({}, True)
    return first_members(data[:FIRST_BYTES].decode("utf-8", "replace").lstrip(BLANK), scan), True


def first_members(text: str, scan: "Scanner") -> "dict[str, Any]":
    """The members of an object up to the first that cannot be read: the client sends the short ones first."""
    members: dict[str, Any] = {}
    position = 0
    try:
        while text[position] in "{,":
            key, position = scan(text, after_blank(text, position + 1))
            position = after_blank(text, position)
            if not isinstance(key, str) or text[position] != ":":
                break
            members[key], position = scan(text, after_blank(text, position + 1))
            position = after_blank(text, position)
    except (*UNREADABLE, IndexError):
        pass
    return members


def after_blank(text: str, position: int) -> int:
    """The position of the next character that is not white space."""
    while text[position] in BLANK:
        position += 1
    return position


def encode(value: "dict[str, Any]") -> bytes:
    """One line of compact ASCII JSON with its line end; ``value`` holds no float."""
    try:
        from _json import encode_basestring_ascii, make_encoder
    except ImportError:
        from json import dumps

        return dumps(value, separators=(",", ":")).encode() + b"\n"
    encoder = make_encoder(None, repr, encode_basestring_ascii, None, ":", ",", False, False, False)  # noqa: FBT003
    return "".join(encoder(value, 0)).encode() + b"\n"
