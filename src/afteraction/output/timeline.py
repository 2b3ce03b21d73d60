"""One workflow on a terminal: the tree on the left, the same in time on the right.

The critical path is drawn with another glyph than what ran beside it, a failure carries a cross: neither needs colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from afteraction.moments import known_epoch_ms
from afteraction.output import figures
from afteraction.output.durations import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.timeline import Step, Timeline
    from afteraction.model import Status, Workflow
    from afteraction.output.terminal import Screen

_LABEL_MOST = 34
_DURATION_WIDTH = 9
"""A duration of up to six characters, a blank before it, a mark after it."""
_BAR_LEAST, _BAR_MOST = 20, 120


def draw_workflow(workflow: Workflow, times: Timeline, screen: Screen) -> None:
    """Draw the head, the tree with its waterfall, the critical path, and where to go next; the head if nothing ran."""
    _head(workflow, times, screen)
    if not times.steps:
        return
    screen.line()
    labels = _labels(times.steps, screen)
    widest = max((cell_len(label) for label in labels), default=4)
    label_width = min(widest, max(_LABEL_MOST, screen.width // 2 - _DURATION_WIDTH))
    bar_width = max(_BAR_LEAST, min(_BAR_MOST, screen.width - label_width - _DURATION_WIDTH - 2))
    main_bar = Text(screen.glyphs.main * bar_width, "dim")
    screen.console.print(
        _row("main", label_width, duration(times.duration_ms), Text(" "), main_bar, screen), soft_wrap=True
    )
    for step, label in zip(times.steps, labels, strict=True):
        mark = Text(_mark(step.status, screen), _style(step.status))
        bar = _bar(step, times, bar_width, screen)
        row = _row(label, label_width, duration(step.duration_ms), mark, bar, screen)
        screen.console.print(row, soft_wrap=True)
    _feet(times, screen)


def _head(workflow: Workflow, times: Timeline, screen: Screen) -> None:
    totals = workflow.totals
    took = workflow.duration_ms if workflow.duration_ms is not None else times.duration_ms
    ran = (duration(took), figures.counted(totals.invocations, "agent run")) if times.steps else ("nothing ran",)
    screen.line(
        screen.joined(
            f"workflow {screen.safe(workflow.workflow_id)}",
            *ran,
            f"{totals.failure} failed" if totals.failure else "",
            f"{totals.partial} partial" if totals.partial else "",
            f"{totals.denied} denied" if totals.denied else "",
        )
    )
    cost = "" if totals.cost_usd is None else f"${figures.money(totals.cost_usd)}"
    project = screen.safe(workflow.project or "")
    screen.line((screen.joined(project, figures.moment(known_epoch_ms(workflow.started_at)), cost), "dim"))


def _labels(steps: Sequence[Step], screen: Screen) -> list[str]:
    """Each step's name behind the branches that lead to it."""
    glyphs = screen.glyphs
    labels = []
    open_below: set[int] = set()  # depths at which a later sibling follows
    for step in reversed(steps):
        branch = glyphs.branch if step.depth in open_below else glyphs.last_branch
        trunks = [glyphs.trunk if depth in open_below else " " * len(glyphs.trunk) for depth in range(step.depth)]
        labels.append("".join(trunks) + branch + screen.safe(step.agent_name))
        open_below = {depth for depth in open_below if depth < step.depth} | {step.depth}
    return labels[::-1]


def _row(label: str, width: int, took: str, mark: Text, bar: Text, screen: Screen) -> Text:
    if cell_len(label) > width:
        label = set_cell_size(label, width - 1).rstrip() + screen.glyphs.ellipsis
    name = set_cell_size(label, width)
    return Text.assemble(name, f"{took:>{_DURATION_WIDTH - 2}} ", mark, "  ", bar)


def _mark(status: Status, screen: Screen) -> str:
    return {"failure": screen.glyphs.failed, "partial": screen.glyphs.partial}.get(status, " ")


def _style(status: Status) -> str:
    return {"failure": "red", "partial": "yellow"}.get(status, "")


def _bar(step: Step, times: Timeline, width: int, screen: Screen) -> Text:
    total = times.duration_ms
    if step.offset_ms is None or total is None:
        return Text("")
    scale = width / max(total, 1)
    first = min(round(step.offset_ms * scale), width - 1)
    if step.duration_ms is None:
        return Text(" " * first + "?", "dim")
    cells = max(1, min(round((step.offset_ms + step.duration_ms) * scale), width) - first)
    glyph = screen.glyphs.critical if step.critical else screen.glyphs.beside
    style = _style(step.status) or ("blue" if step.critical else "cyan")
    return Text.assemble(" " * first, (glyph * cells, style))


def _feet(times: Timeline, screen: Screen) -> None:
    glyphs = screen.glyphs
    screen.line()
    legend = f"{glyphs.critical} critical path  {glyphs.beside} beside it"
    statuses = {step.status for step in times.steps}
    failed = f"  {glyphs.failed} failed" if "failure" in statuses else ""
    partial = f"  {glyphs.partial} partial" if "partial" in statuses else ""
    screen.line((legend + failed + partial, "dim"))
    if times.bottleneck is not None and times.duration_ms:
        step, own = times.bottleneck, times.bottleneck.own_ms or 0
        share = figures.percent(own / times.duration_ms)
        screen.line(
            "bottleneck: ", (screen.safe(step.agent_name), "bold"),
            f", {duration(own)} of {duration(times.duration_ms)} ({share}) on its own",
        )  # fmt: skip
    if times.agents_ms is not None and times.duration_ms is not None:
        alone = times.duration_ms - times.agents_ms
        at_once = f"up to {times.most_at_once} at once" if times.most_at_once > 1 else "one at a time"
        waited = f"main thread alone {duration(alone)}" if alone else ""
        screen.line(screen.joined(f"agents at work {duration(times.agents_ms)}", at_once, waited))
    screen.next_command("show", _most_telling(times).invocation_id)


def _most_telling(times: Timeline) -> Step:
    """The step to look into: the first that failed, else the bottleneck, else the first."""
    failed = (step for step in times.steps if step.status == "failure")
    return next(failed, times.bottleneck or times.steps[0])
