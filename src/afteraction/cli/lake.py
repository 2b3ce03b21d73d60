"""``afteraction lake``: what goes from this machine to a store that many share."""

from __future__ import annotations

import os
import time

import click

_EXAMPLES = """\b
Examples:
  afteraction lake push /mnt/team/agents
  afteraction lake push s3://bucket/agents
  afteraction agents --from s3://bucket/agents
"""


@click.group(epilog=_EXAMPLES, short_help="Share records through a folder or an object store.")
def lake() -> None:
    """Share records through a folder or an object store, and ask any question there with --from URL."""


@lake.command(epilog=_EXAMPLES)
@click.argument("url")
@click.option("--again", is_flag=True, help="Redact every record anew, also of days that have not changed.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def push(*, url: str, again: bool, as_json: bool) -> None:
    """Push what is new to URL: a folder, s3://bucket/path, anything else fsspec opens, or postgresql://host/database.

    One Parquet part per day, redacted once more with the secrets of this shell's environment. Run it as often as you
    like, from a timer for instance: what is there already is not pushed again, and a push that was stopped goes on.
    """
    import dataclasses
    import json

    from afteraction.cli.answer import mention_unreadable
    from afteraction.cli.progress import Progress
    from afteraction.cli.root import current
    from afteraction.errors import AfteractionError, NotFoundError
    from afteraction.lake.open_place import open_target
    from afteraction.lake.push import push as push_all
    from afteraction.privacy.redactor import Redactor
    from afteraction.store.reading import nothing_recorded

    root = current()
    place = open_target(url, root)
    redactor = Redactor(os.environ, os.environ.get("HOME"))
    try:
        with Progress("Pushing days") as progress:
            report = push_all(root, place, redactor, now_ms=time.time_ns() // 1_000_000, again=again, progress=progress)
    except KeyboardInterrupt:
        raise AfteractionError(f"stopped; what is there stays. For the rest: afteraction lake push {url}") from None
    mention_unreadable(report.unreadable)
    if as_json:
        done = dataclasses.asdict(report) | {"unreadable": len(report.unreadable)}
        click.echo(json.dumps(done))
    else:
        went = f"{report.rows} records of {report.pushed} days pushed to {place.shown}"
        click.echo(f"{went}, {report.unchanged} days there already.")
    if report.undated:
        click.echo(f"afteraction: folders whose name is no date were left out: {report.undated}", err=True)
    if not report.days:
        raise NotFoundError(nothing_recorded(root))
