"""Suggestions and validations as programs log them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from telemetry.logger import log_suggestion, log_validation

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A telemetry root that the environment names."""
    monkeypatch.setenv("OAK_TELEMETRY_DIR", str(tmp_path / "telemetry"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "telemetry"


def only(root: Path, folder: str) -> tuple[Path, dict[str, Any]]:
    """The one file below a folder."""
    (path,) = root.glob(f"{folder}/*/*")
    return path, json.loads(path.read_bytes())


def test_a_suggestion_is_a_file_of_its_day(root: Path) -> None:
    """Everything that was told stands in it, under its own id, for nobody else to read."""
    suggestion_id = log_suggestion(
        task_description="Design the login API",
        suggested=[
            {"agent_name": "backend-architect", "confidence": 0.85, "reasons": ["keyword: API", "file: src/api.py"]},
            {"agent_name": "security-auditor"},
        ],
        decision="modified",
        chosen=["security-auditor"],
        time_to_decide_ms=2300,
        workflow_id="wf-1",
    )

    path, stored = only(root, "suggestions")
    assert (path.stem, path.parent.name) == (suggestion_id, stored.pop("timestamp")[:10])
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert stored == {
        "suggestion_id": suggestion_id,
        "workflow_id": "wf-1",
        "task_description": "Design the login API",
        "suggested": [
            {
                "agent_name": "backend-architect",
                "confidence": 0.85,
                "reasons": ["keyword: API", "file: src/api.py"],
            },
            {"agent_name": "security-auditor", "confidence": None, "reasons": []},
        ],
        "decision": "modified",
        "chosen": ["security-auditor"],
        "time_to_decide_ms": 2300,
        "schema_version": 1,
    }


def test_a_validation_is_a_file_of_its_day(root: Path) -> None:
    """Likewise; what was not told is null, never 0."""
    validation_id = log_validation(check="tests", passed=False, invocation_id="inv-20251030-9f3c2a71b0de")

    path, stored = only(root, "validations")
    assert (path.stem, path.parent.name) == (validation_id, stored.pop("timestamp")[:10])
    assert stored == {
        "validation_id": validation_id,
        "invocation_id": "inv-20251030-9f3c2a71b0de",
        "workflow_id": None,
        "check": "tests",
        "passed": False,
        "score": None,
        "details": None,
        "schema_version": 1,
    }


def test_no_secret_reaches_the_disk(root: Path) -> None:
    """Every text and every name passes the redactor."""
    secret = "ghp_" + "a1B2" * 9
    log_suggestion(
        task_description=f"use {secret}",
        suggested=[{"agent_name": secret, "reasons": [f"keyword: {secret}"]}],
        chosen=[secret],
        workflow_id=secret,
    )
    log_validation(check=secret, passed=None, details=f"{secret} was refused", invocation_id=secret, workflow_id=secret)

    files = [path for path in root.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert all(secret.encode() not in path.read_bytes() and secret not in path.name for path in files)


ONE: dict[str, Any] = {"suggested": [{"agent_name": "a"}]}


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"suggested": []}, "at least one agent"),
        ({"suggested": [{"agent_name": " "}]}, "agent_name must not be empty"),
        ({"suggested": [{"confidence": 0.5}]}, "agent_name must not be empty"),
        ({"suggested": [{"agent_name": "a", "confidence": 85}]}, "between 0 and 1"),
        ({"suggested": [{"agent_name": "a", "confidence": float("nan")}]}, "between 0 and 1"),
        ({"suggested": [{"agent_name": "a", "reasons": "API"}]}, "sequence of texts"),
        (ONE | {"decision": "maybe"}, "decision must be one of"),
        (ONE | {"time_to_decide_ms": -1}, "must not be negative"),
    ],
)
def test_a_wrong_suggestion_is_the_caller_s_bug(root: Path, arguments: dict[str, Any], what: str) -> None:
    """What lies is not stored."""
    with pytest.raises(ValueError, match=what):
        log_suggestion(**arguments)

    assert not root.exists()


@pytest.mark.parametrize(
    ("arguments", "what"), [({"check": " "}, "must not be empty"), ({"score": float("inf")}, "finite number")]
)
def test_a_wrong_validation_is_the_caller_s_bug(root: Path, arguments: dict[str, Any], what: str) -> None:
    """What lies is not stored."""
    valid: dict[str, Any] = {"check": "tests", "passed": True}
    with pytest.raises(ValueError, match=what):
        log_validation(**(valid | arguments))

    assert not root.exists()


def test_a_disk_that_cannot_be_written_breaks_nobody(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Telemetry must not break the program it observes: the problem is logged, the id returned."""
    root.write_text("a file where the folder should be")

    assert log_suggestion(**ONE).startswith("sug-")
    assert log_validation(check="tests", passed=True).startswith("val-")
    assert caplog.text.count("could not store") == 2
