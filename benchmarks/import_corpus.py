"""A made-up history of Claude Code sessions, of any size, with the truth that an import of it must find.

    python -m benchmarks.import_corpus FOLDER [--megabytes 1024] [--seed 1]

Generated, because real transcripts are private and no two machines have the same; with the same seed every byte is
the same. Shapes, key order and proportions follow recorded sessions of two versions: about 60 % of the bytes in main
files, sessions with and without subagents, and every way an agent can end. The facts come from the plan and from
counters in the writers, never from reading the corpus back, so that a test can hold one against the other.
"""

from __future__ import annotations

import argparse
import itertools
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from benchmarks.history.agents import AgentPlan, Tally, Wave
from benchmarks.history.lines import NEW, OLD, Setting, TokenTotals
from benchmarks.history.sessions import SessionPlan, write_session
from benchmarks.history.texts import make_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MEGABYTE = 1_000_000
SESSIONS_PER_MB, AGENTS_PER_MB = 0.29, 0.79
FEWEST_SESSIONS, FEWEST_AGENTS = 20, 64
"""A small corpus has as many, only smaller ones, so that it lacks few cases; it is a little larger than asked."""
MAIN_SHARE = 0.6
NEWEST = datetime(2026, 11, 15, 12, tzinfo=UTC)
"""No session starts later; fixed, for the same bytes on any day."""
DAYS = 110
PROJECTS = ("shop-backend", "web-client", "data-pipeline", "infra", "docs-site", "größenrechner", "mobile-app")
IS_NEW, IS_HEADLESS, HAS_AGENTS = 0.4, 0.3, 0.65
REFUSES_TYPE, USER_REFUSES = 0.1, 0.1
"""How many sessions have each of them."""
BACKGROUND = {False: 0.2, True: 0.8}
"""How many waves, by whether the version is the newer one, which runs agents in the background by default."""
ENDS_BADLY = 0.2
"""How many last waves go down with the session."""
INTERRUPTED = 0.07
"""How many foreground waves in the older version, where the whole wave ends with it."""
TROUBLED = 0.25
"""How many agents do not just complete; those in the foreground of the newer version always do."""
NESTS = 0.3
TROUBLES = {
    False: ("api_error", "rate_limited", "context_exceeded", "refused", "turn_limit", "empty_answer", "truncated"),
    True: ("api_error", "stopped"),
}
"""Endings by whether the agent runs in the background, taken in turn so that a small corpus lacks few of them."""


@dataclass(frozen=True, slots=True)
class CorpusFacts:
    """What a corpus holds, and what an import of it must find."""

    files: int
    """Transcripts; an agent's ``.meta.json`` is not one."""
    bytes: int
    """Of the transcripts."""
    main_bytes: int
    """Of the sessions' main files among them."""
    lines: int
    sessions: int
    invocations: int
    """Records there must be: one for each agent, and one for each call whose agent type a rule refused."""
    by_category: Mapping[str, int]
    """The same, by category of their outcome."""
    tokens: TokenTotals
    """Of everything, once for each API message: what a report on usage must show."""
    agent_tokens: TokenTotals
    """Of the agents alone: the sum over all records."""
    agent_tool_calls: int


def build(folder: Path, megabytes: float, seed: int) -> CorpusFacts:
    """Write a history into ``folder/projects``, which must not exist; the rest of ``folder`` is as a client's would be.

    FileExistsError when there is one already.
    """
    projects = folder / "projects"
    projects.mkdir(parents=True)
    rng = Random(seed)  # noqa: S311 - a corpus must be the same for the same seed
    texts = make_texts(rng)
    tally = Tally()
    plans = list(_plan(rng, projects, megabytes * MEGABYTE))
    for plan in plans:
        write_session(plan, texts, rng, tally)
    return CorpusFacts(
        files=tally.files,
        bytes=tally.main_bytes + tally.agent_bytes,
        main_bytes=tally.main_bytes,
        lines=tally.lines,
        sessions=len(plans),
        invocations=tally.categories.total(),
        by_category=dict(sorted(tally.categories.items())),
        tokens=tally.tokens,
        agent_tokens=tally.agent_tokens,
        agent_tool_calls=tally.agent_tool_calls,
    )


