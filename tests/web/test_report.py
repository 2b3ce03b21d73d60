"""The report in one file: it opens from disk, alone, and looks like the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.paths import Root
from benchmarks.generate import history, write_history
from tests.program import piped
from tests.web.watched import watched

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser


def test_the_report_opens_from_disk_and_asks_nothing(browser: Browser, tmp_path: Path) -> None:
    """One file, everything in it, no script, no request, no link to a server; axe has no objection in any view."""
    write_history(Root(tmp_path / "data"), history(800))
    file = tmp_path / "report.html"

    result = piped(tmp_path / "data", "report", "--html", str(file), "--until", "2026-11-22T18:00Z")

    assert (result.code, result.stdout, result.stderr) == (0, f"{file}\n", "")
    assert file.stat().st_size < 400_000
    assert "<script" not in file.read_text()
    for scheme, width in (("light", 1200), ("dark", 1200), ("light", 390)):
        with watched(browser, f"file://{file}", scheme=scheme, width=width) as seen:  # type: ignore[arg-type]
            seen.page.goto(f"file://{file}")
            assert "800 agent runs" in seen.page.inner_text("main")
            assert seen.page.locator("a:not(.skip)").count() == 0
            assert (seen.trouble, seen.overhang(), seen.violations()) == ([], 0, [])


def test_nothing_to_report_leaves_no_file(tmp_path: Path) -> None:
    """Without records, or with none that match, it says so and exits 3."""
    write_history(Root(tmp_path / "data"), history(30))
    for root, more in ((tmp_path / "empty", ()), (tmp_path / "data", ("--agent", "nobody"))):
        result = piped(root, "report", "--html", str(tmp_path / "report.html"), *more)
        assert result.code == 3
        assert result.stderr
    assert not (tmp_path / "report.html").exists()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """The error names the place."""
    write_history(Root(tmp_path / "data"), history(30))
    result = piped(tmp_path / "data", "report", "--html", str(tmp_path / "nowhere" / "report.html"))
    assert result.code == 1
    assert "nowhere" in result.stderr
    assert "Traceback" not in result.stderr
