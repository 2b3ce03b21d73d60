"""What the user says of an invocation is kept, whatever else is found out."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from afteraction.moments import utc_timestamp
from afteraction.paths import Root
from afteraction.store.records import records_locked
from tests.archived import archive, ids
from tests.collector.importing import wait_for
from tests.program import on_terminal, piped
from tests.records import NOW_MS, full_metadata, invocation, workflow, write_records, write_workflow
from tests.replay import HOUR_S, Machine, payloads


def waiting_for_locks() -> list[str]:
    """The lines of the kernel's list of locks that somebody waits for."""
    return [line for line in Path("/proc/locks").read_text().splitlines() if "->" in line]


def stored(path: Path) -> dict[str, Any]:
    return json.loads(path.read_bytes())  # type: ignore[no-any-return]


def test_a_word_of_the_user_stands_in_the_record(tmp_path: Path) -> None:
    """Both members say so, the source is explicit, and nothing else in the file changes."""
    (path,) = write_records(tmp_path, invocation(7))
    before = stored(path)

    result = piped(tmp_path, "feedback", "000000000007", "reject", "--note", "missed the error path")

    assert (result.code, result.stderr) == (0, "")
    assert result.stdout.startswith("rejected: Explore (Find where sessions are stored), inv-20251029-000000000007")
    after = stored(path)
    acceptance = after["metadata"].pop("acceptance")
    assert acceptance.pop("at") > "2025"
    assert acceptance == {
        "source": "explicit", "signal": "feedback", "evidence": [], "note": "missed the error path",
    }  # fmt: skip
    before["metadata"].pop("acceptance")
    assert after == {**before, "user_accepted": False}
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_archived_record_takes_the_word_too(tmp_path: Path) -> None:
    """Its file comes back with the word in it, counts from then on, and is archived again with the rest."""
    (path,) = write_records(tmp_path, invocation(7))
    assert archive(tmp_path, date(2026, 1, 1)) == 1
    assert not path.exists()

    result = piped(tmp_path, "feedback", "000000000007", "accept")

    assert (result.code, result.stderr) == (0, "")
    assert stored(path)["user_accepted"] is True
    assert ids(tmp_path) == [invocation(7).invocation_id]
    assert archive(tmp_path, date(2026, 1, 1)) == 1
    assert json.loads(piped(tmp_path, "show", "000000000007", "--json").stdout)["user_accepted"] is True


def test_the_last_word_counts(tmp_path: Path) -> None:
    """Who changes their mind says it again; a note stays only while the word is the same."""
    (path,) = write_records(tmp_path, invocation(7))
    piped(tmp_path, "feedback", "last", "accept", "--note", "good")
    piped(tmp_path, "feedback", "last", "accept")
    assert stored(path)["metadata"]["acceptance"]["note"] == "good"

    result = piped(tmp_path, "feedback", "last", "reject", "--json")

    shown = json.loads(result.stdout)
    assert (shown["user_accepted"], shown["acceptance"]["note"]) == (False, None)
    assert stored(path)["metadata"]["acceptance"] == shown["acceptance"]


def test_a_note_passes_the_redactor(tmp_path: Path) -> None:
    """A secret in a note never reaches the disk."""
    write_records(tmp_path, invocation(7))
    secret = "ghp_" + "a1B2" * 9

    result = piped(tmp_path, "feedback", "last", "reject", "--note", f"it printed {secret}")

    assert result.code == 0
    assert all(secret.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert "it printed [REDACTED" in on_terminal(tmp_path, "show", "last", NO_COLOR="1", columns=200).stdout


def test_what_a_foreign_writer_put_beside_it_stays(tmp_path: Path) -> None:
    """A record with only the ten keys, or with more than ours, is judged as it is."""
    record = {
        "invocation_id": "mine-1", "workflow_id": None, "parent_invocation_id": None, "agent_name": "a",
        "task_description": None, "timestamp": "2025-10-30T12:00:00Z", "status": "success", "execution_time_ms": 1,
        "error_message": None, "user_accepted": None, "team": "blue",
    }  # fmt: skip
    path = tmp_path / "invocations" / "2025-10-30" / "whatever.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(record))

    assert piped(tmp_path, "feedback", "mine-1", "accept").code == 0

    after = stored(path)
    assert (after["team"], after["user_accepted"]) == ("blue", True)
    assert after["metadata"]["acceptance"]["source"] == "explicit"


def test_last_is_what_ended_last_in_this_project_else_anywhere(tmp_path: Path) -> None:
    """A run of another project, or one that only started later, is not what the user has just seen."""
    here = tmp_path / "shop"
    (here / "src").mkdir(parents=True)
    mine, other = full_metadata(project=str(here)), full_metadata(project="/somewhere/else")
    long_run = full_metadata(project=str(here), ended_at=utc_timestamp(NOW_MS - 1000))
    before_midnight = NOW_MS - 20 * 3_600_000
    write_records(
        tmp_path / "data",
        invocation(1, agent="long", started_ms=before_midnight, metadata=long_run),
        invocation(2, agent="short", started_ms=NOW_MS - 60_000, took_ms=1000, metadata=mine),
        invocation(3, agent="elsewhere", started_ms=NOW_MS - 500, took_ms=100, metadata=other),
    )

    def judged(folder: Path) -> str:
        command = [sys.executable, "-m", "afteraction", "feedback", "last", "accept", "--json"]
        environ = {"OAK_TELEMETRY_DIR": str(tmp_path / "data"), "HOME": str(tmp_path), "PATH": ""}
        done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=True)
        return str(json.loads(done.stdout)["agent_name"])

    assert judged(here / "src") == "long"
    assert judged(tmp_path) == "elsewhere"


