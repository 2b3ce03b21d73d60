"""Make a history of any length, seeded, with everything in it that the reports look for.

    python -m benchmarks.generate ROOT [--count 100000] [--days N] [--seed 1] [--lake]

Agents differ in success, speed and price; some get better or worse with time, one by an edit of its definition.
Failures come in clusters of like messages, more often in busy hours, in one project and among many at once. Workflows
are chains, parallel groups and nests, and a Plan before them helps. ``--lake`` writes a lake instead of record files:
that is how ten million are made, which as files would take 40 GB.

A workflow is made whole, day after day, from one stream of random numbers: the same seed gives the same files.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import math
import random
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from afteraction.collector.workflows import Frame, build_workflow
from afteraction.lake.parts import LAKE, LakePart
from afteraction.model import Acceptance, AgentDefinition, Invocation, Metadata, Outcome, Tokens
from afteraction.moments import DAY_MS, epoch_ms, utc_timestamp
from afteraction.paths import Root
from afteraction.store.atomic import make_private_folder
from afteraction.store.cache_parts import fill_batch, line_of
from afteraction.store.engine import connect
from afteraction.store.records import encode_record, record_path
from afteraction.store.sql import sql
from afteraction.store.workflows import write_workflow
from benchmarks.generated_agents import FAILURES, HARD_PROJECT, KINDS, PROJECTS, SHAPES, THINGS, USD_PER_TOKEN, WORK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from afteraction.model import Status
    from benchmarks.generated_agents import Kind, Stage

END_MS = epoch_ms("2026-11-22T18:00:00Z")
"""The moment up to which histories go."""
_PER_DAY = 1_100
_WRITER = "0" * 16
_HOURS = (1, 1, 0, 0, 0, 1, 3, 6, 12, 18, 20, 18, 12, 16, 20, 20, 17, 13, 8, 6, 6, 5, 3, 2)
_BUSY_HOURS = range(14, 17)
_FAILURE_WEIGHTS = [weight for weight, *_ in FAILURES]
_NONE: tuple[int, Status, str, str] = (0, "success", "completed", "")


def history(count: int, *, seed: int = 1, days: int | None = None) -> Iterator[list[Invocation]]:
    """``count`` invocations up to ``END_MS``, workflow by workflow, oldest day first; seven days to a year of them."""
    days = days or min(365, max(7, count // _PER_DAY))
    dice = random.Random(seed)  # noqa: S311 - a history, not a secret
    weights = [0.25 if (END_MS // DAY_MS - day) % 7 in {2, 3} else 1.0 for day in reversed(range(days))]
    ends = [round(count * share / sum(weights)) for share in itertools.accumulate(weights)]
    made = 0
    for day, end in enumerate(ends):
        midnight = (END_MS // DAY_MS - days + 1 + day) * DAY_MS
        while made < end:
            start_ms = midnight + dice.choices(range(24), _HOURS)[0] * 3_600_000 + dice.randrange(3_600_000)
            if midnight + DAY_MS > END_MS:  # the last day is not over
                start_ms = midnight + (start_ms - midnight) * (END_MS - midnight) // DAY_MS - 600_000
            records = _Workflow(dice, made, start_ms, (day + 0.5) / days).records[: end - made]
            made += len(records)
            yield records


class _Workflow:
    """The invocations of one prompt, made group by group."""

    def __init__(self, dice: random.Random, number: int, start_ms: int, when: float) -> None:
        self._dice = dice
        self._number = number
        self._when = when
        self._project = dice.choices(list(PROJECTS), list(PROJECTS.values()))[0]
        self._session = f"{dice.getrandbits(128):032x}"
        self._planned = False
        self._workflow_id = f"wf-{utc_timestamp(start_ms)[:10].replace('-', '')}-{number:08x}"
        self.records: list[Invocation] = []
        groups = dice.choices([groups for _, groups in SHAPES], [weight for weight, _ in SHAPES])[0]
        at_ms = start_ms
        for group in groups:
            ends = [self._run(stage, at_ms + dice.randrange(400), len(group)) for stage in group]
            at_ms = max(ends) + round(dice.lognormvariate(8.5, 0.8))

    def _run(self, stage: Stage, at_ms: int, at_once: int) -> int:
        """Add an agent and what it sets off; when it ended."""
        name, below = stage
        place = len(self.records)
        record = self._record(KINDS[name], at_ms, at_once)
        self.records.append(record)
        took_ms = record.execution_time_ms or 0
        inner_ms = at_ms + took_ms // 4
        for inner in below:
            child = self._record(KINDS[inner], inner_ms, 1, parent=record.invocation_id)
            self.records.append(child)
            inner_ms += (child.execution_time_ms or 0) + 800
        if below and inner_ms > at_ms + took_ms:
            took_ms = inner_ms + 2_000 - at_ms
            self.records[place] = replace(
                record,
                execution_time_ms=took_ms,
                metadata=replace(record.metadata, ended_at=utc_timestamp(at_ms + took_ms)),
            )
        self._planned = self._planned or (name == "Plan" and record.status == "success")
        return at_ms + took_ms

    def _record(self, kind: Kind, at_ms: int, at_once: int, parent: str | None = None) -> Invocation:
        dice = self._dice
        succeeds = dice.random() < self._chance(kind, at_ms, at_once)
        _, status, category, message = _NONE if succeeds else dice.choices(FAILURES, _FAILURE_WEIGHTS)[0]
        took_ms = round(kind.median_s * 1000 * dice.lognormvariate(0, 0.6))
        key = f"{self._number + len(self.records):012x}"
        return Invocation(
            invocation_id=f"inv-{utc_timestamp(at_ms)[:10].replace('-', '')}-{key}",
            workflow_id=self._workflow_id,
            parent_invocation_id=parent,
            agent_name=kind.name,
            task_description=dice.choice(WORK).format(dice.choice(THINGS)),
            timestamp=utc_timestamp(at_ms),
            status=status,
            execution_time_ms=took_ms,
            error_message=message.format(id=key[-10:], n=dice.randrange(1_000, 400_000)) if message else None,
            user_accepted=(accepted := dice.choices((None, True, False), (80, 15, 5) if succeeds else (70, 5, 25))[0]),
            metadata=replace(
                self._metadata(kind, category, key),
                depth=2 if parent else 1,
                background=at_once > 1,
                ended_at=utc_timestamp(at_ms + took_ms),
                acceptance=None if accepted is None else Acceptance(source="inferred", signal="next_prompt"),
            ),
        )

    def _chance(self, kind: Kind, at_ms: int, at_once: int) -> float:
        odds = math.log(kind.success / (1 - kind.success))
        odds -= kind.trend * (1 - self._when if kind.edited is None else float(self._when < kind.edited))
        odds -= 0.9 * (self._project == HARD_PROJECT and kind.writes)
        odds -= 0.5 * (at_ms // 3_600_000 % 24 in _BUSY_HOURS) + 0.15 * (at_once - 1)
        odds += 0.7 * (self._planned and kind.writes)
        return 1 / (1 + math.exp(-odds))

    def _metadata(self, kind: Kind, category: str, key: str) -> Metadata:
        dice = self._dice
        calls = {tool: dice.randrange(1, 9) for tool in kind.tools[: dice.randrange(1, len(kind.tools) + 1)]}
        tokens = Tokens(
            input=dice.randrange(200, 4_000), output=dice.randrange(300, 6_000),
            cache_read=dice.randrange(8_000, 200_000), cache_creation=dice.randrange(1_000, 20_000),
        )  # fmt: skip
        counted = (tokens.input or 0) + 4 * (tokens.output or 0) + (tokens.cache_read or 0) // 10
        tier = kind.model.split("-")[1]
        files = tuple(f"src/{dice.choice(THINGS).replace(' ', '_')}.py" for _ in range(dice.randrange(3)))
        edition = str(kind.edited is not None and self._when >= kind.edited)
        return Metadata(
            model_tier=tier, tools_used=tuple(calls), files_modified=files if kind.writes else (), schema_version=1,
            source="hook", client="claude-code", client_version="2.1.330" if self._when > 0.5 else "2.1.197",  # noqa: PLR2004 - half-way
            session_id=self._session, prompt_id=f"{self._session[:24]}{self._number:08x}", tool_use_id=f"toolu_{key}",
            agent_id=f"a{key}", project=self._project, model=kind.model, tokens=tokens,
            cost_usd=None if dice.random() < 0.03 else round(counted * USD_PER_TOKEN[tier], 6),  # noqa: PLR2004 - few
            tool_calls=sum(calls.values()), tool_errors=min(dice.randrange(6) // 3, sum(calls.values())), tools=calls,
            files_read=files, lines_added=dice.randrange(80) if kind.writes else 0,
            lines_removed=dice.randrange(30) if kind.writes else 0, rounds=1,
            agent_definition=AgentDefinition(
                path=f".claude/agents/{kind.name}.md", sha256=hashlib.sha256((kind.name + edition).encode()).hexdigest()
            ),
            outcome=Outcome(category=category, evidence=("transcript: last line", "hook: SubagentStop")),
        )  # fmt: skip


def write_history(root: Root, workflows: Iterable[list[Invocation]]) -> int:
    """Write the records and workflow files as the collector leaves them; returns how many records."""
    written = 0
    for records in workflows:
        for record in records:
            path = record_path(root, record.invocation_id, record.agent_name)
            make_private_folder(path.parent)
            path.write_bytes(encode_record(record))
            path.chmod(0o600)
        first = records[0]
        frame = Frame(first.metadata.session_id, first.metadata.project, first.timestamp)
        denied = int(first.invocation_id[-1] == "0")
        write_workflow(
            root, build_workflow(first.workflow_id or "", records, denied=denied, frame=frame), durable=False
        )
        written += len(records)
    return written


def write_lake(folder: Path, workflows: Iterable[list[Invocation]]) -> int:
    """Write the records as one machine's lake: a part for each day on which workflows began; returns how many."""
    connection = connect(Root(folder))
    made = 0
    for written, group in itertools.groupby(workflows, key=lambda records: (records[0].workflow_id or "")[3:11]):
        day = date.fromisoformat(written).isoformat()
        name = f"{_WRITER}-{hashlib.sha256(day.encode()).hexdigest()[:32]}.parquet"
        part = folder / LakePart(day, name, _WRITER, -1).path
        part.parent.mkdir(parents=True)
        lines = (line_of(record, day, made) for records in group for record in records)
        made += fill_batch(connection, lines, part.parent)
        values = {"writer": _WRITER, "pushed_at_ms": END_MS, "path": str(part)}
        connection.execute(sql(LAKE, "pushing"), values)
    return made


def main() -> None:
    """Make a history."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("root", type=Path, help="an empty folder")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--days", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lake", action="store_true", help="the Parquet parts of a lake, no record files")
    options = parser.parse_args()
    if options.root.exists() and any(options.root.iterdir()):
        parser.error(f"{options.root} is not empty")
    root, workflows = options.root.absolute(), history(options.count, seed=options.seed, days=options.days)
    made = write_lake(root, workflows) if options.lake else write_history(Root(root), workflows)
    print(f"{made} invocations in {options.root}")


if __name__ == "__main__":
    main()
