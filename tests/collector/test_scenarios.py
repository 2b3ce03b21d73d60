"""Sessions of the real client that went another way than the usual one, and what really happened in them.

Each is read from its transcripts alone, without a store and without processes; ``test_golden_sessions`` replays the
same recordings with their hooks and compares every field.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from afteraction.collector.evidence import SessionEvidence
from afteraction.collector.measure import best_usages, measure_work, sum_tokens
from afteraction.collector.reconcile import reconcile
from afteraction.sources.claude.session_files import locate, named_elsewhere, read_session
from tests.replay import SESSIONS

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.collector.reconcile import Life

Told = tuple[str, str, str]
"""An agent's name, its status and why."""


def lives(case: str, folder: Path) -> list[Life]:
    """All invocations of a recording's sessions, in order of start."""
    projects = folder / "projects"
    shutil.copytree(SESSIONS / case / "transcripts", projects)
    found: list[Life] = []
    for path in sorted(projects.glob("*/*.jsonl")):
        if not path.name.startswith("agent-"):
            files = locate(path, projects)
            main, agents = read_session(files)
            elsewhere = named_elsewhere(files.main, main, agents)
            evidence = SessionEvidence(path.stem, (), main, agents, "stale", elsewhere=elsewhere)
            found += reconcile(evidence).lives
    return sorted(found, key=lambda life: life.started_at)


def told(case: str, folder: Path) -> list[Told]:
    """Who ran in a recording, and how it ended."""
    ends = [(life.agent_name, life.verdict) for life in lives(case, folder)]
    return [(name, verdict.status, verdict.category) for name, verdict in ends if verdict is not None]


def test_a_warm_up_is_no_invocation(tmp_path: Path) -> None:
    """2.0 clients start two agents of their own in every session; what nobody asked for is not recorded."""
    assert len(list((SESSIONS / "x_old_format_warm_ups__v2.0.60").glob("transcripts/*/agent-*.jsonl"))) == 5
    assert len(lives("x_old_format_warm_ups__v2.0.60", tmp_path)) == 3


def test_an_agent_that_never_came_back_has_the_name_it_was_called_by(tmp_path: Path) -> None:
    """Old clients link an agent to its call by the result alone; without one, the time of its first line does."""
    assert told("x_old_format_warm_ups__v2.0.60", tmp_path) == [
        ("backend-architect", "failure", "killed"),
        ("code-reviewer", "success", "completed"),
        ("test-runner", "failure", "killed"),
    ]


def test_an_answer_without_a_line_is_an_empty_answer(tmp_path: Path) -> None:
    """A reply without content leaves no line: the transcript ends on the client's call for output, and none came."""
    assert told("x_empty_answer", tmp_path) == [("backend-architect", "partial", "empty_answer")]


def test_a_structured_answer_is_an_answer(tmp_path: Path) -> None:
    """An agent that hands its answer over by a call ends there, on a tool's result and without a word."""
    ends = told("x_workflow_structured__v2.1.330", tmp_path)

    assert [end[1:] for end in ends] == [("success", "completed")] * 3


def test_a_stop_hook_that_never_gives_in_does_not_undo_the_answer(tmp_path: Path) -> None:
    """The client gives up on a hook that blocks for ever; its last objection stands after the agent's last answer."""
    assert told("x_stop_blocked_for_ever", tmp_path) == [("backend-architect", "success", "completed")]


def test_a_forked_session_tells_nothing_twice(tmp_path: Path) -> None:
    """A fork begins with a copy of its origin: calls, refusals and all; only the origin's are counted."""
    for case in ("x_old_format_forked__v2.0.60", "x_forked_session__v2.1.330"):
        found = lives(case, tmp_path / case)
        assert len({life.tool_use_id for life in found}) == len(found)
        assert {life.verdict.category for life in found if life.verdict} <= {"completed", "not_started"}


def test_a_fork_counts_its_own_lines(tmp_path: Path) -> None:
    """A fork's file begins with its parent's message: neither the call in it nor its tokens are the fork's."""
    (fork,) = lives("x_fork_agent__v2.1.330", tmp_path)
    assert fork.transcript is not None
    tokens = sum_tokens(best_usages(fork.transcript.replies))

    assert (fork.agent_name, fork.background, fork.parent_agent_id) == ("fork", True, None)
    assert measure_work(fork.transcript).tools == {}
    assert tokens is not None
    assert (tokens.input, tokens.output) == (1000, 50)


def test_a_resumed_session_does_not_excuse_the_kill(tmp_path: Path) -> None:
    """The next client closes what the killed one left open, by a result or a notification; the agent was killed."""
    for case in ("x_killed_then_resumed__v2.1.330", "x_killed_in_background_then_resumed"):
        assert told(case, tmp_path / case) == [("backend-architect", "failure", "killed")]


def test_an_agent_messaged_after_its_turn_limit_begins_a_round(tmp_path: Path) -> None:
    """A turn limit leaves no mark in the transcript; that the parent was told of an end before the message is one."""
    (life,) = lives("x_turn_limit_then_message", tmp_path)
    assert life.verdict is not None

    assert (life.rounds, life.verdict.category) == (2, "completed")


def test_an_agent_that_the_result_misnames_is_recorded_once(tmp_path: Path) -> None:
    """2.1.20 gives a forked skill's agent one id in its file and another in the result: there was one agent."""
    assert told("x_skill_fork__v2.1.20", tmp_path) == [("general-purpose", "success", "completed")]


def test_an_agent_outlives_the_session_that_was_cleared(tmp_path: Path) -> None:
    """After ``/clear`` a background agent writes on in the next session's folder: one transcript in two files."""
    agent, other = lives("x_cleared_while_running", tmp_path)
    assert agent.transcript is not None
    assert agent.verdict is not None

    assert (agent.agent_name, other.agent_name) == ("backend-architect", "test-runner")
    assert agent.verdict.category == "completed"
    assert measure_work(agent.transcript).tools == {"Read": 1, "Bash": 1}
