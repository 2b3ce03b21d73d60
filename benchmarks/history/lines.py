"""Transcript lines as Claude Code writes them, in the key order of the two versions the corpus imitates.

A writer puts one file together from fragments of JSON instead of encoding objects, which would take ten times as long,
and counts what it wrote: the counts are the truth that an import is held against, so they are taken where the line is
made and never by reading it back.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

OLD, NEW = "2.1.197", "2.1.330"
"""The hook contract and many keys changed between them."""
FLUSH_BYTES = 1 << 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

BETAS = ",".join(f'"beta-feature-{number}-2026-0{number}-01"' for number in range(1, 10))
PERMISSION = '"permissionDecision":{"decision":"accept","source":"config","reasonType":"rule","ruleSource":"cliArg"},'
NO_USAGE = (
    '"input_tokens":0,"output_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,'
    '"server_tool_use":{"web_search_requests":0,"web_fetch_requests":0},"service_tier":null,"cache_creation":'
    '{"ephemeral_1h_input_tokens":0,"ephemeral_5m_input_tokens":0},"inference_geo":null,"iterations":null,"speed":null'
)
SERVED = '"server_tool_use":{"web_search_requests":0,"web_fetch_requests":0},"service_tier":"standard",'
PLACED = '"inference_geo":"","iterations":[],"speed":"standard"'


@dataclass(slots=True)
class TokenTotals:
    """Tokens summed over distinct API messages."""

    input: int = 0
    output: int = 0
    cache_creation: int = 0
    cache_read: int = 0

    def add(self, other: TokenTotals) -> None:
        """Add another sum to this one."""
        self.input += other.input
        self.output += other.output
        self.cache_creation += other.cache_creation
        self.cache_read += other.cache_read


@dataclass(frozen=True, slots=True)
class Setting:
    """What is the same on every line of a session."""

    session_id: str
    cwd: str
    branch: str
    version: str
    entrypoint: str
    """``cli`` in a terminal, ``sdk-cli`` headless."""

    @property
    def is_new(self) -> bool:
        """Whether lines have the newer version's keys."""
        return self.version == NEW

    @property
    def tail(self) -> str:
        """The end of nearly every line."""
        return (
            f'"userType":"external","entrypoint":"{self.entrypoint}","cwd":"{self.cwd}","sessionId":'
            f'"{self.session_id}","version":"{self.version}","gitBranch":"{self.branch}"}}'
        )


@dataclass(frozen=True, slots=True)
class Author:
    """Whose file it is."""

    model: str
    prompt_id: str
    agent_id: str | None = None
    """None for the main thread."""
    agent_type: str = ""
    depth: int = 0
    """0 for the main thread, 1 for an agent it spawned."""


@dataclass(slots=True)
class Message:
    """One API message, which becomes a line for each of its content blocks."""

    id: str
    request_id: str
    request_ref: str
    tokens: TokenTotals
    blocks: int = 0

    def usage(self, *, is_new: bool, output: int | None = None) -> str:
        """The members of ``usage``; ``output`` where the client did not know the final count yet."""
        tokens = self.tokens
        produced = tokens.output if output is None else output
        details = '"output_tokens_details":{"thinking_tokens":0},' if is_new else ""
        return (
            f'"input_tokens":{tokens.input},"cache_creation_input_tokens":{tokens.cache_creation},'
            f'"cache_read_input_tokens":{tokens.cache_read},"output_tokens":{produced},'
            f'{details}{SERVED}"cache_creation":{{"ephemeral_1h_input_tokens":0,"ephemeral_5m_input_tokens":'
            f"{tokens.cache_creation}}},{PLACED}" + (',"fallback_credit":null' if is_new else "")
        )


