"""``afteraction rules``: what ``agent-rules.json`` should say, from evidence."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from afteraction.cli.answer import mention_unreadable
from afteraction.cli.nothing import nothing_found
from afteraction.cli.period import period_option
from afteraction.cli.say import say
from afteraction.errors import NotFoundError, StoreError
from afteraction.moments import utc_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afteraction.learning.suggest import Suggested
    from afteraction.paths import Root

_EXAMPLES = """\b
Examples:
  afteraction rules suggest
  afteraction rules suggest --file agents/agent-rules.json --period 90d --json
  afteraction rules apply --only 1 --only 3 --dry-run
  afteraction rules undo
  afteraction rules effect
"""
_FILE = click.option(
    "--file", "path", type=click.Path(path_type=Path), default=Path("agent-rules.json"), show_default=True,
    help="The rules file.",
)  # fmt: skip
_JSON = click.option("--json", "as_json", is_flag=True, help="The same as JSON.")


@click.group(epilog=_EXAMPLES, short_help="What agent-rules.json should say, from evidence.")
def rules() -> None:
    """Proposals for agent-rules.json, each with the numbers behind it. Nothing is changed unless you apply it."""


def _file(path: Path) -> Path:
    """The file by its whole path, behind links: by that it is remembered."""
    return Path(path).expanduser().resolve()


@rules.command(epilog=_EXAMPLES)
@_FILE
@period_option
@_JSON
def suggest(path: Path, period: int | None, *, as_json: bool) -> None:
    """Propose thresholds, keywords, file patterns, tiers, agents to add and agents to retire.

    A threshold moves, within the file's floor and ceiling, only where an agent does better or worse than the others by
    more than chance; a keyword is proposed only where its runs differ from the agent's others by more than chance, and
    a tier only where the agent does better on it, or no worse for less money.
    """
    from afteraction.analytics.scope import Scope
    from afteraction.cli.root import current
    from afteraction.learning.rules_file import parse_rules, read_raw
    from afteraction.learning.rules_state import recall, thresholds_moved
    from afteraction.learning.suggest import gather
    from afteraction.learning.suggest import suggest as propose
    from afteraction.output.rules_page import suggested_lines
    from afteraction.output.tabular import write_json
    from afteraction.store.event_reading import read_events
    from afteraction.store.index import open_index

    now_ms = time.time_ns() // 1_000_000
    raw = read_raw(_file(path))
    found_rules = parse_rules(path, raw)
    root = current()
    index = open_index(root)
    since_ms = None if period is None else now_ms - period
    events = read_events(root, since_ms=since_ms)
    mention_unreadable([*index.unreadable, *events.damaged])
    moved = thresholds_moved(recall(root, _file(path)))
    evidence = gather(index, Scope(since_ms=since_ms), events, moved)
    if not evidence.records:
        raise nothing_found(index)
    found = propose(found_rules, evidence)
    _keep(root, _file(path), raw, found, now_ms)
    if as_json:
        write_json(found, sys.stdout)
    else:
        for line in suggested_lines(found, sum(one.runs for one in evidence.records), str(path)):
            say(line)


def _keep(root: Root, path: Path, raw: bytes, found: Suggested, now_ms: int) -> None:
    """Remember what is shown, for ``rules apply``; without room for it the proposals are shown all the same."""
    import msgspec

    from afteraction.learning.rules_file import digest
    from afteraction.learning.rules_state import Offer, remember

    offer = Offer(sha256=digest(raw), at=utc_timestamp(now_ms), proposals=tuple(found.proposals))
    try:
        remember(root, path, lambda known: msgspec.structs.replace(known, offer=offer))
    except OSError as error:
        say(f"afteraction: cannot write {root.state}: {error.strerror}; 'rules apply' will not work", err=True)


@rules.command(epilog=_EXAMPLES)
@_FILE
@click.option("--only", multiple=True, type=int, metavar="N", help="Only proposal N of the last 'suggest'; repeatable.")
@click.option("--dry-run", is_flag=True, help="Show the change as a diff and write nothing.")
def apply(path: Path, only: tuple[int, ...], *, dry_run: bool) -> None:
    """Write what 'rules suggest' showed last into the file; the old one stays beside it.

    Refused when the file has changed since. What is called advice changes nothing.
    """
    from afteraction.cli.root import current
    from afteraction.installation.install import diff
    from afteraction.learning import rewriting
    from afteraction.learning.rules_file import parse_rules, read_raw
    from afteraction.learning.rules_state import recall
    from afteraction.output.rules_page import proposal_lines
    from afteraction.sources.claude.settings_file import Rewrite

    root, place = current(), _file(path)
    raw = read_raw(place)
    parse_rules(path, raw)
    offer = rewriting.last_offer(recall(root, place))
    proposals = rewriting.chosen(offer, only)
    after = rewriting.applied_to(path, raw, offer, proposals)
    if not proposals:
        say("Nothing to apply.")
    elif dry_run:
        say(diff(path, Rewrite(raw, after)), nl=False)
    else:
        with _remembering(root):
            made = rewriting.apply(root, place, offer, proposals, at=utc_timestamp(time.time_ns() // 1_000_000))
        numbers = {id(one): number for number, one in enumerate(offer.proposals, start=1)}
        for line in proposal_lines((numbers[id(one)], one) for one in proposals):
            say(line)
        say(f"Applied to {path}; the file from before is {made.backup} beside it.")
        say("next: afteraction rules effect; to take it back: afteraction rules undo")


@rules.command(epilog=_EXAMPLES)
@_FILE
def undo(path: Path) -> None:
    """Put the file back as it was before the last apply, byte for byte; say it again to undo the one before.

    Refused when somebody has changed the file since.
    """
    from afteraction.cli.root import current
    from afteraction.learning import rewriting

    root = current()
    with _remembering(root):
        undone = rewriting.undo(root, _file(path), at=utc_timestamp(time.time_ns() // 1_000_000))
    say(f"{path} is as it was before the apply of {undone.at}.")


@rules.command(epilog=_EXAMPLES)
@_FILE
@_JSON
def effect(path: Path, *, as_json: bool) -> None:
    """What the applied changes did: each agent's success and acceptance before and after, and how sure that is.

    Before and after is no experiment: tasks and models may have changed at the same time.
    """
    from afteraction.cli.root import current
    from afteraction.learning.effect import effects
    from afteraction.learning.rules_state import recall
    from afteraction.output.rules_page import effect_lines
    from afteraction.output.tabular import write_json
    from afteraction.store.index import open_index

    root = current()
    memory = recall(root, _file(path))
    if not memory.applied:
        raise NotFoundError(f"nothing was ever applied to {path}; 'afteraction rules apply' does")
    index = open_index(root)
    mention_unreadable(index.unreadable)
    found = effects(index, memory, now_ms=time.time_ns() // 1_000_000)
    if as_json:
        write_json(found, sys.stdout)
    else:
        for line in effect_lines(found):
            say(line)


@contextlib.contextmanager
def _remembering(root: Root) -> Iterator[None]:
    """What cannot be written into the data folder is an error of one line."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"cannot write {root.state}: {error.strerror}. Run: afteraction doctor") from error
