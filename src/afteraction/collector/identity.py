"""Ids that do not depend on the path or the order in which evidence arrives.

An invocation is known by its client and ``agent_id``, and by nothing else, so that a live hook, a re-run and an import
write the same file. Old clients' agent ids are short and may collide, so for those alone the session is part of it.
"""

from __future__ import annotations

import hashlib

from afteraction.moments import utc_date

CLIENT = "claude-code"
SHORT_AGENT_ID = 8
"""Characters of the longest id that clients up to 2.1.20 gave an agent; later ones have more."""


def invocation_key(*, agent_id: str | None, tool_use_id: str | None, session_id: str | None) -> str:
    """The 12 hex digits that name an invocation whatever told of it."""
    if agent_id is None:
        return _digest(CLIENT, "tool", tool_use_id or "", width=12)
    if len(agent_id) <= SHORT_AGENT_ID:
        return _digest(CLIENT, "agent", agent_id, session_id or "", width=12)
    return _digest(CLIENT, "agent", agent_id, width=12)


def invocation_id(started_at_ms: int, key: str) -> str:
    """``inv-20251030-9f3c2a71b0de``."""
    return f"inv-{utc_date(started_at_ms).replace('-', '')}-{key}"


def workflow_id(started_at_ms: int, session_id: str, prompt_id: str | None) -> str:
    """``wf-20251030-5d41402a`` of the prompt that set the work off, or of the session where no prompt is known."""
    return f"wf-{utc_date(started_at_ms).replace('-', '')}-{workflow_key(session_id, prompt_id)}"


def workflow_key(session_id: str, prompt_id: str | None) -> str:
    """The 8 hex digits that name a derived workflow."""
    return _digest(CLIENT, session_id, prompt_id or "", width=8)


def digest(text: str | None) -> str | None:
    """What stands for an id that nothing has cleared for storage."""
    return _digest(text, width=16) if text is not None else None


def _digest(*parts: str, width: int) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:width]
