"""What of an event may reach the disk: identifiers, fixed words, paths, flags and counts, each named here.

The list is data in the shape of the payload, with the client's own keys, so it can be read beside the client's
documents. Everything else (prompts, tool input and output, messages, error texts) is dropped unread. What tools take
and return is kept for the tools that handle subagents only: of any other, ``to`` could be somebody's address.
"""

from afteraction.hook.secret_shape import STAND_IN, hashed, may_hold_secrets, without_secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAME_LIMIT = 256
PATH_LIMIT = 4096
WORD_LIMIT = 64
CODE_LIMIT = 40
IDENTIFIER_LIMIT = 128
LARGEST = 2**53
TASKS_LIMIT = 200

HEXADECIMAL = frozenset("0123456789abcdef")
TRACE_PARTS = [2, 32, 16, 2]
"""Characters of a traceparent's version, trace id, span id and flags (W3C Trace Context, version 00)."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."
WORD = frozenset(LETTERS)
CODE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
IDENTIFIER = frozenset(LETTERS + ":")


def text(value: object, limit: int) -> "str | None":
    """A string that is short enough and can be stored and opened anywhere."""
    if not isinstance(value, str) or not 0 < len(value) <= limit or "\0" in value:
        return None
    if not value.isascii():  # half a surrogate pair is legal in JSON and in no UTF-8
        value = value.encode("utf-8", "replace").decode()
    return value


def name(value: object) -> "str | None":
    """An id, or a name that somebody chose."""
    return text(value, NAME_LIMIT)


def path(value: object) -> "str | None":
    """A place on the disk."""
    return text(value, PATH_LIMIT)


def word(value: object) -> "str | None":
    """One of the client's fixed words, which have no spaces."""
    return text(value, WORD_LIMIT) if isinstance(value, str) and WORD.issuperset(value) else None


def code(value: object) -> "str | None":
    """StopFailure's kind of error; other events have sentences under the same key."""
    return text(value, CODE_LIMIT) if isinstance(value, str) and CODE.issuperset(value) else None


def traceparent(value: str) -> "str | None":
    """The place in a trace where the caller stands: hexadecimal parts of fixed lengths, ids that are not zero."""
    parts = value.split("-")
    if [len(part) for part in parts] != TRACE_PARTS or parts[0] != "00" or not HEXADECIMAL.issuperset("".join(parts)):
        return None
    return value if parts[1].strip("0") and parts[2].strip("0") else None


def flag(value: object) -> "bool | None":
    """True or false."""
    return value if isinstance(value, bool) else None


def count(value: object) -> "int | None":
    """A whole number; the scanner makes all numbers floats."""
    return int(value) if isinstance(value, float) and 0 <= value <= LARGEST else None


TOP = {
    "session_id": name,
    "transcript_path": path,
    "cwd": path,
    "prompt_id": name,
    "permission_mode": word,
    "agent_id": name,
    "agent_type": name,
    "effort": {"level": word},
    "hook_event_name": word,
    "agent_transcript_path": path,
    "tool_name": name,
    "tool_use_id": name,
    "source": word,
    "reason": word,
    "trigger": word,
    "model": name,
    "stop_hook_active": flag,
    "is_interrupt": flag,
    "duration_ms": count,
    "error": code,
}
TASK = {"id": name, "type": word, "status": word, "agent_type": name}
NAMED_AFTER_CWD = ("transcript_path", "agent_transcript_path")
"""Paths through a folder that the client named after the current one, odd characters made ``-``."""
TOOLS = ("Agent", "Task", "Skill", "Workflow", "SendMessage", "TaskStop", "TaskOutput")
TOOL = {
    "tool_input": {
        "subagent_type": name,
        "model": name,
        "run_in_background": flag,
        "isolation": word,
        "to": name,
        "task_id": name,
        "skill": name,
    },
    "tool_response": {
        "status": word,
        "agentId": name,
        "agentType": name,
        "resolvedModel": name,
        "isAsync": flag,
        "totalDurationMs": count,
        "totalTokens": count,
        "totalToolUseCount": count,
        "toolStats": {
            "readCount": count,
            "searchCount": count,
            "bashCount": count,
            "editFileCount": count,
            "linesAdded": count,
            "linesRemoved": count,
            "otherToolCount": count,
        },
        "usage": {
            "input_tokens": count,
            "output_tokens": count,
            "cache_read_input_tokens": count,
            "cache_creation_input_tokens": count,
        },
        "runId": name,
        "transcriptDir": path,
        "worktreePath": path,
        "task_id": name,
        "task_type": word,
        "success": flag,
    },
}
ENVIRONMENT = {
    "oak_workflow_id": (b"OAK_WORKFLOW_ID", name),
    "oak_parent_invocation_id": (b"OAK_PARENT_INVOCATION_ID", name),
    "traceparent": (b"TRACEPARENT", traceparent),
    "entrypoint": (b"CLAUDE_CODE_ENTRYPOINT", name),
    "project_dir": (b"CLAUDE_PROJECT_DIR", path),
    "config_dir": (b"CLAUDE_CONFIG_DIR", path),
}


