"""A lake asked by Spark: the session that the environment configures, over the very same parts.

Executors read the parts themselves, so a lake in a folder must be mounted where they run. Parts of any other place are
fetched to this machine first, which serves a local session only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from afteraction.errors import AfteractionError, StoreError
from afteraction.lake.dialect import translated
from afteraction.lake.lake_index import all_parts, nothing_pushed
from afteraction.lake.parts import LAKE
from afteraction.store.index import typed_rows
from afteraction.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from _typeshed import DataclassInstance

    from afteraction.lake.parts import ReadablePlace
    from afteraction.paths import Root

    Row = TypeVar("Row", bound=DataclassInstance)


class SparkIndex:
    """Everything in a lake, as it was when opened."""

    unreadable: Sequence[Path] = ()

    def __init__(self, root: Root, place: ReadablePlace) -> None:
        """Start or join a session. NotFoundError when the lake is empty, AfteractionError without pyspark."""
        self.when_empty = nothing_pushed(place)
        paths = all_parts(root, place)
        self._session = _session()
        rows = self._session.read.option("mergeSchema", "true").parquet(*paths)
        rows.createOrReplaceTempView("part_rows")
        self._session.sql(sql(LAKE, "spark"))

    def ask(self, question: str, row_type: type[Row], **values: str | float | None) -> list[Row]:
        """As in ``store.index.Index``; AfteractionError when Spark has no exact answer."""
        from pyspark.errors import PySparkException

        from afteraction.lake.spark_dialect import SPARK

        text = translated(question, values, SPARK)
        bound = {name: value for name, value in values.items() if value is not None}
        try:
            found = self._session.sql(text, args=bound)
            rows = found.collect()
        except PySparkException as error:
            raise StoreError(f"spark cannot answer '{question}': {str(error).partition(chr(10))[0]}") from error
        return typed_rows(question, row_type, found.columns, rows)


def _session() -> Any:
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise AfteractionError("this needs pyspark, which is not installed; run: pip install pyspark") from error
    try:
        session = SparkSession.builder.appName("afteraction").config("spark.sql.session.timeZone", "UTC").getOrCreate()
    except PySparkException as error:
        told = str(error).partition("\n")[0]
        raise AfteractionError(
            f"spark does not start: {told} (it needs Java 17; apt-get install default-jre)"
        ) from error
    session.conf.set("spark.sql.session.timeZone", "UTC")  # of a session that was there already
    session.sparkContext.setLogLevel("OFF")
    return session
