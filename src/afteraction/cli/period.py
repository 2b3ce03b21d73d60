"""``--period`` for commands that take no other filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from afteraction.moments import period_ms

if TYPE_CHECKING:
    from collections.abc import Callable

_Command = TypeVar("_Command", bound="Callable[..., Any]")


def period_option(command: _Command) -> _Command:
    """Give a command ``--period``; it receives ``period``, a length in milliseconds, None for all of time."""
    option = click.option(
        "--period", callback=_length, metavar="PERIOD", default="all",
        help="7days, 28d, 24h, … up to now; default: all.",
    )  # fmt: skip
    return option(command)


def _length(context: click.Context, option: click.Parameter, given: str) -> int | None:
    del context, option
    try:
        return period_ms(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
