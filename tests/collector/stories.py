"""Turns a labelled story into the transcripts of a session, and these into records."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afteraction.collector.conclusion import Concluder
from afteraction.collector.evidence import SessionEvidence
from afteraction.privacy.redactor import Redactor
from afteraction.sources.claude.entries import AgentMeta
from afteraction.sources.claude.transcript import parse_main, parse_transcript

if TYPE_CHECKING:
    from afteraction.model import Invocation
    from afteraction.sources.claude.entries import Transcript

PROJECT = "/home/user/shop"
ADDED = 4
"""Lines that an agent adds to each file it changes."""
_CONCLUDER = Concluder(Redactor({}, None), Path("/nonexistent"))


class Session:
    """The lines of one session while a story is told."""

    def __init__(self, text: str) -> None:
        """Tell the whole story."""
        self.main: list[dict[str, Any]] = []
        self.agents: dict[str, list[dict[str, Any]]] = {}
        self._types: dict[str, str] = {}
        self._clock = 0
        for told in text.splitlines():
            mark, rest = told.partition(" ")[::2] if told[0] != "@" else ("@", told[1:])
            if mark == ">":
                self._line(self.main, "user", rest)
            elif mark == "@":
                self._agent(rest)
            elif mark in ("$", "$!"):
                command = rest.replace("\\n", "\n")
                made = "[main abc1234] it" if "commit" in command else ""
                self._call(self.main, "Bash", {"command": command}, made, failed=mark == "$!")
            elif mark == "~":
                file, number = rest.split()
                self._edit(self.main, file, removed=int(number), added=int(number))
            else:
                file, number = rest.split()
                self._write(self.main, file, "updated successfully", removed=int(number))

    def _line(self, place: list[dict[str, Any]], kind: str, content: Any, **more: Any) -> None:
        self._clock += 1
        at = f"2026-11-22T10:{self._clock // 60:02}:{self._clock % 60:02}.000Z"
        message = {"role": kind, "content": content, **more.pop("message", {})}
        head = {"parentUuid": None, "isSidechain": False, "type": kind, "message": message, **more}
        tail = {"uuid": f"line-{self._clock}", "timestamp": at, "cwd": PROJECT, "version": "2.1.197", "sessionId": "s"}
        place.append(head | tail)

    def _call(
        self, place: list[dict[str, Any]], name: str, given: dict[str, Any], gave: str, *, failed: bool = False
    ) -> None:
        self._ask(place, name, given)
        self._answer(place, f"call-{self._clock}", gave, failed=failed)

    def _ask(self, place: list[dict[str, Any]], name: str, given: dict[str, Any]) -> str:
        call = f"call-{self._clock + 1}"
        block = {"type": "tool_use", "id": call, "name": name, "input": given}
        self._line(place, "assistant", [block], message={"id": f"message-{call}", "stop_reason": "tool_use"})
        return call

    def _answer(self, place: list[dict[str, Any]], call: str, gave: Any, *, failed: bool = False, **more: Any) -> None:
        block = {"tool_use_id": call, "type": "tool_result", "content": gave, "is_error": failed}
        self._line(place, "user", [block], **more)

    def _agent(self, told: str) -> None:
        name, _, task = told.partition(": ")
        description, _, files = task.partition(" -> ")
        agent_id = f"a{len(self.agents):016x}"
        call = self._ask(self.main, "Agent", {"subagent_type": name, "description": description, "prompt": "p"})
        own = self.agents[agent_id] = []
        self._types[agent_id] = name
        self._line(own, "user", "p")
        for file in files.split():
            if file.startswith("+"):
                self._write(own, file[1:], "File created successfully")
            else:
                self._edit(own, file, removed=1, added=ADDED)
        answer = [{"type": "text", "text": "Done."}]
        self._line(own, "assistant", answer, message={"id": f"answer-{call}", "stop_reason": "end_turn"})
        self._answer(self.main, call, "Done.", toolUseResult={"status": "completed", "agentId": agent_id})

    def _edit(self, place: list[dict[str, Any]], file: str, *, removed: int, added: int) -> None:
        old, new = (
            "\n".join(f"{word} {number}" for number in range(count))
            for word, count in (("old", removed), ("new", added))
        )
        given = {"file_path": _absolute(file), "old_string": old, "new_string": new}
        self._call(place, "Edit", given, "The file has been updated.")

    def _write(self, place: list[dict[str, Any]], file: str, gave: str, *, removed: int = 0) -> None:
        call = self._ask(place, "Write", {"file_path": _absolute(file), "content": "a\n" * ADDED})
        patch = [{"lines": ["-old", *[" same"] * 3]} for _ in range(removed)]
        self._answer(place, call, gave, toolUseResult={"structuredPatch": patch})

    def transcripts(self, *, whole: bool = False) -> tuple[Transcript, dict[str, Transcript]]:
        """The main transcript, with all its lines if it is asked for ``whole``, and the agents'."""
        agents = {
            agent_id: parse_transcript(
                _written(lines), agent_id=agent_id, meta=AgentMeta(agent_type=self._types[agent_id])
            )
            for agent_id, lines in self.agents.items()
        }
        if whole:
            return parse_transcript(_written(self.main)), agents
        changed = {call.path for one in agents.values() for _, call in one.calls if call.path is not None}
        return parse_main(BytesIO(_written(self.main)), changed)[0], agents

    def records(self, *, whole: bool = False) -> tuple[Invocation, ...]:
        """The records of the session, which is over."""
        main, agents = self.transcripts(whole=whole)
        return _CONCLUDER.conclude(SessionEvidence("s", main=main, agents=agents, over="stale"))[1].records


def judgement(record: Invocation) -> str:
    """What was inferred of an invocation, as a label says it."""
    acceptance = record.metadata.acceptance
    if acceptance is None or record.user_accepted is None:
        return ""
    return f"{'accepted' if record.user_accepted else 'rejected'} {acceptance.signal}"


def _absolute(file: str) -> str:
    return file if file.startswith("/") else f"{PROJECT}/{file}"


def _written(lines: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)