def kept(allowed: "Mapping[str, Any]", given: object) -> "dict[str, Any]":
    """The members of ``given`` that ``allowed`` names and that are what it says; an empty object is left out."""
    members: dict[str, Any] = {}
    if isinstance(given, dict):
        for key, kind in allowed.items():
            if key in given:
                value = kept(kind, given[key]) or None if isinstance(kind, dict) else kind(given[key])
                if value is not None:
                    members[key] = value
    return members


def strings(value: "Any") -> "list[str]":
    """Every string in a value."""
    if isinstance(value, str):
        return [value]
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for member in members for text in strings(member)]


def cleared(value: "Any", known: "tuple[str, ...]") -> "Any":
    """The same with each string hashed, or the part of a path, that looks like a secret or holds a ``known`` one."""
    if isinstance(value, str):
        return without_secrets(value, known)
    if isinstance(value, dict):
        return {key: cleared(member, known) for key, member in value.items()}
    return [cleared(member, known) for member in value] if isinstance(value, list) else value


def kept_payload(given: "dict[str, Any]", known: "tuple[str, ...]" = ()) -> "dict[str, Any]":
    """The part of the client's payload that the spool line carries; ``known`` are secrets of the environment."""
    payload = allowed(given)
    if not may_hold_secrets(strings(payload), known):
        return payload
    payload = cleared(payload, known)
    if STAND_IN in payload.get("cwd", ""):
        for key in NAMED_AFTER_CWD:
            if key in payload:
                payload[key] = "/".join([hashed(part) if part[:1] == "-" else part for part in payload[key].split("/")])
    return dict(payload)


def allowed(given: "dict[str, Any]") -> "dict[str, Any]":
    """The members of a payload that the lists name."""
    payload = kept(TOP, given)
    if given.get("tool_name") in TOOLS:
        payload.update(kept(TOOL, given))
    tasks = given.get("background_tasks")
    if isinstance(tasks, list):
        payload["background_tasks"] = [kept(TASK, task) for task in tasks[:TASKS_LIMIT]]
    prompt = given.get("prompt")
    if isinstance(prompt, str) and prompt.startswith("<task-notification>"):
        payload["notification"] = notification(prompt)
    return payload


def notification(prompt: str) -> "dict[str, str]":
    """The ids and status of a finished background task, which the client delivers as a prompt."""
    head = prompt[:PATH_LIMIT].partition("<summary>")[0].partition("<result>")[0]
    found = {}
    for key, tag in (("task_id", "task-id"), ("tool_use_id", "tool-use-id"), ("status", "status")):
        value, closed, _ = head.partition(f"<{tag}>")[2].partition(f"</{tag}>")
        value = value.strip()
        if closed and 0 < len(value) <= IDENTIFIER_LIMIT and IDENTIFIER.issuperset(value):
            found[key] = value
    return found


def kept_environment(environ: "Mapping[bytes, bytes]", known: "tuple[str, ...]" = ()) -> "dict[str, str]":
    """The variables of the hook's environment that the spool line carries, under the spool's own keys."""
    members = {}
    for key, (variable, kind) in ENVIRONMENT.items():
        if variable in environ:
            value = kind(environ[variable].decode("utf-8", "replace"))
            if value is not None:
                members[key] = without_secrets(value, known)
    return members
