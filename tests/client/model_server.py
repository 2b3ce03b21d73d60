"""A scripted model on loopback: the streaming Messages API, as much of it as the real client uses.

Every answer follows from the request alone and the script; the only state is the counter behind the ids,
which must differ between answers, the gates a driver opens, and the list of what was asked.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import TYPE_CHECKING, Any, Self

from tests.client.script import LAST_AGENT, ApiError, Conversation, Hang, Step, Text, ToolUse, Turn, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

NOTIFICATION = "<task-notification>"
AGENT_ID = re.compile(r"agentId:? ?\"?([0-9a-z-]+)")
STRANGER = Conversation(marker="", final=say("ok"))
"""Answers requests that no marker fits, such as the client's own request for a title."""

CONNECTION_GONE = (BrokenPipeError, ConnectionResetError)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to the model, in the order of arrival."""

    marker: str
    """Of the conversation played; empty for requests no conversation fits."""
    model: str
    turn: int
    """How many answers the request's history held."""


class ModelServer:
    """Serves one script on a free port of 127.0.0.1, as a context manager.

    Args:
        script: conversations, in the order in which their markers are looked for.
    """

    def __init__(self, script: tuple[Conversation, ...]) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self._gates: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._ids = count(1)
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.model = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """What ``ANTHROPIC_BASE_URL`` has to be."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        """Start to answer."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every wait and stop."""
        self.closing.set()
        for gate in list(self._gates.values()):
            gate.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def open_gate(self, name: str) -> None:
        """Let every answer behind this gate go out, now and later."""
        self._gate(name).set()

    def asked_of(self, marker: str) -> list[Asked]:
        """The requests of one conversation, in order."""
        return [request for request in list(self.asked) if request.marker == marker]

    def step(self, request: dict[str, Any]) -> Step:
        """What the script says to this request; also records that it was asked."""
        messages = request.get("messages", [])
        first = json.dumps(next((m for m in messages if m["role"] == "user"), ""))
        conversation = next((c for c in self.script if c.marker in first), STRANGER)
        turn = sum(1 for message in messages if message["role"] == "assistant")
        self.asked.append(Asked(conversation.marker, str(request.get("model")), turn))
        if turn >= len(conversation.steps) or _is_notification(messages):
            return conversation.final
        return conversation.steps[turn]

    def wait_for_turn(self, turn: Turn) -> None:
        """Hold an answer back as long as its script says."""
        if turn.gate is not None:
            self._gate(turn.gate).wait()
        self.closing.wait(turn.delay_s)

    def message(self, turn: Turn, request: dict[str, Any]) -> dict[str, Any]:
        """The turn as a complete message of the Messages API, with ids no other answer of this server has."""
        number = next(self._ids)
        history = json.dumps(request.get("messages", []))
        content = [self._block(block, history) for block in turn.blocks]
        fitting = "tool_use" if any(block["type"] == "tool_use" for block in content) else "end_turn"
        return {
            "id": f"msg_{number:08d}",
            "type": "message",
            "role": "assistant",
            "model": request.get("model"),
            "content": content,
            "stop_reason": turn.stop_reason or fitting,
            "stop_sequence": None,
            "usage": {
                "input_tokens": turn.usage.input,
                "cache_creation_input_tokens": turn.usage.cache_creation,
                "cache_read_input_tokens": turn.usage.cache_read,
                "output_tokens": turn.usage.output,
            },
        }

    def _block(self, block: Text | ToolUse, history: str) -> dict[str, Any]:
        if isinstance(block, Text):
            return {"type": "text", "text": block.text}
        launched = AGENT_ID.findall(history)
        arguments = {k: launched[-1] if v == LAST_AGENT and launched else v for k, v in block.input.items()}
        return {
            "type": "tool_use",
            "id": f"toolu_{next(self._ids):08d}",
            "name": block.name,
            "input": arguments,
        }

    def _gate(self, name: str) -> threading.Event:
        with self._lock:
            return self._gates.setdefault(name, threading.Event())


def _is_notification(messages: list[dict[str, Any]]) -> bool:
    """Whether the request ends on a notification, and on no tool's result with it."""
    last = json.dumps(messages[-1]["content"]) if messages else ""
    return NOTIFICATION in last and '"tool_result"' not in last


def stream_events(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A complete message as the events of the streaming API, one delta per block."""
    opening = {**message["usage"], "output_tokens": 1}
    yield {
        "type": "message_start",
        "message": {**message, "content": [], "stop_reason": None, "usage": opening},
    }
    for index, block in enumerate(message["content"]):
        if block["type"] == "text":
            start, delta = {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
        else:
            start = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        yield {"type": "content_block_start", "index": index, "content_block": start}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ending = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": ending, "usage": message["usage"]}
    yield {"type": "message_stop"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    model: ModelServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet: some scenarios are about a client that is killed in the middle of an answer."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_HEAD(self) -> None:
        """The client's check whether the service is there."""
        self._reply(200, b"", "text/plain")

    def do_GET(self) -> None:
        """Lists, all of them empty."""
        self._json(200, {"data": [], "has_more": False, "first_id": None, "last_id": None})

    def do_POST(self) -> None:
        """The Messages API and its token counter; everything else is answered with an empty object."""
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        path = self.path.partition("?")[0]
        if path.endswith("/count_tokens"):
            self._json(200, {"input_tokens": length // 4})
        elif path.endswith("/messages"):
            self._messages(json.loads(body))
        else:
            self._json(200, {})

    def log_message(self, *_arguments: object) -> None:
        """Nothing: the list of requests is kept by the server."""

    def _messages(self, request: dict[str, Any]) -> None:
        model = self.server.model
        step = model.step(request)
        if isinstance(step, Hang):
            model.closing.wait()
            self.close_connection = True
            return
        if isinstance(step, ApiError):
            self._json(step.status, {"type": "error", "error": {"type": step.type, "message": step.message}})
            return
        model.wait_for_turn(step)
        message = model.message(step, request)
        if not request.get("stream"):
            self._json(200, message)
            return
        events = (f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in stream_events(message))
        self._reply(200, "".join(events).encode(), "text/event-stream")

    def _json(self, status: int, value: dict[str, Any]) -> None:
        self._reply(status, json.dumps(value).encode(), "application/json")

    def _reply(self, status: int, body: bytes, content_type: str) -> None:
        try:
            self.send_response(status)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body)))
            self.send_header("request-id", "req_scripted")
            self.end_headers()
            self.wfile.write(body)
        except CONNECTION_GONE:
            self.close_connection = True
