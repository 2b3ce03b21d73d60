"""The server: six tools that read, none that writes.

Each asks the same typed question as the command of that name. An error is the tool's error and says what to do next;
the protocol alone goes to stdout.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from afteraction.analytics.agent import agent_report as ask_agent
from afteraction.analytics.agents import agents
from afteraction.analytics.best import best
from afteraction.analytics.failures import failures as ask_failures
from afteraction.analytics.names import agent_names
from afteraction.analytics.scope import Scope
from afteraction.analytics.summary import summary
from afteraction.analytics.timeline import timeline
from afteraction.analytics.usage import usage as ask_usage
from afteraction.errors import AfteractionError, NotFoundError
from afteraction.mcp_server.untrusted import answer
from afteraction.moments import period_ms
from afteraction.output.text import plain
from afteraction.store.coverage import read_coverage
from afteraction.store.index import open_index
from afteraction.store.reading import find_invocation, find_workflow

if TYPE_CHECKING:
    from collections.abc import Callable

    from afteraction.paths import Root

INSTRUCTIONS = (
    "What coding subagents really did on this machine: success decided from evidence, with counts and 95% intervals. "
    "Fewer than 10 runs is too few to judge. Ask before you choose an agent, and when one has failed."
)
Period = Annotated[str, Field(description="How far back: 24h, 7d, 28d, or all")]
Project = Annotated[str | None, Field(description="Only this project: its path or the end of it")]
Model = Annotated[str | None, Field(description="Only this model: its id, or haiku, sonnet, opus")]
_NAMES_SHOWN = 20
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


class Tools:
    """The tools; the docstring of each is what a model reads to choose it."""

    def __init__(self, root: Root, now_ms: Callable[[], int]) -> None:
        """Nothing is opened before somebody asks."""
        self._root = root
        self._now_ms = now_ms

    def best_agent(
        self,
        task: Annotated[str, Field(description="What is to be done, in a few words")],
        period: Period = "all",
        project: Project = None,
    ) -> dict[str, Any]:
        """Which subagent to give a task, from how it did at tasks like it; "not enough data" is an answer."""
        return _answered(lambda: best(open_index(self._root), self._scope(period, project, None), task))

    def agent_report(
        self,
        agent: Annotated[str, Field(description="The agent's name as recorded")],
        period: Period = "all",
        project: Project = None,
        model: Model = None,
    ) -> dict[str, Any]:
        """One agent: success with its interval, trend, edits of its definition, why it fails, cost, newest runs."""

        def ask() -> object:
            index = open_index(self._root)
            known = agent_names(index)
            if agent not in known:
                names = ", ".join(known[:_NAMES_SHOWN]) or "none; run: afteraction import"
                raise NotFoundError(f"no agent of this name has run. Known: {names}")
            scope = self._scope(period, project, model, agent)
            return ask_agent(index, scope, read_coverage(self._root), now_ms=self._now_ms())

        return _answered(ask)

    def failures(
        self,
        agent: Annotated[str | None, Field(description="Only this agent")] = None,
        period: Period = "all",
        project: Project = None,
        model: Model = None,
    ) -> dict[str, Any]:
        """Why runs fail: kinds of failure with examples, a remedy each, and where they concentrate beyond chance."""

        def ask() -> object:
            found = ask_failures(open_index(self._root), self._scope(period, project, model, agent))
            return {
                "total": found.total, "clusters": found.clusters, "suggestions": found.suggestions,
                "concentrations": found.found(0), "rejected": found.rejected,
            }  # fmt: skip

        return _answered(ask)

    def workflow(
        self, workflow_id: Annotated[str, Field(description='Its id, the beginning of it, or "last"')] = "last"
    ) -> dict[str, Any]:
        """One workflow: what ran below what and when, the longest chain, and the bottleneck."""

        def ask() -> object:
            found = find_workflow(self._root, workflow_id)
            return {"workflow": found, "times": timeline(found)}

        return _answered(ask)

    def invocation(
        self, invocation_id: Annotated[str, Field(description='Its id, the beginning of it, or "last"')] = "last"
    ) -> dict[str, Any]:
        """One invocation: outcome with its evidence, tools, files, tokens, cost."""
        return _answered(lambda: find_invocation(self._root, invocation_id).record)

    def usage(self, period: Period = "all", project: Project = None, model: Model = None) -> dict[str, Any]:
        """The leaderboard of all agents, and who is used how often."""

        def ask() -> object:
            index, scope = open_index(self._root), self._scope(period, project, model)
            ranked = agents(index, scope, now_ms=self._now_ms())
            return {"total": summary(index, scope), "agents": ranked, "usage": ask_usage(index, scope).agents}

        return _answered(ask)

    def _scope(self, period: str, project: str | None, model: str | None, agent: str | None = None) -> Scope:
        try:
            length_ms = period_ms(period)
        except ValueError as error:
            raise ToolError(str(error)) from error
        since_ms = None if length_ms is None else self._now_ms() - length_ms
        return Scope(since_ms=since_ms, project=project, agent=agent, model=model)


def create_server(
    root: Root, version: str, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
) -> MCPServer:
    """The server over the records below ``root``."""
    server = MCPServer("afteraction", instructions=INSTRUCTIONS, version=version, log_level="ERROR")
    tools = Tools(root, now_ms)
    for tool in (
        tools.best_agent, tools.agent_report, tools.failures, tools.workflow, tools.invocation, tools.usage,
    ):  # fmt: skip
        server.tool(annotations=_READS, structured_output=True)(tool)
    return server


def _answered(ask: Callable[[], object]) -> dict[str, Any]:
    try:
        return answer(ask())
    except AfteractionError as error:
        raise ToolError(plain(str(error))) from error
