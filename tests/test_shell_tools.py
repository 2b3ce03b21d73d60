"""The shell tools: thin, from any folder, and in a project only as long as Afteraction is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from afteraction.installation import shell_tools
from tests.records import invocation, write_records

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = Path(__file__).parents[1] / "scripts"
WORKFLOW = "wf-20251029-0000002a"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data folder with two runs of one workflow."""
    write_records(
        tmp_path / "telemetry",
        invocation(1, agent="Explore", workflow_id=WORKFLOW),
        invocation(2, agent="writer", workflow_id=WORKFLOW),
    )
    return tmp_path / "telemetry"


def run(
    root: Path, script: str, *arguments: str, cwd: Path, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a tool with the system's plain shell, far from the project."""
    usual = {"PATH": os.environ["PATH"], "AFTERACTION_PYTHON": sys.executable}
    return subprocess.run(
        ["sh", str(SCRIPTS / script), *arguments],
        cwd=cwd, env={"HOME": str(cwd), "OAK_TELEMETRY_DIR": str(root), "LANG": "C.UTF-8", **(environ or usual)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_tools_say_what_the_commands_say(root: Path, tmp_path: Path) -> None:
    """From any folder, with the data folder that ``OAK_TELEMETRY_DIR`` names."""
    listed = run(root, "query_workflow.sh", "--list-all", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.splitlines()[0].split("\t") == ["workflow_id", "started", "invocations", "success", "agents"]
    assert listed.stdout.splitlines()[1].split("\t")[0] == WORKFLOW
    today = run(root, "query_workflow.sh", "--list-today", cwd=tmp_path)
    assert (today.returncode, len(today.stdout.splitlines())) == (0, 1)
    assert "Explore" in run(root, "agent_performance_report.sh", cwd=tmp_path).stdout
    assert run(root, "agent_performance_report.sh", "writer", "--json", cwd=tmp_path).returncode == 0
    assert "writer" in run(root, "usage_stats.sh", "--period=all", cwd=tmp_path).stdout
    assert run(root, "usage_stats.sh", "--period=yesterday", cwd=tmp_path).returncode == 2


def test_mistakes_are_told_apart(root: Path, tmp_path: Path) -> None:
    """Nothing given is a mistake in usage, an unknown workflow is no data, no Afteraction is said."""
    assert run(root, "query_workflow.sh", cwd=tmp_path).returncode == 2
    assert run(root, "query_workflow.sh", "wf-nowhere", cwd=tmp_path).returncode == 3
    bare = tmp_path / "bin"
    bare.mkdir()
    (bare / "sh").symlink_to("/bin/sh")
    alone = run(root, "usage_stats.sh", cwd=tmp_path, environ={"PATH": str(bare)})
    assert alone.returncode == 127
    assert "not on PATH" in alone.stderr


def test_a_project_gets_them_and_is_rid_of_them(tmp_path: Path) -> None:
    """Ours come and go, an old version of ours is renewed, a foreign file and folder stay."""
    foreign = tmp_path / "scripts" / "usage_stats.sh"
    foreign.parent.mkdir()
    foreign.write_text("#!/bin/sh\necho mine\n")

    assert shell_tools.put(tmp_path) == [foreign]
    ours = tmp_path / "scripts" / "query_workflow.sh"
    assert ours.read_bytes() == (SCRIPTS / ours.name).read_bytes()
    assert ours.stat().st_mode & 0o111
    ours.write_bytes(ours.read_bytes() + b"# an older one\n")
    assert shell_tools.put(tmp_path) == [foreign]
    assert ours.read_bytes() == (SCRIPTS / ours.name).read_bytes()

    shell_tools.remove(tmp_path)
    assert [path.name for path in (tmp_path / "scripts").iterdir()] == [foreign.name]
    assert foreign.read_text() == "#!/bin/sh\necho mine\n"
