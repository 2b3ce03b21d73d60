"""From one life to its record: ids, names, sums, and the only place where session text passes into storage.

Free text (the description, an error message) goes through the redactor and is shortened afterwards; names and paths go
through it as names and paths. Everything else is an identifier, a number or a fixed word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from afteraction.collector.acceptance import infer
from afteraction.collector.aftermath import aftermaths
from afteraction.collector.identity import CLIENT, invocation_id, invocation_key, workflow_id
from afteraction.collector.measure import best_usages, measure_work, sum_tokens
from afteraction.collector.model_tier import model_tier
from afteraction.collector.outcome import CATEGORIES
from afteraction.collector.places import project_of, relative_to
from afteraction.model import SCHEMA_VERSION, Acceptance, AgentDefinition, Invocation, Metadata, Outcome
from afteraction.moments import utc_timestamp
from afteraction.pricing import PricedMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from afteraction.collector.acceptance import Judgement
    from afteraction.collector.evidence import SessionEvidence
    from afteraction.collector.measure import Work
    from afteraction.collector.outcome import Verdict
    from afteraction.collector.reconcile import Findings, Life
    from afteraction.pricing import PriceLists
    from afteraction.sources.claude.entries import Reply
    from afteraction.sources.claude.lines import Usage

DESCRIPTION_LIMIT = 200
ERROR_LIMIT = 500
_EVIDENCE_WORD = re.compile(r"[^ :]+")
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class Gate(Protocol):
    """What a redactor must offer; ``afteraction.privacy`` has the one that is used."""

    def redact_field(self, text: str, limit: int) -> str | None:
        """Redact, then shorten; None when the text had to be dropped."""

    def redact_name(self, name: str) -> str:
        """A name, or its hash when it looks like a secret."""

    def redact_path(self, path: str) -> str:
        """A path, with components that look like secrets hashed."""


@dataclass(frozen=True, slots=True)
class SessionContext:
    """What all records of one session share."""

    evidence: SessionEvidence
    findings: Findings
    gate: Gate
    define: Callable[[Life, str | None], AgentDefinition | None]
    """The agent's definition as it was at the time, given the life and the project."""
    prices: PriceLists

    @property
    def project(self) -> str | None:
        """The project's folder: what the client told its hooks, else where the session began."""
        told = (event.env.project_dir for event in self.evidence.events)
        places = [next(filter(None, told), None)]
        places += [transcript.cwd for transcript in self.evidence.transcripts()]
        place = next(filter(None, places), None)
        return project_of(place) if place else None


@dataclass(frozen=True, slots=True)
class _Ended:
    """One invocation that has ended, with what was made out of it."""

    life: Life
    verdict: Verdict
    work: Work | None
    judgement: Judgement | None


def build_records(context: SessionContext) -> list[Invocation]:
    """The records of all invocations of a session that have ended, in order of start."""
    ids: dict[str | None, str] = {
        life.agent_id: _invocation_id(life, context) for life in context.findings.lives if life.agent_id is not None
    }
    workflows = _derived_workflow_ids(context)
    lives = context.findings.lives
    works = {
        life.agent_id: measure_work(life.transcript)
        for life in lives
        if life.agent_id is not None and life.transcript is not None
    }
    after = aftermaths(context.evidence, lives, works, context.project)
    judged = {agent_id: judgement for agent_id, one in after.items() if (judgement := infer(one)) is not None}
    return [
        _build(
            _Ended(life, life.verdict, works.get(life.agent_id or ""), judged.get(life.agent_id or "")),
            context,
            (ids, workflows),
        )
        for life in lives
        if life.verdict is not None
    ]


