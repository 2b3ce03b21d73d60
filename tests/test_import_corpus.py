"""The made-up history of the import benchmark is what it says, byte for byte and count for count."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.history.lines import TokenTotals
from benchmarks.import_corpus import CorpusFacts, build

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MEGABYTES = 3
SEED = 6
"""One of the few with which so small a corpus has every case."""
Lines = list[dict[str, Any]]


class Corpus:
    """A corpus read back slowly, with nothing but ``json``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.facts: CorpusFacts = build(folder, MEGABYTES, SEED)
        self.paths = sorted((folder / "projects").rglob("*.jsonl"))

    @cached_property
    def files(self) -> dict[Path, Lines]:
        """Every transcript's lines, decoded."""
        return {path: [json.loads(line) for line in path.read_bytes().splitlines()] for path in self.paths}

    @cached_property
    def agents(self) -> dict[str, Lines]:
        """The agents' transcripts by agent id."""
        found = ((path.stem.removeprefix("agent-"), lines) for path, lines in self.files.items())
        return {agent_id: lines for agent_id, lines in found if lines[0].get("agentId") == agent_id}

    @cached_property
    def lines(self) -> Lines:
        """All lines of all transcripts."""
        return [line for lines in self.files.values() for line in lines]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """One small corpus for all tests here; none of them changes it."""
    return Corpus(tmp_path_factory.mktemp("corpus"))


def digests(folder: Path) -> dict[str, str]:
    """A hash of every file, by its path in the folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def blocks(line: dict[str, Any]) -> Lines:
    """The content blocks of a line's message."""
    content = line.get("message", {}).get("content")
    return content if isinstance(content, list) else []


def results(lines: Iterable[dict[str, Any]]) -> Lines:
    """All tool results."""
    return [block for line in lines for block in blocks(line) if block["type"] == "tool_result"]


def calls(lines: Iterable[dict[str, Any]], name: str | None = None) -> Lines:
    """All tool calls, or those of one tool."""
    used = (block for line in lines for block in blocks(line) if block["type"] == "tool_use")
    return [block for block in used if name in (None, block["name"])]


def tokens(lines: Iterable[dict[str, Any]]) -> TokenTotals:
    """Tokens of distinct messages, each at the line with the highest output."""
    best: dict[str, dict[str, Any]] = {}
    for line in lines:
        usage = line.get("message", {}).get("usage")
        if usage is not None and line["message"]["model"] != "<synthetic>":
            known = best.setdefault(line["message"]["id"], usage)
            if usage["output_tokens"] > known["output_tokens"]:
                best[line["message"]["id"]] = usage
    return TokenTotals(
        input=sum(usage["input_tokens"] for usage in best.values()),
        output=sum(usage["output_tokens"] for usage in best.values()),
        cache_creation=sum(usage["cache_creation_input_tokens"] for usage in best.values()),
        cache_read=sum(usage["cache_read_input_tokens"] for usage in best.values()),
    )


def category(corpus: Corpus, agent_id: str, lines: Lines) -> str:
    """How an agent ended, from the last line of its file and what else speaks of it."""
    last, block = lines[-1], blocks(lines[-1])[-1]
    if last.get("isApiErrorMessage"):
        errors = {"rate_limit": "rate_limited", "invalid_request": "context_exceeded"}
        return "refused" if last["message"]["stop_reason"] == "refusal" else errors.get(last["error"], "api_error")
    if last["type"] == "user":
        return cut_short(corpus, agent_id, block)
    if block["type"] == "tool_use":
        return "killed"
    if last["message"]["stop_reason"] is None:
        return "truncated"
    return "completed" if block["text"] else "empty_answer"


def cut_short(corpus: Corpus, agent_id: str, block: dict[str, Any]) -> str:
    """How an agent ended whose file does not end on a reply, but on ``block``."""
    if block["type"] == "tool_result":
        given = (line["toolUseResult"] for line in corpus.lines if isinstance(line.get("toolUseResult"), dict))
        returned = any(said.get("agentId") == agent_id and said["status"] == "completed" for said in given)
        return "turn_limit" if returned else "abandoned"
    if any(call["input"]["task_id"] == agent_id for call in calls(corpus.lines, "TaskStop")):
        return "killed"
    return "interrupted" if block["text"] == "[Request interrupted by user for tool use]" else "abandoned"


