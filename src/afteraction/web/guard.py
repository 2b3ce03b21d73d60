"""What stands between the page and any other page in the same browser: hosts, origins, a token, and what may load.

A server on 127.0.0.1 is reachable by every web site that the user visits. A foreign name that resolves to this machine
has a foreign Host; a form that another site submits has a foreign Origin, or none; and what writes also needs a token
that is made anew at each start and stands only in our own pages.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_FIELD = "token"  # noqa: S105 - the name of a form field
_READS = frozenset({"GET", "HEAD"})
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with "no-referrer" a browser sends our own forms with Origin: null
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Lets a request through to ``app`` when it was meant for this server, and says what its answer may load."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        """``port`` is where the server listens."""
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to what comes from elsewhere."""
        if scope["type"] != "http":
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await PlainTextResponse(refusal, 403, _HEADERS)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        if headers.get("host") not in self._hosts:
            return "this server answers to 127.0.0.1 and localhost only\n"
        if scope["method"] not in _READS and headers.get("origin") not in {f"http://{host}" for host in self._hosts}:
            return "only its own pages may ask this server to change anything\n"
        return None


def is_token(given: object, token: str) -> bool:
    """Whether a form brought the token of this start."""
    return isinstance(given, str) and hmac.compare_digest(given.encode(), token.encode())
