"""One workflow in time: who ran below whom, what ran at once, which chain decided how long it all took.

Pure, from the workflow file alone, and no SQL: a critical path is a walk, not a sum. The walk goes backwards from the
end: the agent that ended last, counting what it set off, then among its siblings the one that ended last before that
one began, and so on; inside each of them the same again. What such a chain leaves uncovered is the parent's own time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

from afteraction.moments import known_epoch_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from afteraction.model import Status, Workflow, WorkflowInvocation


@dataclass(frozen=True, slots=True)
class Step:
    """One invocation's place in its workflow."""

    invocation_id: str
    parent_invocation_id: str | None
    agent_name: str
    status: Status
    depth: int
    """0 for an agent that nobody in this workflow spawned, 1 below it, and so on."""
    offset_ms: int | None
    """From the start of the workflow to its own."""
    duration_ms: int | None
    """None when its end is not known."""
    critical: bool
    """Whether the workflow would have been shorter had this step been."""
    own_ms: int | None
    """On the critical path: its time without the critical steps below it; else None."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A workflow's steps in the order of a tree: parents before children, siblings by start."""

    steps: tuple[Step, ...]
    duration_ms: int | None
    """From the first start to the last end that is known."""
    agents_ms: int | None
    """Time during which at least one agent ran."""
    most_at_once: int
    """How many agents of the top level ran at the same time."""
    bottleneck: Step | None
    """The critical step with the most time of its own."""


@dataclass(frozen=True, slots=True)
class _Span:
    """An invocation with its times as numbers."""

    item: WorkflowInvocation
    start: int | None
    end: int | None

    @property
    def bounds(self) -> tuple[int, int] | None:
        if self.start is None or self.end is None or self.end < self.start:
            return None
        return self.start, self.end


@dataclass(slots=True)
class _Node:
    """An invocation whose start and end are known."""

    key: str
    start: int
    end: int
    reach: int
    """The last end in its whole subtree: what it set off may outlive an agent in the background."""
    below: list[_Node] = field(default_factory=list)


def timeline(workflow: Workflow) -> Timeline:
    """The workflow's steps with their times, the critical path and the bottleneck."""
    return timeline_of(workflow.invocations)


def timeline_of(invocations: Iterable[WorkflowInvocation]) -> Timeline:
    """The same of a workflow whose file is not at hand."""
    spans = [_Span(item, known_epoch_ms(item.started_at), known_epoch_ms(item.ended_at)) for item in invocations]
    children = _children(spans)
    bounds = [span.bounds for span in spans if span.bounds]
    start = min((span.start for span in spans if span.start is not None), default=None)
    end = max((bound[1] for bound in bounds), default=None)
    own = {} if end is None else _own_times(_nodes(children), end)
    steps = tuple(_steps(children, start, own))
    critical = [step for step in steps if step.own_ms is not None]
    top = [span.bounds for span in children[None] if span.bounds]
    return Timeline(
        steps=steps,
        duration_ms=None if start is None or end is None else end - start,
        agents_ms=_covered(bounds) if bounds else None,
        most_at_once=_most_at_once(top),
        bottleneck=max(critical, key=lambda step: step.own_ms or 0, default=None),
    )


def _children(spans: list[_Span]) -> dict[str | None, list[_Span]]:
    """Spans by parent, by start; a parent outside the workflow, or one that is its own descendant, counts as none."""
    known = {span.item.invocation_id: span for span in spans}
    children: dict[str | None, list[_Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: (span.start is None, span.start, span.item.invocation_id)):
        parent = span.item.parent_invocation_id
        rooted = parent in known and not _in_circle(span, known)
        children[parent if rooted else None].append(span)
    return children


def _in_circle(span: _Span, known: dict[str, _Span]) -> bool:
    seen = {span.item.invocation_id}
    parent = span.item.parent_invocation_id
    while parent is not None and parent in known:
        if parent in seen:
            return True
        seen.add(parent)
        parent = known[parent].item.parent_invocation_id
    return False


def _nodes(children: dict[str | None, list[_Span]]) -> list[_Node]:
    """The top level, with the rest below it; an invocation without a known end hands its children to its parent."""
    top: list[_Node] = []
    linked: list[tuple[_Node, _Node | None]] = []
    pending: list[tuple[_Span, _Node | None]] = [(span, None) for span in reversed(children[None])]
    while pending:
        span, above = pending.pop()
        if span.bounds is not None:
            node = _Node(span.item.invocation_id, *span.bounds, reach=span.bounds[1])
            (top if above is None else above.below).append(node)
            linked.append((node, above))
            above = node
        pending.extend((child, above) for child in reversed(children[span.item.invocation_id]))
    for node, above in reversed(linked):  # children before parents
        if above is not None:
            above.reach = max(above.reach, node.reach)
    return top


def _own_times(top: list[_Node], end: int) -> dict[str, int]:
    """The critical steps, each with its time that no critical step below it covers. A loop: chains may be deep."""
    own = {}
    pending = list(_chain(top, end))
    while pending:
        node, ended = pending.pop()
        chain = list(_chain(node.below, ended))
        covered = sum(max(0, min(last, node.end) - max(child.start, node.start)) for child, last in chain)
        own[node.key] = node.end - node.start - covered
        pending.extend(chain)
    return own


def _chain(siblings: list[_Node], until: int) -> Iterator[tuple[_Node, int]]:
    """Backwards, those that the time before ``until`` waited for, each with the end of its part in that.

    That is the end of its subtree or, where something below it ran on, its own.
    """
    ends = [(node, ended) for node in siblings for ended in {node.reach, node.end}]
    taken: set[str] = set()
    for node, ended in sorted(ends, key=itemgetter(1), reverse=True):
        if ended <= until and node.key not in taken:
            taken.add(node.key)
            yield node, ended
            until = node.start


def _steps(children: dict[str | None, list[_Span]], start: int | None, own: dict[str, int]) -> Iterable[Step]:
    pending = [(span, 0) for span in reversed(children[None])]
    while pending:
        span, depth = pending.pop()
        item = span.item
        yield Step(
            invocation_id=item.invocation_id,
            parent_invocation_id=item.parent_invocation_id,
            agent_name=item.agent_name,
            status=item.status,
            depth=depth,
            offset_ms=None if span.start is None or start is None else span.start - start,
            duration_ms=None if span.bounds is None else span.bounds[1] - span.bounds[0],
            critical=item.invocation_id in own,
            own_ms=own.get(item.invocation_id),
        )
        pending.extend((child, depth + 1) for child in reversed(children[item.invocation_id]))


def _covered(bounds: Iterable[tuple[int, int]]) -> int:
    """The length of the union of intervals."""
    total, reached = 0, None
    for start, end in sorted(bounds):
        begin = start if reached is None else max(start, reached)
        total += max(0, end - begin)
        reached = end if reached is None else max(reached, end)
    return total


def _most_at_once(bounds: Iterable[tuple[int, int]]) -> int:
    changes = [change for start, end in bounds for change in ((start, 1), (end, -1))]
    running = most = 0
    for _, change in sorted(changes):  # at the same instant an end comes before a start
        running += change
        most = max(most, running)
    return most