def test_the_same_seed_gives_the_same_bytes(corpus: Corpus, tmp_path: Path) -> None:
    """Figures of two runs compare only when both read the same corpus."""
    facts = build(tmp_path / "same", MEGABYTES, SEED)
    other = build(tmp_path / "other", MEGABYTES, SEED + 1)

    assert facts == corpus.facts
    assert digests(tmp_path / "same") == digests(corpus.folder)
    assert other != facts


def test_facts_are_what_a_slow_count_finds(corpus: Corpus) -> None:
    """An import is held against the facts, so they must be true."""
    mains = [path for path in corpus.paths if path.parent.name != "subagents"]
    agent_lines = [line for lines in corpus.agents.values() for line in lines]
    refused = [found for found in results(corpus.lines) if str(found["content"]).startswith("Agent type '")]
    categories = Counter(category(corpus, agent_id, lines) for agent_id, lines in corpus.agents.items())
    categories["not_started"] += len(refused)

    assert corpus.facts == CorpusFacts(
        files=len(corpus.paths),
        bytes=sum(path.stat().st_size for path in corpus.paths),
        main_bytes=sum(path.stat().st_size for path in mains),
        lines=len(corpus.lines),
        sessions=len(mains),
        invocations=len(corpus.paths) - len(mains) + len(refused),
        by_category=dict(categories),
        tokens=tokens(corpus.lines),
        agent_tokens=tokens(agent_lines),
        agent_tool_calls=len(calls(agent_lines)),
    )


def test_every_way_to_end_occurs(corpus: Corpus) -> None:
    """A corpus in which nothing fails would make an import look faster than it is."""
    assert set(corpus.facts.by_category) == {
        *("abandoned", "api_error", "completed", "context_exceeded", "empty_answer", "interrupted", "killed"),
        *("not_started", "rate_limited", "refused", "truncated", "turn_limit"),
    }


def test_agents_run_alone_together_nested_and_in_the_background(corpus: Corpus) -> None:
    """The shapes of a real history that a reader has to join are all there."""
    spawned = [len(calls([line], "Agent")) for line in corpus.lines]
    by_message = Counter(line["message"]["id"] for line in corpus.lines if calls([line], "Agent"))
    metas = [json.loads(path.read_bytes()) for path in (corpus.folder / "projects").rglob("*.meta.json")]
    launched = [line for line in corpus.lines if "async_launched" in str(line.get("toolUseResult"))]

    assert len(metas) == len(corpus.agents)
    assert {meta["toolUseId"] for meta in metas} <= {call["id"] for call in calls(corpus.lines, "Agent")}
    assert {meta["spawnDepth"] for meta in metas} == {1, 2}
    assert set(spawned) == {0, 1}
    assert {1, 2} <= set(by_message.values())
    assert launched
    assert {line["version"] for line in corpus.lines if "version" in line} == {"2.1.197", "2.1.330"}


def test_lines_are_chained_and_in_order_of_time(corpus: Corpus) -> None:
    """Each line names the one before it, and a file is as old as its last line, from which silence is told."""
    for path, lines in corpus.files.items():
        chain = [line for line in lines if "parentUuid" in line]
        stamps = [datetime.fromisoformat(line["timestamp"]).timestamp() for line in chain]

        assert [line["parentUuid"] for line in chain] == [None, *(line["uuid"] for line in chain[:-1])]
        assert stamps == sorted(stamps)
        assert 0 <= path.stat().st_mtime - stamps[-1] < 700
        assert {line["sessionId"] for line in chain} == {
            path.parent.parent.name if "agentId" in chain[0] else path.stem
        }


def test_an_older_corpus_is_not_written_over(corpus: Corpus) -> None:
    """A corpus in parts of two would have no true facts."""
    with pytest.raises(FileExistsError):
        build(corpus.folder, MEGABYTES, SEED)
