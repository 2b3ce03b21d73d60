"""What is compared: an agent, or one version of it, as people name it.

``NAME`` is all its runs; ``NAME@before`` and ``NAME@after`` are the two sides of the last edit of its definition;
``NAME@3f9c`` is the version whose sha256 begins so. A name that is recorded as such wins, whatever signs it has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from afteraction.analytics.breakdown import breakdown
from afteraction.analytics.edits import edits
from afteraction.analytics.names import agent_names
from afteraction.analytics.scope import Scope
from afteraction.errors import NotFoundError

if TYPE_CHECKING:
    from afteraction.store.index import Index

_VERSIONS_SAID = 3
_SHA_SAID = 8


@dataclass(frozen=True, slots=True)
class Side:
    """An agent, or a version of it."""

    name: str
    """As it was asked for."""
    agent: str
    sha256: str | None = None
    """Only versions whose definition's sha256 begins so."""
    since_ms: int | None = None
    """Only runs from then on, epoch ms."""

    def contains(self, other: Side) -> bool:
        """Whether every run of the other is one of this too, so that there is nothing to compare."""
        return self.agent == other.agent and (self.sha256 is None or (other.sha256 or "").startswith(self.sha256))


def side(index: Index, scope: Scope, name: str) -> Side:
    """The side of that name; NotFoundError when there is no such agent, or no such version of it."""
    known = agent_names(index)
    agent, at, version = name.rpartition("@")
    if name in known or not at:
        return Side(name, known_agent(name, known))
    known_agent(agent, known)
    if version not in {"before", "after"}:
        return Side(name, agent, sha256=_known_version(index, agent, version.lower()))
    found = edits(index, replace(scope, agent=agent))
    if not found:
        raise NotFoundError(
            f"no edit of {agent}'s definition shows in its runs; 'afteraction agent' shows its versions"
        )
    last = found[-1]
    if version == "before":
        return Side(name, agent, sha256=last.sha_before, since_ms=last.first_run_before_ms)
    return Side(name, agent, sha256=last.sha_after, since_ms=last.first_run_after_ms)


def _known_version(index: Index, agent: str, version: str) -> str:
    """The version itself; NotFoundError with those that ran when no run has one that begins so."""
    slices = breakdown(index, Scope(agent=agent))
    known = [one.value for one in slices if one.circumstance == "agent version" and one.value is not None]
    if version and any(one.startswith(version[: len(one)]) for one in known):
        return version
    versions = ", ".join(one[:_SHA_SAID] for one in known[:_VERSIONS_SAID])
    hint = f"those that ran most begin with {versions}" if versions else "none of its runs knows its version"
    raise NotFoundError(f"no run of {agent} has a version '{version}'; {hint}")


def known_agent(name: str, known: list[str]) -> str:
    """The name itself; NotFoundError with the nearest known name when it is not recorded."""
    if name in known:
        return name
    import difflib

    near = difflib.get_close_matches(name, known, n=1) or [one for one in known if name.lower() in one.lower()][:1]
    hint = f"; did you mean '{near[0]}'?" if near else "; 'afteraction agents' lists all"
    raise NotFoundError(f"no run of an agent '{name}' is recorded{hint}")
