"""Rows for programs: JSON, CSV, and tab-separated lines for a pipe.

All three carry the same fields in the same order, every row whole. They differ in what unknown looks like, each as its
readers expect: ``null``, an empty cell, ``-``.
"""

from __future__ import annotations

import csv
import dataclasses
import json
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from afteraction.output.durations import UNKNOWN
from afteraction.output.text import escaped_json, plain, spreadsheet_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import DataclassInstance


def write_json(document: object, stream: TextIO) -> None:
    """Write dataclasses, structs, or lists and mappings of them as one indented JSON document."""
    utf8 = (stream.encoding or "ascii").lower().replace("-", "") == "utf8"
    text = json.dumps(msgspec.to_builtins(document), indent=2, ensure_ascii=not utf8)
    stream.write(escaped_json(text) + "\n")


def write_csv(rows: Sequence[DataclassInstance], row_type: type[DataclassInstance], stream: TextIO) -> None:
    """Write a header and one line per row; no text cell can start a formula in a spreadsheet."""
    writer = csv.writer(_forgiving(stream), lineterminator="\n")
    names = [field.name for field in dataclasses.fields(row_type)]
    writer.writerow(names)
    writer.writerows([_csv_cell(getattr(row, name)) for name in names] for row in rows)


def write_tabs(rows: Sequence[DataclassInstance], row_type: type[DataclassInstance], stream: TextIO) -> None:
    """Write a header and one tab-separated line per row, nothing shortened."""
    stream = _forgiving(stream)
    names = [field.name for field in dataclasses.fields(row_type)]
    stream.write("\t".join(names) + "\n")
    for row in rows:
        stream.write("\t".join(_tab_cell(getattr(row, name)) for name in names) + "\n")


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    return spreadsheet_cell(value) if isinstance(value, str) else _exact(value)


def _tab_cell(value: Any) -> str:
    if value is None:
        return UNKNOWN
    return plain(value) if isinstance(value, str) else _exact(value)


def _exact(value: Any) -> str:
    """Numbers as Python writes them (their shortest exact form), everything else as JSON does."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return escaped_json(json.dumps(msgspec.to_builtins(value), ensure_ascii=False))
    return str(value)


def _forgiving(stream: TextIO) -> TextIO:
    """The stream, writing what its encoding lacks as an escape instead of failing half-way."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    return stream