def _build(
    ended: _Ended, context: SessionContext, links: tuple[Mapping[str | None, str], Mapping[str | None, str]]
) -> Invocation:
    life, verdict = ended.life, ended.verdict
    ids, workflows = links
    gate = context.gate
    parent = ids.get(life.parent_agent_id) if life.parent_agent_id else _oak(life, context, "oak_parent_invocation_id")
    return Invocation(
        invocation_id=_invocation_id(life, context),
        workflow_id=_oak(life, context, "oak_workflow_id") or workflows[life.prompt_id],
        parent_invocation_id=parent,
        agent_name=gate.redact_name(life.agent_name),
        task_description=gate.redact_field(life.description, DESCRIPTION_LIMIT) if life.description else None,
        timestamp=utc_timestamp(life.started_at),
        status=verdict.status,
        execution_time_ms=life.active_ms,
        error_message=_error_message(life, verdict, gate),
        user_accepted=ended.judgement.accepted if ended.judgement is not None else None,
        metadata=_metadata(ended, context),
    )


def _metadata(ended: _Ended, context: SessionContext) -> Metadata:
    gate = context.gate
    life, verdict, work = ended.life, ended.verdict, ended.work
    transcript = life.transcript
    replies = transcript.replies if transcript is not None else ()
    used = best_usages(replies)
    model = _model(life, replies)
    project = context.project
    return Metadata(
        model_tier=_safe(model_tier(model), gate),
        tools_used=tuple(gate.redact_name(name) for name in work.tools) if work else None,
        files_modified=_relative(work.files_modified, project, gate) if work else None,
        schema_version=SCHEMA_VERSION,
        source="hook" if life.events else "import",
        client=CLIENT,
        client_version=_safe(_version(life, context.evidence), gate),
        session_id=gate.redact_name(context.evidence.session_id),
        prompt_id=_safe(life.prompt_id, gate),
        tool_use_id=_safe(life.tool_use_id, gate),
        agent_id=_safe(_agent_id(life), gate),
        traceparent=_traceparent(life, context),
        project=gate.redact_path(project) if project else None,
        model=_safe(model, gate),
        tokens=sum_tokens(used),
        cost_usd=context.prices.cost_usd(_priced(used)),
        tool_calls=sum(work.tools.values()) if work else None,
        tool_errors=work.tool_errors if work else None,
        tools={gate.redact_name(name): count for name, count in work.tools.items()} if work else None,
        files_read=_relative(work.files_read, project, gate) if work else None,
        lines_added=work.lines_added if work else None,
        lines_removed=work.lines_removed if work else None,
        background=life.background,
        depth=life.depth,
        rounds=life.rounds,
        ended_at=utc_timestamp(life.ended_at) if life.ended_at is not None else None,
        agent_definition=_definition(life, context),
        outcome=Outcome(category=verdict.category, evidence=tuple(_cleared(seen, gate) for seen in verdict.evidence)),
        acceptance=_acceptance(ended.judgement, gate),
    )


def _agent_id(life: Life) -> str | None:
    """The client's id of the agent; the oldest clients gave none."""
    return None if life.transcript is not None and life.transcript.inline else life.agent_id


def _safe(name: str | None, gate: Gate) -> str | None:
    return gate.redact_name(name) if name is not None else None


def _cleared(evidence: str, gate: Gate) -> str:
    """Evidence with each word cleared as a name: among our own words stand ids and reasons as the client wrote them."""
    return _EVIDENCE_WORD.sub(lambda word: gate.redact_name(word.group()), evidence)


def _definition(life: Life, context: SessionContext) -> AgentDefinition | None:
    found = context.define(life, context.project) if life.agent_id else None
    if found is None or found.path is None:
        return found
    return AgentDefinition(path=context.gate.redact_path(found.path), sha256=found.sha256)


def _invocation_id(life: Life, context: SessionContext) -> str:
    key = invocation_key(
        agent_id=_agent_id(life), tool_use_id=life.tool_use_id or life.agent_id, session_id=context.evidence.session_id
    )
    return invocation_id(life.started_at, key)


