"""The site: addresses, pages, rows for programs, and the one thing that writes.

Every page is made whole on the server, so it is there at the first paint and works without a script; requests run in
threads, because DuckDB and files block.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from afteraction.analytics.timeline import Step, timeline
from afteraction.collector.feedback import Feedback, give_feedback
from afteraction.errors import AfteractionError, NotFoundError
from afteraction.installation.check import Check
from afteraction.installation.diagnosis import diagnose
from afteraction.store.coverage import read_coverage
from afteraction.store.reading import find_caller, find_invocation, find_workflow, has_records
from afteraction.web import pages
from afteraction.web.filters import PERIODS, BadFilterError, Filters, filters_of
from afteraction.web.guard import Guard, is_token
from afteraction.web.rendering import FOLDER, environment
from afteraction.web.source import Source
from afteraction.web.tables import TABLES, as_csv, as_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from _typeshed import DataclassInstance
    from jinja2 import Environment
    from starlette.requests import Request

    from afteraction.paths import Root
    from afteraction.web.live import LiveFeed

NAVIGATION = (
    ("/", "Home"), ("/failures", "Failures"), ("/quality", "Quality"),
    ("/workflows", "Workflows"), ("/pairs", "Pairs"), ("/usage", "Usage"),
    ("/cost", "Cost"), ("/invocations", "Invocations"), ("/health", "Health"),
)  # fmt: skip
_MOST_PAGES = 10_000
MINUTE_MS = 60_000


@dataclass(slots=True)
class Site:
    """What all requests share."""

    root: Root
    token: str
    cwd: Path
    source: Source
    live: LiveFeed
    templates: Environment = field(default_factory=environment)

    def page(self, template: str, filters: Filters, path: str, values: dict[str, Any], status: int = 200) -> Response:
        """A page made of a template."""
        shown = self.templates.get_template(template).render(
            filters=filters, url=filters.url, path=path, navigation=NAVIGATION, periods=PERIODS, token=self.token,
            root=str(self.root), standalone=False, **values,
        )  # fmt: skip
        return HTMLResponse(shown, status)

    def ask(self, request: Request, template: str, ask: Callable[..., dict[str, Any]], *more: Any) -> Response:
        """A page that asks the index; what cannot be answered becomes a page that says so."""
        filters = filters_of(request.query_params, minutes_end_ms())
        with self.source.index() as index:
            values = ask(index, filters, *more)
            unreadable = len(index.unreadable)
        empty = not has_records(self.root)
        return self.page(template, filters, request.url.path, {**values, "empty": empty, "unreadable": unreadable})


def now_ms() -> int:
    """Epoch ms."""
    return time.time_ns() // 1_000_000


def minutes_end_ms() -> int:
    """Epoch ms of this minute's end: within a minute it is the same question, and what just began is in the answer."""
    return (now_ms() // MINUTE_MS + 1) * MINUTE_MS


def create_app(root: Root, *, token: str, port: int, cwd: Path, live: LiveFeed) -> Starlette:
    """The site over the records below ``root``, for a server that listens on ``port`` of 127.0.0.1."""
    site = Site(root, token, cwd, Source(root), live)
    simple = {
        "/": ("home.html", pages.home), "/failures": ("failures.html", pages.failures_page),
        "/workflows": ("workflows.html", pages.workflows), "/pairs": ("pairs.html", pages.pairs_page),
        "/quality": ("quality.html", pages.quality_page),
        "/usage": ("usage.html", pages.usage_page), "/cost": ("cost.html", pages.cost_page),
    }  # fmt: skip
    routes = [
        *(Route(path, _asking(site, *how)) for path, how in simple.items()),
        Route("/agents/{name:path}", lambda request: _agent(site, request)),
        Route("/invocations", lambda request: _invocations(site, request)),
        Route("/invocations/{reference}", lambda request: _invocation(site, request)),
        Route("/invocations/{reference}/feedback", _feedback(site), methods=["POST"]),
        Route("/workflows/{reference}", lambda request: _workflow(site, request)),
        Route("/health", lambda request: _health(site, request)),
        Route("/data/workflows/{reference}.{form}", lambda request: _steps(site, request)),
        Route("/data/{name}.{form}", lambda request: _data(site, request)),
        Route("/live", live.stream),
        Mount("/static", StaticFiles(directory=FOLDER / "static")),
    ]
    trouble = {AfteractionError: _trouble(site), BadFilterError: _trouble(site), 404: _trouble(site)}
    return Starlette(routes=routes, middleware=[Middleware(Guard, port=port)], exception_handlers=trouble)


def _asking(site: Site, template: str, ask: Callable[..., dict[str, Any]]) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        return site.ask(request, template, ask)

    return endpoint


def _agent(site: Site, request: Request) -> Response:
    return site.ask(request, "agent.html", pages.agent, request.path_params["name"])


def _invocations(site: Site, request: Request) -> Response:
    given = request.query_params.get("page", "1")
    page = int(given) if given.isdecimal() and 0 < int(given) <= _MOST_PAGES else 1
    return site.ask(request, "invocations.html", pages.invocations, page)


def _invocation(site: Site, request: Request) -> Response:
    path, record = find_invocation(site.root, request.path_params["reference"])
    caller = find_caller(site.root, record)
    filters = filters_of(request.query_params, minutes_end_ms())
    values = {"record": record, "more": record.metadata, "file": path, "caller": caller, "empty": False}
    return site.page("invocation.html", filters, request.url.path, values)


def _feedback(site: Site) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        form = await request.form()
        if not is_token(form.get("token"), site.token):
            return Response("this page is of an earlier start of the server; reload it\n", 403)
        verdict = form.get("verdict")
        if verdict not in {"accept", "reject"}:
            return Response("a verdict is accept or reject\n", 400)
        given = give_feedback(
            site.root, request.path_params["reference"], Feedback(accepted=verdict == "accept", at_ms=now_ms())
        )
        site.source.forget()
        return RedirectResponse(f"/invocations/{given.after.invocation_id}", 303)

    return endpoint


def _workflow(site: Site, request: Request) -> Response:
    workflow = find_workflow(site.root, request.path_params["reference"])
    filters = filters_of(request.query_params, minutes_end_ms())
    values = {"workflow": workflow, "times": timeline(workflow), "empty": False}
    return site.page("workflow.html", filters, request.url.path, values)


def _health(site: Site, request: Request) -> Response:
    filters = filters_of(request.query_params, minutes_end_ms())
    values = {"checks": diagnose(os.environ, site.cwd), "coverage": read_coverage(site.root), "empty": False}
    return site.page("health.html", filters, request.url.path, values)


def _data(site: Site, request: Request) -> Response:
    name, form = request.path_params["name"], request.path_params["form"]
    if name == "health":
        return _rows(name, form, Check, diagnose(os.environ, site.cwd))
    if name not in TABLES:
        raise NotFoundError(f"there is no table {name}")
    row_type, ask = TABLES[name]
    with site.source.index() as index:
        rows = ask(index, filters_of(request.query_params, minutes_end_ms()))
    return _rows(name, form, row_type, rows)


def _steps(site: Site, request: Request) -> Response:
    workflow = find_workflow(site.root, request.path_params["reference"])
    return _rows(workflow.workflow_id, request.path_params["form"], Step, timeline(workflow).steps)


def _rows(name: str, form: str, row_type: type[DataclassInstance], rows: Sequence[DataclassInstance]) -> Response:
    if form == "json":
        return Response(as_json(rows), media_type="application/json")
    if form != "csv":
        raise NotFoundError(f"{name} is there as json and csv, not as {form}")
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    headers = {"Content-Disposition": f'attachment; filename="{safe}.csv"'}
    return Response(as_csv(rows, row_type), media_type="text/csv; charset=utf-8", headers=headers)


def _trouble(site: Site) -> Callable[[Request, Exception], Response]:
    def handler(request: Request, error: Exception) -> Response:
        status = 400 if isinstance(error, BadFilterError) else 500
        if isinstance(error, NotFoundError) or getattr(error, "status_code", 0) == 404:  # noqa: PLR2004 - HTTP's
            status = 404
        said = str(error) if isinstance(error, AfteractionError | BadFilterError) else "There is no such page."
        filters = filters_of({}, minutes_end_ms())
        return site.page("trouble.html", filters, request.url.path, {"said": said, "empty": False}, status)

    return handler