def test_the_workflow_s_file_follows(tmp_path: Path) -> None:
    """Who reads only the workflow sees what became of each of its invocations, and still what was denied."""
    record = invocation(7, workflow_id="wf-20251030-5d41402a")
    write_records(tmp_path, record)
    linked = workflow(record)
    path = write_workflow(tmp_path, linked)
    denied = json.loads(path.read_bytes())
    denied["totals"]["denied"] = 2
    path.write_text(json.dumps(denied))

    piped(tmp_path, "feedback", "last", "accept")

    after = json.loads(path.read_bytes())
    assert [one["user_accepted"] for one in after["invocations"]] == [True]
    assert after["totals"]["denied"] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nothing", "accept"), 2, "no invocation 'nothing'"),
        (("last", "maybe"), 2, "'accept', 'reject'"),
        (("inv-2025", "accept"), 1, "2 ids match"),
    ],
)
def test_what_cannot_be_judged_says_what_to_do(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """Nothing is written, and the message names the next step."""
    paths = write_records(tmp_path, invocation(7), invocation(8))
    before = [path.read_bytes() for path in paths]

    result = piped(tmp_path, "feedback", *arguments)

    assert (result.code, result.stdout) == (code, "")
    assert said in result.stderr
    assert [path.read_bytes() for path in paths] == before


def test_without_any_record_there_is_nothing_to_judge(tmp_path: Path) -> None:
    """No data is another thing than a wrong id."""
    result = piped(tmp_path, "feedback", "last", "accept")

    assert (result.code, result.stdout) == (3, "")
    assert "nothing recorded yet" in result.stderr


def test_it_survives_every_later_pass(tmp_path: Path) -> None:
    """Hooks, a sweep and an import from nothing may all come later: the user's word stands, an inferred one yields."""
    machine = Machine(tmp_path)
    machine.place_transcripts("05c_tty_reject_tool_in_subagent", age_s=HOUR_S)
    machine.send(payloads("05c_tty_reject_tool_in_subagent", machine))
    machine.collect()
    (before,) = machine.records()
    assert (before["user_accepted"], before["metadata"]["acceptance"]["source"]) == (False, "inferred")

    done = machine.afteraction("feedback", "last", "accept")
    assert "accepted: " in done.stdout
    assert done.stdout.endswith("before: rejected, inferred\n")
    (judged,) = machine.records()
    machine.send(payloads("05c_tty_reject_tool_in_subagent", machine))
    machine.collect()
    assert machine.records() == [judged]
    machine.forget()
    machine.collect()
    assert machine.records() == [judged]
    assert [row["agent_name"] for row in json.loads(machine.afteraction("agents", "--json").stdout)] == [
        judged["agent_name"]
    ]


def test_a_collector_at_work_does_not_keep_it_waiting(tmp_path: Path) -> None:
    """The collector's lock is held for a whole pass, minutes of an import; a record's only while it is replaced."""
    from afteraction.collector.lock import CollectorLock

    (path,) = write_records(tmp_path, invocation(7))
    lock = CollectorLock(Root(tmp_path))
    with lock:
        assert lock.acquire(wait=False)
        assert piped(tmp_path, "feedback", "last", "accept").code == 0
    assert stored(path)["user_accepted"] is True


def test_a_record_that_is_being_replaced_is_waited_for(tmp_path: Path) -> None:
    """What a pass has read of a record is still so when it writes: the user's word is not lost between the two."""
    (path,) = write_records(tmp_path, invocation(7))
    command = [sys.executable, "-m", "afteraction", "feedback", "last", "accept"]
    environ = {"OAK_TELEMETRY_DIR": str(tmp_path), "HOME": str(tmp_path), "PATH": ""}
    with records_locked(Root(tmp_path)):
        process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE)
        wait_for(process, lambda: f" {process.pid} " in "".join(waiting_for_locks()))
        assert stored(path)["user_accepted"] is None
    assert (process.communicate()[0][:8], process.returncode) == (b"accepted", 0)
    assert stored(path)["user_accepted"] is True
