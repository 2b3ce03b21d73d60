"""Rows for programs: JSON, CSV, and tab-separated lines for a pipe.

All three carry the same fields in the same order, every row whole. They differ in what unknown looks like, each as its
readers expect: ``null``, an empty cell, ``-``.
"""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from afteraction.output.durations import UNKNOWN
from afteraction.output.text import escaped_ascii, escaped_json, plain, spreadsheet_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from _typeshed import DataclassInstance


def write_json(document: object, stream: TextIO) -> None:
    """Write dataclasses, structs, or lists and mappings of them as one indented JSON document."""
    import json

    text = json.dumps(msgspec.to_builtins(document), indent=2, ensure_ascii=not _is_utf8(stream))
    stream.write(escaped_json(text) + "\n")


def write_json_rows(names: Sequence[str], rows: Iterable[Sequence[Any]], stream: TextIO) -> None:
    """Write rows as one JSON array of objects, an object a line, without holding them all; NaN becomes null."""
    ascii_only = not _is_utf8(stream)
    encode = msgspec.json.Encoder(decimal_format="number").encode
    separator = "["
    for row in rows:
        text = encode(dict(zip(names, row, strict=True))).decode()
        stream.write(f"{separator}\n{escaped_ascii(text) if ascii_only else escaped_json(text)}")
        separator = ","
    stream.write("[]\n" if separator == "[" else "\n]\n")


def write_lines(documents: Iterable[bytes], stream: TextIO) -> None:
    """Write JSON documents, one a line, their values exactly as they are written (NDJSON)."""
    ascii_only = not _is_utf8(stream)
    for document in documents:
        text = msgspec.json.format(document, indent=-1).decode()
        stream.write((escaped_ascii(text) if ascii_only else escaped_json(text)) + "\n")


def write_csv(rows: Sequence[DataclassInstance], row_type: type[DataclassInstance], stream: TextIO) -> None:
    """Write a header and one line per row; no text cell can start a formula in a spreadsheet."""
    write_csv_rows(*_cells(rows, row_type), stream)


def write_csv_rows(names: Sequence[str], rows: Iterable[Sequence[Any]], stream: TextIO) -> None:
    """The same for rows whose columns are known only now."""
    import csv

    writer = csv.writer(_forgiving(stream), lineterminator="\n")
    writer.writerow([spreadsheet_cell(name) for name in names])
    writer.writerows([_csv_cell(value) for value in row] for row in rows)


def write_tabs(rows: Sequence[DataclassInstance], row_type: type[DataclassInstance], stream: TextIO) -> None:
    """Write a header and one tab-separated line per row, nothing shortened."""
    write_tab_rows(*_cells(rows, row_type), stream)


def write_tab_rows(names: Sequence[str], rows: Iterable[Sequence[Any]], stream: TextIO) -> None:
    """The same for rows whose columns are known only now."""
    stream = _forgiving(stream)
    stream.write("\t".join(plain(name) for name in names) + "\n")
    for row in rows:
        stream.write("\t".join(tab_cell(value) for value in row) + "\n")


def tab_cell(value: Any) -> str:
    """A value on one line: texts made plain, numbers and times as they are, everything else as JSON."""
    if value is None:
        return UNKNOWN
    return plain(value) if isinstance(value, str) else _exact(value)


def _cells(
    rows: Sequence[DataclassInstance], row_type: type[DataclassInstance]
) -> tuple[list[str], Iterator[list[Any]]]:
    names = [field.name for field in dataclasses.fields(row_type)]
    return names, ([getattr(row, name) for name in names] for row in rows)


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    return spreadsheet_cell(value) if isinstance(value, str) else _exact(value)


def _exact(value: Any) -> str:
    """Numbers as Python writes them (their shortest exact form), everything else as JSON does, a text bare."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    import json

    built = msgspec.to_builtins(value)
    return built if isinstance(built, str) else escaped_json(json.dumps(built, ensure_ascii=False))


def _is_utf8(stream: TextIO) -> bool:
    return (stream.encoding or "ascii").lower().replace("-", "") == "utf8"


def _forgiving(stream: TextIO) -> TextIO:
    """The stream, writing what its encoding lacks as an escape instead of failing half-way."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    return stream
