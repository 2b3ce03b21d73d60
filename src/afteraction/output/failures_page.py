"""Failures on a terminal: the kinds with their examples and a remedy, and where they concentrate.

What is said of a concentration is how many failures there were against how many to expect, because a lift without its
counts impresses more the fewer there are.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.analytics.agents import FEW
from afteraction.analytics.concentration import FALSE_FINDS
from afteraction.analytics.statistics.wilson import wilson
from afteraction.moments import utc_date
from afteraction.output import figures, rates
from afteraction.output.durations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from afteraction.analytics.concentration import Concentration
    from afteraction.analytics.failure_clusters import FailureCluster
    from afteraction.analytics.failures import Failures
    from afteraction.analytics.quality import RejectedGroup
    from afteraction.analytics.scope import Scope
    from afteraction.output.terminal import Screen

_INDENT = 5
_AGENTS_SHOWN = 3
_PLACES_SHOWN = 6
_PLACES_OF_A_CLUSTER = 2
_HUNDREDTH = 0.01
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def draw_failures(found: Failures, scope: Scope, screen: Screen) -> None:
    """Draw the head, each kind of failure, where all of them concentrate, and where to go next."""
    _head(found, screen)
    _rejected(found.rejected, screen)
    if not found.clusters:
        screen.next_command("agents")
        return
    for cluster, remedy in zip(found.clusters, found.suggestions, strict=True):
        screen.line()
        _cluster(cluster, remedy, found, screen)
    screen.line()
    shown = sum(cluster.failed for cluster in found.clusters)
    rest = found.total.failure + found.total.partial - shown
    if rest:
        screen.line((f"and {figures.count(rest)} of other kinds: --most shows more", "dim"))
    _places(found, screen)
    if scope.agent is None and len(found.clusters[0].agents) > 1:
        screen.next_command("failures", "--agent", found.clusters[0].agents[0])
    else:
        screen.next_command("show", found.clusters[0].examples[0])


def draw_places(found: Failures, screen: Screen) -> None:
    """Draw every place that was looked at for all failures and each kind."""
    table = screen.table()
    table.add_column("KIND", justify="right", no_wrap=True)
    table.add_column("WHERE", overflow="fold")
    for name in ("RUNS", "FAILED", "RATE", "EXPECTED", "LIFT", "FALSE"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found.concentrations:
        sure = one.false_discovery_rate <= FALSE_FINDS
        table.add_row(
            "all" if one.cluster == 0 else str(one.cluster),
            Text(_where(one, screen), "bold" if sure else ""),
            figures.count(one.runs),
            figures.count(one.failed),
            figures.percent(one.failure_rate),
            f"{one.expected:,.1f}",
            Text(f"{screen.glyphs.rise if sure else ''}{one.lift:.1f}x", "red" if sure else ""),
            "<1%" if one.false_discovery_rate < _HUNDREDTH else figures.percent(one.false_discovery_rate),
        )
    screen.console.print(table)
    screen.line()
    screen.line((_legend(screen), "dim"))
    screen.next_command("failures")


def _head(found: Failures, screen: Screen) -> None:
    total = found.total
    failed = total.failure + total.partial
    of = figures.counted(total.runs, "agent run")
    if total.runs < FEW or total.failure_rate is None:
        screen.line(f"{failed} of {of} did not succeed")
    else:
        interval = rates.interval(total.failure_low, total.failure_high)
        rate = f"{figures.percent(total.failure_rate)}, 95%: {interval}"
        screen.line(f"{figures.count(failed)} of {of} did not succeed ({rate})")


def _rejected(groups: Sequence[RejectedGroup], screen: Screen) -> None:
    """Work that ended well and was not wanted: no failure of the run, and in none of its figures."""
    if not groups:
        return
    of = groups[0].delivered
    rejected = sum(group.rejected for group in groups)
    share = f" ({figures.percent(rejected / of)}, 95%: {rates.interval(*wilson(rejected, of))})" if of >= FEW else ""
    screen.line(f"{figures.count(rejected)} of {figures.count(of)} that ended well were rejected{share}")
    for group in groups:
        example = screen.safe(group.examples[0]).rpartition("-")[2]
        named = ", ".join(
            f"{screen.safe(agent)} {figures.count(count)}"
            for agent, count in list(zip(group.agents, group.agent_counts, strict=True))[:_AGENTS_SHOWN]
        )
        reason = f"{screen.safe(group.signal)} ({group.source})"
        _indented(f"{figures.count(group.rejected)} {screen.joined(reason, named, f'such as {example}')}", "", screen)


def _cluster(cluster: FailureCluster, remedy: str, found: Failures, screen: Screen) -> None:
    all_failed = found.total.failure + found.total.partial
    share = figures.percent(cluster.share) if all_failed >= FEW else f"of {all_failed}"
    sign = screen.glyphs.partial if cluster.partial == cluster.failed else screen.glyphs.failed
    message = screen.safe(cluster.message or "no message")
    screen.line(
        (f"{sign} {cluster.cluster:>2} ", "red" if sign == screen.glyphs.failed else "yellow"),
        (f"{figures.count(cluster.failed)} ({share}) ", "bold"),
        (screen.joined(screen.safe(cluster.category or "unknown"), ""), "dim"),
    )
    _indented(message, "bold", screen)
    for text in _about(cluster, found, screen):
        _indented(text, "", screen)
    _indented(f"try: {remedy}", "", screen)
    # the last part of an id is enough for 'show', and three of them then fit one line
    examples = [screen.safe(example).rpartition("-")[2] for example in cluster.examples]
    _indented(f"examples: {' '.join(examples)}", "dim", screen)


def _about(cluster: FailureCluster, found: Failures, screen: Screen) -> Iterator[str]:
    counts = list(zip(cluster.agents, cluster.agent_counts, strict=True))
    named = [f"{screen.safe(agent)} {figures.count(count)}" for agent, count in counts[:_AGENTS_SHOWN]]
    hidden = len(counts) - _AGENTS_SHOWN
    more = [f"{figures.counted(hidden, 'more agent')}"] if hidden > 0 else []
    seen = _seen(cluster)
    yield screen.joined(", ".join([*named, *more]), seen)
    places = [one for one in found.found(cluster.cluster) if not _same_as_agents(one, cluster)]
    if places:
        yield "more often: " + ", ".join(_phrase(one, screen) for one in places[:_PLACES_OF_A_CLUSTER])


def _same_as_agents(one: Concentration, cluster: FailureCluster) -> bool:
    """Whether a find says only what the list of agents already says."""
    return one.circumstance == "agent" and cluster.agents == [one.place]


def _seen(cluster: FailureCluster) -> str:
    if cluster.first_seen_ms is None or cluster.last_seen_ms is None:
        return f"seen {UNKNOWN}"
    first, last = utc_date(cluster.first_seen_ms), utc_date(cluster.last_seen_ms)
    return first if first == last else f"{first} to {last}"


def _places(found: Failures, screen: Screen) -> None:
    """Where all failures concentrate."""
    failed = found.total.failure + found.total.partial
    if failed < FEW:
        screen.line(f"few: {figures.counted(failed, 'failure')}; where they concentrate needs {FEW}")
        return
    places = found.found(0)
    looked_at = figures.counted(len(found.concentrations), "place")
    if not places:
        screen.line(f"nowhere more often than by chance ({looked_at} looked at)")
        return
    screen.line(("Failures of all kinds are more frequent than chance would have it", "bold"))
    for one in places[:_PLACES_SHOWN]:
        screen.line((f"  {screen.glyphs.rise} ", "red"), _phrase(one, screen))
    screen.line((f"{looked_at} looked at; 'failures --where' lists them", "dim"))


def _phrase(one: Concentration, screen: Screen) -> str:
    expected = f"{one.expected:.0f}" if one.expected >= FEW else f"{one.expected:.1f}"
    return f"{_where(one, screen)} {one.lift:.1f}x ({figures.count(one.failed)}, expected {expected})"


def _where(one: Concentration, screen: Screen) -> str:
    if one.circumstance == "hour":
        return f"{int(one.place):02d}:00 to {int(one.place):02d}:59 UTC"
    if one.circumstance == "weekday":
        return f"{_WEEKDAYS[int(one.place) - 1]} UTC"
    if one.circumstance == "concurrency":
        return f"{one.place} at once"
    return f"{one.circumstance} {screen.safe(one.place)}"


def _legend(screen: Screen) -> str:
    return (
        f"expected: had each agent failed there as often as elsewhere; {screen.glyphs.rise} at most "
        f"{figures.percent(FALSE_FINDS)} of such finds are false"
    )


def _indented(text: str, style: str, screen: Screen) -> None:
    room = max(20, screen.width - _INDENT)
    for line in textwrap.wrap(text, room, break_on_hyphens=False):
        screen.console.print(Text(" " * _INDENT + line, style), soft_wrap=True)
