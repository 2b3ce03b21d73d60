"""A clock that jumps while a session runs makes no negative time, and no agent anybody else's."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afteraction.collector.collect import Surroundings, collect_pass
from afteraction.moments import epoch_ms, utc_timestamp
from afteraction.paths import Root
from afteraction.privacy.redactor import Redactor
from tests.replay import Machine, payloads

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.figures import Figures

EXAMPLES = 60
DAY_MS = 24 * 60 * 60 * 1000
PAIRED = ("agent_id", "tool_use_id", "prompt_id", "session_id", "tools", "rounds", "depth", "tokens")


TIME = re.compile(r'"timestamp":"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Jump:
    """The clock shows another time from one moment of a session on."""

    after: float
    """The moment, as a share of the session."""
    by_ms: int


JUMPS = st.lists(st.builds(Jump, after=st.floats(0, 1), by_ms=st.integers(-2 * DAY_MS, 2 * DAY_MS)), max_size=3)


class Session:
    """A recorded session, whose hooks have run, and which is told again with other times."""

    def __init__(self, folder: Path, case: str) -> None:
        """Replay it in a folder."""
        machine = Machine(folder / "home")
        machine.home.mkdir()
        machine.place_transcripts(case, age_s=3600)
        machine.send(payloads(case, machine))
        self._config_dir = machine.home / ".claude"
        self._root = Root(folder / "collected")
        self._transcripts = self._config_dir / "projects"
        self._recorded = folder / "recorded"
        shutil.copytree(self._transcripts, self._recorded)
        (spooled,) = machine.root.glob("spool/*.jsonl")
        self._name = spooled.name
        self._events = [json.loads(line) for line in spooled.read_bytes().splitlines()]
        texts = [path.read_text() for path in self._recorded.rglob("*.jsonl")]
        times = [epoch_ms(time) for text in texts for time in TIME.findall(text)]
        self._start, self._end = min(times), max(times)

    def told(self, *, hooks: list[Jump], transcripts: list[Jump], now_ms: int = 0) -> list[dict[str, Any]]:
        """The records when hooks and transcripts show other times; the sweep's clock is ``now_ms`` past the end."""
        shutil.rmtree(self._root.path, ignore_errors=True)
        for path in self._recorded.rglob("*.jsonl"):
            said = TIME.sub(lambda found: self._shown(found, transcripts), path.read_text())
            (self._transcripts / path.relative_to(self._recorded)).write_text(said)
        step = (self._end - self._start) / len(self._events)
        moments = [round(self._start + number * step) for number in range(len(self._events))]
        events = zip(self._events, moments, strict=True)
        lines = [json.dumps(event | {"at": self._jumped(at, hooks)}) for event, at in events]
        self._root.spool.mkdir(parents=True)
        (self._root.spool / self._name).write_text("\n".join(lines) + "\n")
        around = Surroundings(self._config_dir, Redactor({}, None), self._end + now_ms)
        assert collect_pass(self._root, around, sweep=True).failures == []
        records = [json.loads(path.read_bytes()) for path in self._root.invocations.glob("*/*.json")]
        return sorted(records, key=lambda record: str(record["metadata"]["agent_id"]))

    def workflow_times(self) -> list[tuple[str | None, str | None, int | None]]:
        """Start, end and duration of every workflow."""
        found = [json.loads(path.read_bytes()) for path in self._root.workflows.glob("*.json")]
        return [(one["started_at"], one["ended_at"], one["duration_ms"]) for one in found]

    def _shown(self, found: re.Match[str], jumps: list[Jump]) -> str:
        return f'"timestamp":"{utc_timestamp(self._jumped(epoch_ms(found[1]), jumps))}"'

    def _jumped(self, at_ms: int, jumps: list[Jump]) -> int:
        moments = (self._start + jump.after * (self._end - self._start) for jump in jumps)
        return at_ms + sum(jump.by_ms for jump, moment in zip(jumps, moments, strict=True) if at_ms >= moment)


def pairing(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What joins an agent to its call, its prompt and its transcript."""
    return [
        {key: record["metadata"][key] for key in PAIRED}
        | {"name": record["agent_name"], "parent": record["parent_invocation_id"] is not None}
        for record in records
    ]


@pytest.mark.parametrize("case", ["00_basic", "02c_bg_several", "02d_bg_nested", "03a_sendmessage_resume"])
@pytest.mark.parametrize("whose", ["one clock", "clocks of two machines"])
def test_clock_that_jumps(tmp_path: Path, figures: Figures, case: str, whose: str) -> None:
    """Up to three jumps of up to two days either way: the same agents with the same calls, and no negative time."""
    session = Session(tmp_path, case)
    wanted = pairing(session.told(hooks=[], transcripts=[], now_ms=DAY_MS))
    told = itertools.count()

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True)
    @given(JUMPS, JUMPS, st.integers(-3 * DAY_MS, 3 * DAY_MS))
    def jump(hooks: list[Jump], transcripts: list[Jump], now_ms: int) -> None:
        found = session.told(hooks=hooks, transcripts=hooks if whose == "one clock" else transcripts, now_ms=now_ms)

        assert pairing(found) == wanted
        for record in found:
            assert record["execution_time_ms"] is None or record["execution_time_ms"] >= 0
            assert (record["metadata"]["ended_at"] or record["timestamp"]) >= record["timestamp"]
        for started, ended, duration in session.workflow_times():
            assert duration is None or duration >= 0
            assert ended is None or started is None or ended >= started
        next(told)

    jump()
    what = f"session told by {whose} that jump{'s' if whose == 'one clock' else ''}: other pairs or negative time"
    figures.hold(what, next(told), at_least=EXAMPLES)
