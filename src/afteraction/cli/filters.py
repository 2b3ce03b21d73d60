"""The filters that every report shares, as one decorator.

They become one ``Scope``, checked before anything is read, so that a mistyped date is a usage error and not an empty
answer. Days are UTC days, as the folders of the records are.
"""

from __future__ import annotations

import functools
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from afteraction.analytics.scope import Scope
from afteraction.cli.source import ENGINES, choose_source
from afteraction.moments import end_of_time, epoch_ms, period_ms

if TYPE_CHECKING:
    from collections.abc import Callable

_OPTIONS = (
    click.option("--period", metavar="PERIOD", default="all", help="7days, 28d, 24h, … up to now; default: all."),
    click.option("--since", metavar="DATE", help="Started on or after this date or time (UTC)."),
    click.option("--until", metavar="DATE", help="Started on or before this date, or before this time (UTC)."),
    click.option("--project", help="Only this project: its path, the end of its path, or . for here."),
    click.option("--agent", help="Only this agent, its name as recorded."),
    click.option("--model", help="Only runs of this model: its id, or haiku, sonnet, opus, …"),
    click.option("--from", "url", metavar="URL", help="Ask the lake at URL instead, see 'afteraction lake'."),
    click.option("--engine", type=click.Choice(ENGINES), help="What answers for the lake; default: DuckDB, here."),
)


def scope_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the shared filters; it receives them as ``scope``, and the time of asking as ``now_ms``."""

    @functools.wraps(command)
    def with_scope(
        *,
        period: str,
        since: str | None,
        until: str | None,
        project: str | None,
        agent: str | None,
        model: str | None,
        **more: Any,
    ) -> None:
        choose_source(more.pop("url"), more.pop("engine"))
        now_ms = time.time_ns() // 1_000_000
        since_ms, until_ms, length_ms = _moment("--since", since), _moment("--until", until), _period(period)
        if length_ms is not None and since_ms is not None:
            raise click.UsageError("--period and --since both say where to begin; give one of them")
        if since_ms is not None and until_ms is not None and until_ms <= since_ms:
            raise click.UsageError("--until lies before --since; nothing can have happened in between")
        if length_ms is not None:
            since_ms = (now_ms if until_ms is None else until_ms) - length_ms
        scope = Scope(since_ms=since_ms, until_ms=until_ms, project=_project(project), agent=agent, model=model)
        command(scope=scope, now_ms=now_ms, **more)

    for option in reversed(_OPTIONS):
        with_scope = option(with_scope)
    return with_scope


def own_period(command: click.Command) -> click.Command:
    """Leave --period and --since out of the help of a command that has a period of its own, and refuses them."""
    for option in command.params:
        if isinstance(option, click.Option) and option.name in {"period", "since"}:
            option.hidden = True
    return command


def by_option(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``--by``; it receives ``by``, None when it was not said."""
    option = click.option(
        "--by",
        type=click.Choice(("day", "week", "month")),
        help="How long a bucket is (UTC, weeks from Monday); default: days up to a month, weeks up to seven.",
    )
    return option(command)


def _project(given: str | None) -> str | None:
    """A project as records name it: a relative path that exists becomes absolute, a bare name stays."""
    if given is None:
        return None
    if given.startswith((".", "~")):
        return str(Path(given).expanduser().resolve())
    return given.rstrip("/") or given


def _period(given: str) -> int | None:
    """As ``moments.period_ms``."""
    try:
        return period_ms(given)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--period") from error


def _moment(option: str, given: str | None) -> int | None:
    """An ISO 8601 date or time in epoch milliseconds; a bare date after ``--until`` includes its whole day."""
    if given is None:
        return None
    try:
        return (end_of_time if option == "--until" else epoch_ms)(given)
    except (ValueError, OverflowError) as error:
        message = f"{given!r} is no date; try 2025-10-30 or 2025-10-30T12:35Z"
        raise click.BadParameter(message, param_hint=option) from error
