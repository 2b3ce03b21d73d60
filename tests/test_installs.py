"""A built wheel in an environment of its own: hooks that work, and a doctor that notices when it is gone.

The environment is new; the libraries it needs are found in the one that runs the tests, so that no test waits for a
network. pip, pipx and uv all do this: an environment, the wheel in it, and a script that names its Python.
"""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.hook_process import INTERPRETER, SILENT, wait_until
from tests.machine import Machine, machine_in
from tests.plugin_copy import CHECKOUT, copy_plugin
from tests.replay import Machine as Replay
from tests.replay import payloads

if TYPE_CHECKING:
    from collections.abc import Iterator

CASE = "00_basic"
(LIBRARIES,) = site.getsitepackages()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(CHECKOUT)], check=True)
    (built,) = folder.glob("*.whl")
    return built


class Environment:
    """A virtual environment with the wheel in it, and a machine on which its hooks are installed."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.place = folder / "an environment"
        self.machine = machine_in(folder)
        subprocess.run([INTERPRETER, "-m", "venv", "--without-pip", str(self.place)], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(self.place), "install", "--quiet", "--no-deps", str(wheel)]
        subprocess.run(pip, check=True)
        (libraries,) = self.place.glob("lib/python*/site-packages")
        (libraries / "libraries.pth").write_text(f"{LIBRARIES}\n")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run the script that the wheel put there, as on the user's PATH."""
        return subprocess.run(
            [str(self.place / "bin" / "afteraction"), *arguments],
            cwd=self.machine.cwd,
            env=self.machine.environment(),
            capture_output=True,
            check=False,
            timeout=60,
        )

    def hook(self, payload: dict[str, Any]) -> tuple[int, bytes, bytes]:
        """Send an event through the installed command."""
        (command,) = {
            handler["command"]
            for entries in self.machine.parsed()["hooks"].values()
            for entry in entries
            for handler in entry["hooks"]
        }
        environment = self.machine.environment()
        done = subprocess.run(
            ["sh", "-c", command], input=json.dumps(payload).encode(), env=environment, capture_output=True, check=False
        )
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def environment(tmp_path: Path, wheel: Path) -> Environment:
    """An environment whose hooks are installed for the user."""
    made = Environment(tmp_path, wheel)
    assert made.run("install", "--user").returncode == 0
    return made


def checks(machine: Machine) -> dict[str, str]:
    """What the doctor of this checkout says of a machine: status by check."""
    return {row["check"]: row["status"] for row in json.loads(machine.run("doctor", "--json").stdout)}


def shipped(package: str) -> Iterator[str]:
    """The files of a package, as a wheel names them."""
    for path in (CHECKOUT / "src" / package).rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(CHECKOUT / "src").as_posix()


def test_the_wheel_holds_every_file_of_both_packages(wheel: Path) -> None:
    """A query, a table or a rule that stayed behind fails on the user's machine only."""
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    tools = {f"afteraction/scripts/{path.name}" for path in (CHECKOUT / "scripts").iterdir()}
    pages = {f"afteraction/docs/{path.name}" for path in (CHECKOUT / "docs").glob("*.md")}
    assert tools
    assert pages
    assert held == {*shipped("afteraction"), *shipped("telemetry"), *tools, *pages}


def test_an_installed_wheel_explains_itself(environment: Environment) -> None:
    """The pages come with the wheel; no checkout lies beside it."""
    done = environment.run("help", "outcomes")

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"Outcomes\n")


def test_hooks_of_an_installed_wheel_lead_to_a_record(environment: Environment) -> None:
    """Hook, spool, collector and record, all from the environment, started by nothing but the client's events."""
    replay = replace(Replay(environment.machine.home), folder=".local/share/afteraction/telemetry")
    replay.place_transcripts(CASE)
    said = [environment.hook(payload) for payload in payloads(CASE, replay)]
    wait_until(lambda: len(replay.records()) == 1)

    assert set(said) == {SILENT}
    shown = json.loads(environment.run("show", "--json").stdout)
    assert shown["invocation_id"] == replay.records()[0]["invocation_id"]
    judged = environment.run("doctor", "--json")
    assert judged.returncode == 0, judged.stdout


def test_an_environment_that_was_moved_is_noticed_and_mended(environment: Environment) -> None:
    """The hook is silent when its files are gone; doctor says so, and --fix points it at what is there."""
    environment.place.rename(environment.place.with_name("moved"))
    silent = environment.hook({"hook_event_name": "SessionStart", "session_id": "a"})
    before = checks(environment.machine)
    environment.machine.done("doctor", "--fix")

    assert silent == SILENT
    assert before["hook files"] == "problem"
    assert checks(environment.machine)["hook files"] == "ok"
    assert environment.hook({"hook_event_name": "SessionStart", "session_id": "a"}) == SILENT
    assert list((environment.machine.data / "spool").glob("a.jsonl"))


def test_an_environment_whose_python_is_gone_is_noticed(environment: Environment) -> None:
    """An upgrade of the system removes the interpreter below an environment; its link then leads nowhere."""
    python = environment.place / "bin" / "python"
    python.unlink()
    python.symlink_to("/gone/python3.11")

    assert checks(environment.machine)["hook files"] == "problem"


def test_the_plugin_makes_an_environment_of_its_own_once(tmp_path: Path) -> None:
    """Without any Afteraction on PATH the first command sets one up, says so, and the next ones use it."""
    plugin, machine = copy_plugin(tmp_path), machine_in(tmp_path)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "python3").symlink_to(INTERPRETER)
    data = machine.home / "plugin-data"
    variables = {
        "PATH": f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "CLAUDE_PLUGIN_DATA": str(data),
        "PYTHONPATH": LIBRARIES,
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it as "build isolation: no"
    }
    command = ["sh", str(plugin / "bin" / "afteraction"), "--version"]
    environment = {**machine.environment(), **variables}
    first, second = (
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
        for _ in range(2)
    )

    assert first.stdout == second.stdout
    assert "0 records written" in first.stderr
    assert first.stdout.startswith("afteraction, version")
    assert "Setting up Afteraction" in first.stderr
    assert second.stderr == ""
    assert (data / "venv" / "bin" / "python").exists()


def test_tab_completes_commands_and_options() -> None:
    """The script asks the program itself, so what is completed is what there is."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    typed = [("afteraction lea", 1), ("afteraction otl", 1), ("afteraction agents --so", 2)]
    found = []
    for words, at in typed:
        script = f"""
            eval "$(afteraction completion bash)"
            COMP_WORDS=({words}); COMP_CWORD={at}
            _afteraction_completion afteraction
            printf '%s ' "${{COMPREPLY[@]}}"
        """
        done = subprocess.run(["bash", "-c", script], env={"PATH": path}, capture_output=True, text=True, check=True)
        found.append(done.stdout.split())

    assert found == [[], ["otlp"], ["--sort"]]


@pytest.mark.parametrize(("shell", "said"), [("bash", "complete "), ("zsh", "#compdef"), ("fish", "complete ")])
def test_every_shell_has_its_script(tmp_path: Path, shell: str, said: str) -> None:
    """The script of another shell would be an error at every login."""
    assert said in machine_in(tmp_path).done("completion", shell)
