"""``afteraction feedback``: say whether an invocation's work was accepted."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from afteraction.errors import NotFoundError, StoreError

if TYPE_CHECKING:
    from afteraction.collector.feedback import Given
    from afteraction.privacy.redactor import Redactor

_EXAMPLES = """\b
Examples:
  afteraction feedback last accept
  afteraction feedback 9f3c reject --note "missed the error path"
"""


@click.command(epilog=_EXAMPLES, short_help="Say whether an invocation's work was accepted.")
@click.argument("reference", metavar="ID")
@click.argument("verdict", type=click.Choice(["accept", "reject"]))
@click.option("--note", metavar="TEXT", help="Why, in a few words; it is redacted before it is stored.")
@click.option("--json", "as_json", is_flag=True, help="Print what was stored as JSON.")
def feedback(reference: str, verdict: str, note: str | None, *, as_json: bool) -> None:
    """Say whether an invocation's work was accepted; your word stands against everything that is inferred.

    ID is the invocation's id, its beginning, the beginning of its last part, or "last" for what ended last in this
    project, else anywhere. Say it again to change it.
    """
    import msgspec

    from afteraction.cli.root import current
    from afteraction.collector.feedback import NOTE_LIMIT, Feedback, give_feedback
    from afteraction.privacy.redactor import Redactor
    from afteraction.store.reading import has_records, nothing_recorded

    root = current()
    gate = Redactor(os.environ, os.environ.get("HOME"))
    kept = gate.redact_field(note.strip(), NOTE_LIMIT) if note is not None and note.strip() else None
    said = Feedback(accepted=verdict == "accept", at_ms=time.time_ns() // 1_000_000, note=kept)
    if not has_records(root):
        raise NotFoundError(nothing_recorded(root))
    try:
        given = give_feedback(root, reference, said, projects=_projects_here(gate))
    except NotFoundError as error:
        message = f"{error}; one that still runs has no record yet"
        raise click.BadParameter(message, param_hint="ID") from error
    except OSError as error:
        raise StoreError(f"cannot write {root.path}: {error.strerror}. Run: afteraction doctor") from error
    if note is not None and note.strip() and kept is None:
        click.echo("afteraction: the note could not be redacted and was not stored", err=True)
    if as_json:
        after = given.after
        rows = {key: getattr(after, key) for key in ("invocation_id", "agent_name", "user_accepted")}
        click.echo(msgspec.json.encode({**rows, "acceptance": after.metadata.acceptance}).decode())
    else:
        click.echo(_sentence(given))


def _projects_here(gate: Redactor) -> frozenset[str]:
    """The current folder and those above it, as records name projects."""
    here = Path.cwd()
    return frozenset(gate.redact_path(str(folder)) for folder in (here, *here.parents))


def _sentence(given: Given) -> str:
    from afteraction.output.text import plain

    after, before = given.after, given.before
    words = {True: "accepted", False: "rejected", None: "unknown"}
    what = f" ({plain(after.task_description)})" if after.task_description else ""
    source = before.metadata.acceptance
    known = f", {source.source}" if before.user_accepted is not None and source is not None else ""
    was = f"; before: {words[before.user_accepted]}{known}"
    return f"{words[after.user_accepted]}: {plain(after.agent_name)}{what}, {plain(after.invocation_id)}{was}"