def denied_calls(context: SessionContext) -> dict[str, tuple[int, str]]:
    """Refused spawn calls by workflow: how many, and when the prompt that asked for them was given."""
    derived = _derived_workflow_ids(context)
    found: dict[str, tuple[int, str]] = {}
    for prompt_id, count in context.findings.denied.items():
        told = (e.env.oak_workflow_id for e in context.evidence.events if e.payload.prompt_id == prompt_id)
        shell_s = next(filter(None, told), None)
        workflow = context.gate.redact_name(shell_s) if shell_s else derived[prompt_id]
        at = utc_timestamp(context.findings.prompt_times.get(prompt_id or "", context.findings.denied_at))
        found[workflow] = (found.get(workflow, (0, at))[0] + count, at)
    return found


def _derived_workflow_ids(context: SessionContext) -> dict[str | None, str]:
    """Workflow id by prompt: dated by the prompt, or by its first invocation where the prompt's time is unknown."""
    firsts: dict[str | None, int] = dict.fromkeys(context.findings.denied, context.findings.denied_at)
    for life in context.findings.lives:
        firsts[life.prompt_id] = min(life.started_at, firsts.get(life.prompt_id, life.started_at))
    times = context.findings.prompt_times
    return {
        prompt_id: workflow_id(times.get(prompt_id or "", first), context.evidence.session_id, prompt_id)
        for prompt_id, first in firsts.items()
    }


def _oak(life: Life, context: SessionContext, key: str) -> str | None:
    """An id that the shell gave to the client, cleared for storage."""
    value = _from_shell(life, context, key)
    return context.gate.redact_name(value) if value else None


def _traceparent(life: Life, context: SessionContext) -> str | None:
    """The caller's place in its trace; numbers in one fixed form, or nothing."""
    value = _from_shell(life, context, "traceparent")
    return value if value and _TRACEPARENT.fullmatch(value) else None


def _from_shell(life: Life, context: SessionContext, key: str) -> str | None:
    """What the shell that ran this agent's client gave it.

    Its own events tell; without any, the last event before it began does. A later shell's value says nothing about it.
    """
    told = [value for event in life.events if (value := getattr(event.env, key))]
    before = [event for event in context.evidence.events if event.at <= life.started_at]
    return told[0] if told else (getattr(before[-1].env, key) if before and not life.events else None)


def _error_message(life: Life, verdict: Verdict, gate: Gate) -> str | None:
    if verdict.status == "success":
        return None
    text = life.failure_text or (life.ending.answer if verdict.category == "error_text" else None)
    redacted = gate.redact_field(text, ERROR_LIMIT) if text and text.strip() else None
    return redacted or CATEGORIES[verdict.category]


def _acceptance(judgement: Judgement | None, gate: Gate) -> Acceptance | None:
    if judgement is None:
        return None
    sign = judgement.sign
    at = utc_timestamp(sign.at) if sign.at is not None else None
    where = "transcript line" if sign.own else "main transcript line"
    evidence = (f"{where} {gate.redact_name(sign.line)}: {sign.words}",) if sign.line is not None else (sign.words,)
    return Acceptance(source="inferred", signal=judgement.signal, at=at, evidence=evidence)


def _model(life: Life, replies: Iterable[Reply]) -> str | None:
    used = [reply.model for reply in replies if reply.model]
    if used:
        return used[-1]
    resolved = life.spawn.resolved_model if life.spawn else None
    return resolved.partition("[")[0] if resolved else (life.transcript.meta.model if life.transcript else None)


def _version(life: Life, evidence: SessionEvidence) -> str | None:
    transcripts = (life.transcript, evidence.main)
    return next((t.version for t in transcripts if t is not None and t.version), None)


def _priced(used: Iterable[tuple[Reply, Usage]]) -> list[PricedMessage]:
    return [
        PricedMessage(
            model=reply.model,
            at_ms=reply.at,
            input=usage.input,
            output=usage.output,
            cache_read=usage.cache_read or 0,  # a client that does not name the cache did not use it
            cache_creation=usage.cache_creation or 0,
        )
        for reply, usage in used
    ]


def _relative(paths: Iterable[str], project: str | None, gate: Gate) -> tuple[str, ...]:
    return tuple(dict.fromkeys([gate.redact_path(relative_to(path, project)) for path in paths]))
