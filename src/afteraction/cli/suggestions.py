"""``afteraction suggestions``: how often suggested agents are taken."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from afteraction.cli.answer import Form, form_options, give
from afteraction.cli.period import period_option
from afteraction.cli.say import say
from afteraction.errors import NotFoundError

if TYPE_CHECKING:
    from afteraction.output.terminal import Screen

_EXAMPLES = """\b
Examples:
  afteraction suggestions
  afteraction suggestions --period 28d --json
"""


@click.command(epilog=_EXAMPLES, short_help="How often suggested agents are taken, by agent and confidence.")
@period_option
@form_options
def suggestions(period: int | None, form: Form | None) -> None:
    """How often suggested agents are taken, by agent and by confidence, and how often checks pass.

    Of what programs have logged with 'log_suggestion' and 'log_validation' of telemetry.logger.
    """
    from afteraction.cli.root import current
    from afteraction.learning.acceptance import Acceptance, acceptances
    from afteraction.store.event_reading import read_events

    now_ms = time.time_ns() // 1_000_000
    events = read_events(current(), since_ms=None if period is None else now_ms - period)
    if events.damaged:
        number = f"{len(events.damaged)} file{'s' if len(events.damaged) > 1 else ''}"
        say(f"afteraction: {number} could not be read and do not count, first {events.damaged[0]}", err=True)
    rows = acceptances(events.suggestions, events.validations)

    def draw(screen: Screen) -> None:
        from afteraction.output.suggestions_page import draw_suggestions

        draw_suggestions(rows, screen)

    if rows or form is not None:
        give(rows, Acceptance, form, draw)
    if not rows:
        raise NotFoundError("no suggestion or validation is logged; telemetry.logger.log_suggestion logs one")
