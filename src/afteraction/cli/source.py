"""What a report asks: the records of this machine, or the lake that ``--from`` names, with the engine of ``--engine``.

The choice travels in click's context, beside the command's own arguments: a report opens whatever was chosen with one
call and cannot forget to pass it on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from afteraction.paths import Root
    from afteraction.store.index import Index

ENGINES = ("clickhouse", "postgres", "spark")
_URL, _ENGINE = "afteraction.cli.source.url", "afteraction.cli.source.engine"


def choose_source(url: str | None, engine: str | None) -> None:
    """Remember what was said, for this run of a command; UsageError when the two do not fit."""
    if engine is not None and url is None:
        raise click.UsageError("--engine asks a lake; say which with --from URL")
    if url is not None and engine is not None:
        from afteraction.lake.open_place import is_postgres

        if engine == "postgres" and not is_postgres(url):
            raise click.UsageError("postgres asks a database that was pushed to: --from postgresql://host/database")
        if engine != "postgres" and is_postgres(url):
            raise click.UsageError(f"a database answers by itself, not by {engine}; leave --engine out")
    meta = click.get_current_context().meta
    meta[_URL], meta[_ENGINE] = url, engine


def chosen_url() -> str | None:
    """What ``--from`` said."""
    url: str | None = click.get_current_context().meta[_URL]
    return url


def open_source(root: Root) -> Index:
    """The index to ask; ``root`` holds the records, or copies of a remote lake's parts.

    AfteractionError when the lake cannot be reached, StoreError when records cannot be read.
    """
    url = chosen_url()
    if url is None:
        from afteraction.store.index import open_index

        return open_index(root)
    from afteraction.lake.open_place import is_postgres, open_place

    if is_postgres(url):
        from afteraction.lake.postgres import PostgresIndex

        return PostgresIndex(url)
    engine = click.get_current_context().meta[_ENGINE]
    if engine == "spark":
        from afteraction.lake.spark import SparkIndex

        return SparkIndex(root, open_place(url))
    if engine == "clickhouse":
        from afteraction.lake.clickhouse import ClickHouseIndex

        return ClickHouseIndex(root, open_place(url))
    from afteraction.lake.lake_index import open_lake

    return open_lake(root, open_place(url))