def _plan(rng: Random, projects: Path, size: float) -> Iterator[SessionPlan]:
    sessions = max(round(size / MEGABYTE * SESSIONS_PER_MB), FEWEST_SESSIONS)
    agents = max(round(size / MEGABYTE * AGENTS_PER_MB), FEWEST_AGENTS)
    main_sizes = _shares(rng, sessions, size * MAIN_SHARE, 1.0)
    agent_sizes = iter(_shares(rng, agents, size * (1 - MAIN_SHARE), 0.9))
    troubles = {background: itertools.cycle(endings) for background, endings in TROUBLES.items()}
    busy = max(round(sessions * HAS_AGENTS), 1)
    shares = [rng.lognormvariate(0, 0.8) if number < busy else 0.0 for number in range(sessions)]
    for number, main_size in enumerate(main_sizes):
        own = round(agents * sum(shares[: number + 1]) / sum(shares)) - round(
            agents * sum(shares[:number]) / sum(shares)
        )
        is_new, headless = rng.random() < IS_NEW, rng.random() < IS_HEADLESS
        project = rng.choice(PROJECTS)
        digits = f"{rng.getrandbits(128):032x}"
        setting = Setting(
            session_id=f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}",
            cwd=f"/home/dev/{project}",
            branch=rng.choice(("main", "fix/größe", "feature/export")),
            version=NEW if is_new else OLD,
            entrypoint="sdk-cli" if headless else "cli",
        )
        waves = _waves(rng, list(itertools.islice(agent_sizes, own)), troubles, is_new=is_new)
        yield SessionPlan(
            setting=setting,
            folder=projects / f"-home-dev-{''.join(c if c.isascii() else '-' for c in project)}",
            started=int(NEWEST.timestamp() * 1000) - rng.randrange(DAYS * 86_400_000),
            size=main_size,
            waves=waves,
            refused_type="deploy-bot" if rng.random() < REFUSES_TYPE else None,
            user_refuses=not is_new and not headless and rng.random() < USER_REFUSES,
        )


def _shares(rng: Random, count: int, total: float, spread: float) -> list[int]:
    """``count`` sizes, log-normal, that add up to ``total``."""
    weights = [rng.lognormvariate(0, spread) for _ in range(count)]
    return [int(total * weight / sum(weights)) for weight in weights]


def _waves(rng: Random, sizes: list[int], troubles: Mapping[bool, Iterator[str]], *, is_new: bool) -> tuple[Wave, ...]:
    waves = []
    while sizes:
        count = rng.choices((1, 2, 3, 4), (45, 25, 20, 10))[0]
        group, sizes = sizes[:count], sizes[count:]
        background = rng.random() < BACKGROUND[is_new]
        if not sizes and rng.random() < ENDS_BADLY:
            endings = ["abandoned" if background else "cut"] * len(group)
        elif not background and not is_new and rng.random() < INTERRUPTED:
            endings = ["interrupted"] * len(group)
        else:
            can_fail = background or not is_new
            troubled = [can_fail and rng.random() < TROUBLED for _ in group]
            endings = [next(troubles[background]) if trouble else "completed" for trouble in troubled]
        agents = [AgentPlan(size, ending) for size, ending in zip(group, endings, strict=True)]
        if len(agents) > 1 and agents[0].ending == agents[-1].ending == "completed" and rng.random() < NESTS:
            agents[0] = AgentPlan(agents[0].size, agents[0].ending, (agents.pop(),))
        waves.append(Wave(tuple(agents), background))
    return tuple(waves)


def main() -> None:
    """Write a corpus and print its facts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where to write it; projects/ in it must not exist")
    parser.add_argument("--megabytes", type=float, default=1024, help="how large it is to be (default: 1024)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another corpus (default: 1)")
    options = parser.parse_args()
    begun = time.perf_counter()
    facts = build(options.folder, options.megabytes, options.seed)
    seconds = time.perf_counter() - begun
    print(facts)
    print(f"{facts.bytes / MEGABYTE:.0f} MB in {seconds:.1f} s")


if __name__ == "__main__":
    main()
