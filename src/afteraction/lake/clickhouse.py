"""A lake asked by ClickHouse over the very same parts: by the one that runs inside this process, chdb.

A server that runs elsewhere is not asked: it would have to see the folder under a name of its own. What chdb answers,
such a server answers with the same settings and the same view.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from afteraction.errors import AfteractionError, StoreError
from afteraction.lake.dialect import translated
from afteraction.lake.lake_index import all_parts, nothing_pushed
from afteraction.lake.parts import LAKE
from afteraction.store.index import typed_rows
from afteraction.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import DataclassInstance

    from afteraction.lake.parts import ReadablePlace
    from afteraction.paths import Root

    Row = TypeVar("Row", bound=DataclassInstance)


class _Column(msgspec.Struct):
    name: str
    type: str


class _Answer(msgspec.Struct):
    """ClickHouse's format JSONCompact; what else it tells is left out."""

    meta: list[_Column]
    data: list[list[Any]]


class ClickHouseIndex:
    """Everything in a lake, as it was when opened."""

    unreadable: Sequence[Path] = ()

    def __init__(self, root: Root, place: ReadablePlace) -> None:
        """Start the engine. NotFoundError when the lake is empty, AfteractionError without chdb.

        A process has one such engine: the index that was opened last is the one that answers.
        """
        self.when_empty = nothing_pushed(place)
        paths = all_parts(root, place)
        self._session = _session()
        self._run(sql(LAKE, "clickhouse_settings"))
        self._run("create or replace table wanted (path String) engine = Memory")
        for path in paths:
            self._run("insert into wanted select {path:String}", path=path)
        self._run(_view(f"{os.path.commonpath([Path(path).parent for path in paths])}/**/*.parquet"))

    def ask(self, question: str, row_type: type[Row], **values: str | float | None) -> list[Row]:
        """As in ``store.index.Index``; AfteractionError when ClickHouse has no exact answer."""
        from afteraction.lake.clickhouse_dialect import CLICKHOUSE

        text = translated(question, values, CLICKHOUSE)
        bound = {name: value for name, value in values.items() if value is not None}
        answer = msgspec.json.decode(self._run(text, **bound), type=_Answer)
        types = [column.type for column in answer.meta]
        rows = [[_plain(value, kind) for value, kind in zip(row, types, strict=True)] for row in answer.data]
        return typed_rows(question, row_type, [column.name for column in answer.meta], rows)

    def _run(self, text: str, **values: str | float) -> bytes:
        from chdb import ChdbError

        try:
            answer: bytes = self._session.query(text, "JSONCompact", params=values).bytes()
        except ChdbError as error:
            raise StoreError(f"clickhouse cannot answer: {str(error).partition(chr(10))[0]}") from error
        return answer


def _view(glob: str) -> str:
    """``clickhouse.sql``: a view cannot have its values bound, so the parsed tree gets the literal."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql(LAKE, "clickhouse"), read="clickhouse")
    filled = tree.transform(lambda node: exp.Literal.string(glob) if isinstance(node, exp.Placeholder) else node)
    return filled.sql("clickhouse", comments=False)


def _plain(value: Any, kind: str) -> Any:
    """A value as DuckDB gives it: JSON knows no difference between 1 and 1.0, and the type does."""
    if kind.startswith("Nullable("):
        return None if value is None else _plain(value, kind.removeprefix("Nullable(")[:-1])
    if kind.startswith("Array("):
        return [_plain(item, kind.removeprefix("Array(")[:-1]) for item in value]
    return float(value) if kind.startswith("Float") and value is not None else value


def _session() -> Any:
    try:
        from chdb import session
    except ImportError as error:
        raise AfteractionError("this needs chdb, which is not installed; run: pip install chdb") from error
    made: Any = session.Session  # it brings half its types
    return made()
