"""What a report asks: the records of this machine, or the lake that ``--from`` names.

The choice travels in click's context, beside the command's own arguments: a report opens whatever was chosen with one
call and cannot forget to pass it on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from afteraction.paths import Root
    from afteraction.store.index import Index

_KEY = "afteraction.cli.source"


def choose_source(url: str | None) -> None:
    """Remember what ``--from`` said, for this run of a command."""
    click.get_current_context().meta[_KEY] = url


def chosen_url() -> str | None:
    """What ``--from`` said."""
    url: str | None = click.get_current_context().meta[_KEY]
    return url


def open_source(root: Root) -> Index:
    """The index to ask; ``root`` holds the records, or copies of a remote lake's parts.

    AfteractionError when the lake cannot be reached, StoreError when records cannot be read.
    """
    url = chosen_url()
    if url is None:
        from afteraction.store.index import open_index

        return open_index(root)
    from afteraction.lake.lake_index import open_lake
    from afteraction.lake.open_place import open_place

    return open_lake(root, open_place(url))
