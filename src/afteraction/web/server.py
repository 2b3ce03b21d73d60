"""Serves the site on 127.0.0.1 until it is interrupted."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from afteraction.errors import AfteractionError
from afteraction.live.watch import Watch
from afteraction.privacy.redactor import Redactor
from afteraction.web.app import create_app
from afteraction.web.live import LiveFeed

if TYPE_CHECKING:
    from collections.abc import Callable

    from afteraction.paths import Root

HOST = "127.0.0.1"
_STOP_WITHIN_S = 2


class _Server(uvicorn.Server):
    """Ends the live streams before it waits for requests to end."""

    def __init__(self, config: uvicorn.Config, live: LiveFeed) -> None:
        super().__init__(config)
        self._live = live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.close()
        await super().shutdown(sockets)


def serve(root: Root, port: int, started: Callable[[str], None]) -> None:
    """Serve until interrupted; ``started`` is told the address once it can be asked. Port 0 takes any free one.

    AfteractionError when the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        raise AfteractionError(
            f"port {port} cannot be used: {error.strerror}; try --port 0 for any free one"
        ) from error
    listener.listen(128)
    chosen = listener.getsockname()[1]
    live = LiveFeed(lambda: Watch(root, os.environ, Redactor(os.environ, os.environ.get("HOME"))))
    app = create_app(root, token=secrets.token_urlsafe(32), port=chosen, cwd=Path.cwd(), live=live)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=_STOP_WITHIN_S, ws="none",
    )  # fmt: skip
    started(f"http://{HOST}:{chosen}/")
    with contextlib.suppress(KeyboardInterrupt):  # raised once more when everything has ended
        _Server(config, live).run(sockets=[listener])
