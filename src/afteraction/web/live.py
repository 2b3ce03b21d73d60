"""The running subagents, pushed to every open page as they begin and end.

One thread watches, however many pages are open, and only while any is; each page gets the whole picture as one
server-sent event whenever it changes, and the elapsed time is counted by the browser.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from starlette.responses import StreamingResponse

from afteraction.output.text import plain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request

    from afteraction.live.snapshot import Snapshot
    from afteraction.live.watch import Watch

_KEEP_ALIVE_S = 15.0
_ENDS_SHOWN = 5


class LiveFeed:
    """Hands the snapshots of one watch to all pages."""

    def __init__(self, make_watch: Callable[[], Watch]) -> None:
        """Nothing is watched before the first page asks."""
        self._make_watch = make_watch
        self._readers: set[asyncio.Queue[bytes]] = set()
        self._last: bytes | None = None
        self._stop: threading.Event | None = None

    async def stream(self, request: Request) -> StreamingResponse:
        """The events of one page, until it leaves."""
        del request
        return StreamingResponse(self._events(), media_type="text/event-stream")

    def close(self) -> None:
        """End all streams: the server stops."""
        if self._stop is not None:
            self._stop.set()
        for queue in self._readers:
            queue.put_nowait(b"")

    async def _events(self) -> AsyncIterator[bytes]:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._readers.add(queue)
        try:
            if self._last is not None:
                yield self._last
            if self._stop is None:
                self._begin(asyncio.get_running_loop())
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), _KEEP_ALIVE_S)
                except TimeoutError:
                    event = b": still here\n\n"
                if not event:
                    return
                yield event
        finally:
            self._readers.discard(queue)
            if not self._readers and self._stop is not None:
                self._stop.set()
                self._stop, self._last = None, None

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        stop = self._stop = threading.Event()

        def watch() -> None:
            for snapshot in self._make_watch().changes(stop):
                with suppress(RuntimeError):  # the loop has ended
                    loop.call_soon_threadsafe(self._publish, event_of(snapshot), stop)

        threading.Thread(target=watch, name="live", daemon=True).start()

    def _publish(self, event: bytes, stop: threading.Event) -> None:
        if stop is not self._stop:
            return
        self._last = event
        for queue in self._readers:
            queue.put_nowait(event)


def event_of(snapshot: Snapshot) -> bytes:
    """A snapshot as a server-sent event; texts are plain, and the page sets them as text."""
    document = {
        "running": [
            {"agent": plain(one.agent_name), "task": plain(one.description or ""), "since": one.started_at_ms}
            for one in snapshot.running
        ],
        "ended": [
            {
                "agent": plain(one.agent_name), "status": one.status, "reason": plain(one.reason or ""),
                "took": one.execution_time_ms, "id": one.invocation_id,
            }
            for one in snapshot.ended[:_ENDS_SHOWN]
        ],
    }  # fmt: skip
    return b"event: live\ndata: " + msgspec.json.encode(document) + b"\n\n"