class Writer:
    """One transcript file while it is written. ``now`` is the time of the next line, epoch ms."""

    def __init__(self, path: Path, setting: Setting, author: Author, rng: Random, now: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.setting = setting
        self.author = author
        self.rng = rng
        self.now = now
        self.size = 0
        self.lines = 0
        self.tool_calls = 0
        self.tokens = TokenTotals()
        self.last_uuid: str | None = None
        self._file = path.open("xb")
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._head = '"isSidechain":' + ("false," if author.agent_id is None else "true,")
        self._tail = setting.tail

    def close(self) -> None:
        """Write what is left; the file is then as old as its last line."""
        self._flush()
        self._file.close()
        os.utime(self.path, ns=(self.now * 1_000_000, self.now * 1_000_000))

    def begin_prompt(self) -> None:
        """From here on lines belong to a new prompt."""
        self.author = replace(self.author, prompt_id=self.uuid())

    def wait(self, low: int, high: int) -> None:
        """Let some time pass, ms."""
        self.now += self.rng.randrange(low, high)

    def loose(self, kind: str, members: str) -> None:
        """A line outside the chain of uuids."""
        self._put(f'{{"type":"{kind}",{members}}}')

    def attachment(self, members: str) -> None:
        """A line with what the client attached."""
        self._chained(f'{self._agent()}"attachment":{{{members}}},"type":"attachment",')

    def said(self, content: str, after: str = "") -> None:
        """A user line; ``content`` is JSON."""
        self._chained(f'{self._prompt()}"type":"user","message":{{"role":"user","content":{content}}},', after)

    def result(self, call: tuple[str, str], content: str, detail: str | None, *, is_error: bool | None = None) -> None:
        """A tool's result: for the model, and in ``detail`` for the client. ``call`` is the tool use and its line."""
        tool_use_id, line = call
        if is_error:
            block = f'{{"type":"tool_result","content":{content},"is_error":true,"tool_use_id":"{tool_use_id}"}}'
        else:
            flag = ',"is_error":false' if is_error is False else ""
            block = f'{{"tool_use_id":"{tool_use_id}","type":"tool_result","content":{content}{flag}}}'
        beside = f'"toolUseResult":{detail},' if detail is not None else ""
        after = f'{beside}"sourceToolAssistantUUID":"{line}",'
        self.said(f"[{block}]", after + (PERMISSION if self.setting.is_new and not is_error else ""))

    def begin_message(self) -> Message:
        """Ask the model; what it costs is counted here, once for all its lines."""
        rng = self.rng
        tokens = TokenTotals(
            rng.randrange(1, 900), rng.randrange(20, 4000), rng.randrange(20_000), rng.randrange(150_000)
        )
        message = Message(f"msg_{self.key(24)}", f"req_{self.key(24)}", self.uuid(), tokens)
        self.tokens.add(tokens)
        if self.setting.is_new:
            self._api_request(message)
        return message

    def block(self, message: Message, block: str, stop: str | None = "tool_use", output: int | None = None) -> str:
        """One content block of a message as a line of its own; the line's uuid."""
        is_new = self.setting.is_new
        reason = f'"{stop}"' if stop else "null"
        body = (
            f'{self._agent()}"message":{{"id":"{message.id}","type":"message","role":"assistant","model":'
            f'"{self.author.model}","content":[{block}],"stop_reason":{reason},"stop_sequence":null,"usage":'
            f'{{{message.usage(is_new=is_new, output=output)}}},"stop_details":null}},'
        )
        attribution = f'"attributionAgent":"{self.author.agent_type}",' if self.author.agent_id else ""
        if is_new:
            request = f'"apiBlockIndex":{message.blocks},"requestId":"{message.request_id}",'
            request += f'"requestRef":"{message.request_ref}","requestedModel":"{self.author.model}",'
            request += '"promptCacheRequested":"5m",'
        else:
            request = f'"requestId":"{message.request_id}",'
        message.blocks += 1
        after = '"effort":"medium","perTurnEffort":"medium","madeBy":"model",' if is_new else ""
        return self._chained(f'{body}{request}{attribution}"type":"assistant",', after)

    def tool_use(self, message: Message, name: str, arguments: str) -> tuple[str, str]:
        """A tool call; its id and its line's uuid."""
        tool_use_id = f"toolu_{self.key(24)}"
        self.tool_calls += 1
        block = f'{{"type":"tool_use","id":"{tool_use_id}","name":"{name}","input":{arguments}}}'
        return tool_use_id, self.block(message, block)

    def text(self, message: Message, text: str, stop: str | None) -> None:
        """A text block; ``text`` is escaped."""
        self.block(message, f'{{"type":"text","text":"{text}"}}', stop)

    def api_error(self, text: str, error: str, status: int | None, stop: str = "stop_sequence") -> None:
        """The line the client writes in the model's name when the API fails it."""
        self._chained(
            f'{self._agent()}"type":"assistant",',
            f'"message":{{"id":"{self.uuid()}","container":null,"model":"<synthetic>","role":"assistant",'
            f'"stop_details":null,"stop_reason":"{stop}","stop_sequence":"","type":"message","usage":{{{NO_USAGE}}},'
            f'"content":[{{"type":"text","text":"{text}"}}],"context_management":null}},"error":"{error}",'
            '"isApiErrorMessage":true,' + (f'"apiErrorStatus":{status},' if status else ""),
        )

    def stamp(self) -> str:
        """The present time as lines show it."""
        return (EPOCH + timedelta(milliseconds=self.now)).isoformat(timespec="milliseconds")[:23] + "Z"

    def uuid(self) -> str:
        """A random UUID."""
        digits = f"{self.rng.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def key(self, length: int) -> str:
        """Random letters and digits."""
        return "".join(self.rng.choices(ALNUM, k=length))

    def _chained(self, before: str, after: str = "") -> str:
        """A line that names the one before it; its own uuid."""
        parent = f'"{self.last_uuid}"' if self.last_uuid else "null"
        uuid = self.last_uuid = self.uuid()
        stamp = self.stamp()
        self._put(
            f'{{"parentUuid":{parent},{self._head}{before}"uuid":"{uuid}","timestamp":"{stamp}",{after}{self._tail}'
        )
        self.now += 1 + self.rng.randrange(40)
        return uuid

    def _agent(self) -> str:
        return f'"agentId":"{self.author.agent_id}",' if self.author.agent_id else ""

    def _prompt(self) -> str:
        return f'"promptId":"{self.author.prompt_id}",{self._agent()}'

    def _api_request(self, message: Message) -> None:
        digest = f"{self.rng.getrandbits(256):064x}"
        source = f"agent:custom:{self.author.agent_type}" if self.author.agent_id else "sdk"
        self.loose(
            "api-request",
            f'"sessionId":"{self.setting.session_id}",{self._agent()}"id":"{message.request_ref}","timestamp":'
            f'"{self.stamp()}","version":"{NEW}","querySource":"{source}","shapeHash":"{digest}","params":{{"model":'
            f'"{self.author.model}","betas":[{BETAS}],"max_tokens":128000,"thinking":{{"type":"adaptive","display":'
            f'"updates"}},"output_config":{{"effort":"medium"}}}},"keep":2,"tail":["{digest[::-1]}"],"cacheControl":'
            f'[{{"path":["system",0],"value":{{"type":"ephemeral"}}}}],"requestDigest":"{digest}"',
        )

    def _put(self, line: str) -> None:
        data = line.encode() + b"\n"
        self._waiting.append(data)
        self.size += len(data)
        self._waiting_bytes += len(data)
        self.lines += 1
        if self._waiting_bytes > FLUSH_BYTES:
            self._flush()

    def _flush(self) -> None:
        self._file.write(b"".join(self._waiting))
        self._waiting.clear()
        self._waiting_bytes = 0
