"""How fast the web page is there, what it weighs, what it asks for, and what the server takes.

    python -m benchmarks.page_speed [--sizes 300 100000] [--history FOLDER] [--runs N]

A real Chromium on this machine against ``afteraction serve``, each time with an empty cache; medians. The server is
warm: its first answer, which opens the index, stands in a column of its own. Goals: first paint under 400 ms, pictures
under 1 s, at most 1 MB, no request to elsewhere, and pages under 1 s at a million.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from afteraction.paths import Root
from benchmarks.generate import history, write_history

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Response

PAGES = (
    "/",
    "/agents/frontend-developer",
    "/failures",
    "/workflows",
    "/workflows/last",
    "/pairs",
    "/usage",
    "/cost",
    "/invocations",
)
PAINT_MS, CHARTS_MS, WEIGHT_KB = 400.0, 1_000.0, 1_000.0
_TIMES = """() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  const loaded = performance.getEntriesByType('navigation')[0];
  return [paint ? paint.startTime : 0, loaded.domContentLoadedEventEnd];
}"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One page at one size; times are medians in ms."""

    page: str
    first_ms: float
    """The first answer of a server that has just started, for the first page; else the first visit."""
    paint_ms: float
    charts_ms: float
    """Until the whole document stands: pictures are part of it."""
    weight_kb: float
    requests: int
    elsewhere: int


def visit(browser: Browser, site: str, page: str, runs: int) -> Visit:
    """Open a page a few times, each time in a new context."""
    times: list[tuple[float, float]] = []
    asked: list[str] = []
    answers: list[Response] = []
    for _ in range(runs + 1):
        context = browser.new_context()
        tab = context.new_page()
        asked.clear()
        answers.clear()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - a builtin takes no attribute
        tab.goto(site + page, wait_until="load")
        while not (found := tab.evaluate(_TIMES))[0]:
            tab.wait_for_timeout(10)
        times.append((found[0], found[1]))
        weight = sum(len(answer.body()) for answer in answers if not answer.url.endswith("/live"))
        context.close()
    return Visit(
        page=page, first_ms=times[0][1], paint_ms=statistics.median(time[0] for time in times[1:]),
        charts_ms=statistics.median(time[1] for time in times[1:]), weight_kb=weight / 1_000, requests=len(asked),
        elsewhere=len([url for url in asked if not url.startswith(site)]),
    )  # fmt: skip


def measure(browser: Browser, root: Path, runs: int) -> tuple[list[Visit], float]:
    """Every page over one history, and the server's resident memory in MB afterwards."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(root.parent), "OAK_TELEMETRY_DIR": str(root)}
    command = [sys.executable, "-m", "afteraction", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None  # noqa: S101 - it is a pipe
        site = server.stdout.readline().split()[0].rstrip("/")
        try:
            visits = [visit(browser, site, page, runs) for page in PAGES]
            status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
        finally:
            server.send_signal(signal.SIGINT)
    memory = next(int(line.split()[1]) / 1_000 for line in status.splitlines() if line.startswith("VmRSS"))
    return visits, memory


def draw(size: int, visits: list[Visit], memory_mb: float) -> list[str]:
    """Print the table of one size; returns the goals that it misses."""
    print(f"\n{size:,} invocations; server {memory_mb:.0f} MB")
    print("| page | first visit ms | first paint ms | charts ms | kB | requests | elsewhere |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    wrong = []
    for one in visits:
        print(
            f"| {one.page} | {one.first_ms:.0f} | {one.paint_ms:.0f} | {one.charts_ms:.0f} | {one.weight_kb:.0f}"
            f" | {one.requests} | {one.elsewhere} |"
        )
        goal = PAINT_MS if size < 1_000 else CHARTS_MS  # noqa: PLR2004 - what a first day has
        wrong += [f"{one.page} at {size:,}: paint after {one.paint_ms:.0f} ms"] if one.paint_ms > goal else []
        wrong += [f"{one.page} at {size:,}: charts after {one.charts_ms:.0f} ms"] if one.charts_ms > CHARTS_MS else []
        wrong += [f"{one.page} at {size:,}: {one.weight_kb:.0f} kB"] if one.weight_kb > WEIGHT_KB else []
        wrong += [f"{one.page} at {size:,}: {one.elsewhere} requests to elsewhere"] if one.elsewhere else []
    return wrong


def main() -> None:
    """Print the tables and the goals that are missed; exit 1 when there are any."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 100_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--history", type=Path, help="where histories are kept, one folder per size")
    parser.add_argument("--browser", default="/usr/bin/chromium")
    options = parser.parse_args()
    wrong = []
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        folder = (options.history or Path(scratch)).absolute()
        arguments = [
            "--disable-gpu",
            "--disable-background-networking",
            *(["--no-sandbox"] if not os.geteuid() else []),
        ]
        browser = playwright.chromium.launch(executable_path=options.browser, args=arguments)
        for size in sorted(options.sizes):
            root = folder / str(size)
            if not root.exists():
                write_history(Root(root), history(size))
            wrong += draw(size, *measure(browser, root, options.runs))
        browser.close()
    print(*(f"MISSED {line}" for line in wrong), sep="\n") if wrong else print("\nevery goal is met")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
