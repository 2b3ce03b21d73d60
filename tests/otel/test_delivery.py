"""Everything arrives, however often it is sent and whatever the receiver does meanwhile."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from afteraction.otel.export import BATCH_SPANS
from afteraction.otel.journal import Journal, open_journal
from afteraction.paths import Root
from tests.otel.loopback import Inbox, Said, free_port, ids, receiver
from tests.program import piped
from tests.records import full_metadata, history, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from opentelemetry.proto.trace.v1.trace_pb2 import Span

LATER = Said(503, {"Retry-After": "1"})
MUCH_LATER = Said(503, {"Retry-After": "3600"})
HOUR_S = 3600.0
NS = 1_000_000_000


def sent(root: Path, url: str, *arguments: str) -> dict[str, int]:
    """What an export that works says it did."""
    done = piped(root, "otlp", url, "--json", *arguments)
    assert (done.code, done.stderr) == (0, "")
    counts: dict[str, int] = json.loads(done.stdout)
    return counts


def test_what_was_accepted_is_not_sent_again(root: Path, inbox: Inbox) -> None:
    """A second export goes on where the first ended; of what changed it sends the same span again."""
    first = sent(root, inbox.url)
    again = sent(root, inbox.url)
    (path,) = (root / "invocations").glob("*/Plan-*.json")
    path.write_text(path.read_text().replace('"success"', '"partial"', 1))
    corrected = sent(root, inbox.url)

    assert (first["invocations"], first["workflows"], first["spans"]) == (11, 1, 78)
    assert (again["spans"], len(inbox.offered)) == (0, 2)
    assert corrected["invocations"] == 1
    assert set(ids(inbox.offered[1])) < set(ids(inbox.offered[0]))


def test_export_is_a_second_name(root: Path, inbox: Inbox) -> None:
    """``export --otlp`` sends the same, notes it in the same place, and takes no option that it would ignore."""
    done = piped(root, "export", "--otlp", inbox.url)
    filtered = piped(root, "export", "--otlp", inbox.url, "--period", "7d")
    nowhere = piped(root, "export", "--otlp", "nowhere")

    assert (done.code, done.stderr) == (0, "")
    assert "78 spans" in done.stdout
    assert sent(root, inbox.url)["spans"] == 0
    assert (filtered.code, filtered.stdout) == (2, "")
    assert "leave out --period" in filtered.stderr
    assert (nowhere.code, nowhere.stdout) == (2, "")


def test_two_receivers_each_get_everything(root: Path, inbox: Inbox) -> None:
    """What one has accepted says nothing about another."""
    with receiver() as other:
        sent(root, inbox.url)
        sent(root, other.url)

        assert ids(inbox.accepted) == ids(other.accepted)


def test_without_its_memory_an_export_sends_the_same_spans(root: Path, inbox: Inbox) -> None:
    """Deleting everything but the records loses nothing; a receiver that knows the ids has nothing new."""
    sent(root, inbox.url)
    for file in (root / "state" / "otlp").iterdir():
        file.unlink()
    sent(root, inbox.url)

    assert ids(inbox.offered[0]) == ids(inbox.offered[1])


def test_a_busy_receiver_is_asked_again_when_it_said(root: Path, inbox: Inbox) -> None:
    """503 with ``Retry-After`` is no failure: the same batch goes out again, with the same ids."""
    inbox.answers = deque([LATER])

    assert sent(root, inbox.url)["spans"] == 78
    assert ids(inbox.offered[0]) == ids(inbox.offered[1]) == ids(inbox.accepted)


def test_who_asks_for_more_time_than_there_is_gets_it_from_the_next_run(root: Path, inbox: Inbox) -> None:
    """A cron job must not hang for an hour, nor ask before the time: it ends, says so, and the next one goes on."""
    inbox.answers = deque([MUCH_LATER])
    done = piped(root, "otlp", inbox.url)

    assert (done.code, len(inbox.offered)) == (1, 1)
    assert "answers 503, asks to wait 3600 s; nothing is lost" in done.stderr
    assert sent(root, inbox.url)["spans"] == 78


def test_nobody_there_is_said_and_nothing_is_lost(root: Path) -> None:
    """Down is the state a receiver is in when it matters: the records wait on the disk."""
    port = free_port()
    done = piped(root, "otlp", f"http://127.0.0.1:{port}", "--wait", "1")

    assert (done.code, done.stdout) == (1, "Sent 0 invocations and 0 workflows as 0 spans.\n")
    assert f"127.0.0.1:{port} does not answer; nothing is lost" in done.stderr
    with receiver(port) as inbox:
        assert sent(root, inbox.url)["spans"] == 78


def test_one_span_that_is_refused_holds_no_other_up(tmp_path: Path, inbox: Inbox) -> None:
    """A receiver that rejects a whole batch for one span still gets all the others."""
    poison = invocation(500, agent="poison", metadata=full_metadata())
    write_records(tmp_path, *history(40), poison)

    def judge(spans: list[Span]) -> Said:
        return Said(400 if any(span.name.endswith("poison") for span in spans) else 200)

    inbox.judge = judge
    done = piped(tmp_path, "otlp", inbox.url, "--json")

    assert (done.code, json.loads(done.stdout)["invocations"], json.loads(done.stdout)["refused"]) == (1, 40, 1)
    assert "1 of what was to be sent were refused and are offered again by the next run" in done.stderr


@pytest.mark.parametrize("said", [Said(401), Said(404), Said(302, {"Location": "/elsewhere"})])
def test_a_wrong_address_or_key_ends_the_export_at_once(root: Path, inbox: Inbox, said: Said) -> None:
    """No batch will be taken there: neither halving nor repeating helps, and a redirect is no acceptance."""
    inbox.judge = lambda _: said
    done = piped(root, "otlp", inbox.url, "--wait", "1")

    assert (done.code, len(inbox.offered)) == (1, 1)
    assert "nothing is lost" in done.stderr


def test_a_receiver_of_traces_alone_is_no_failure(root: Path, inbox: Inbox) -> None:
    """Many have no metrics at all: it is said, and a cron job does not report an error every night."""
    inbox.to_metrics = Said(405)
    done = piped(root, "otlp", inbox.url)

    assert (done.code, done.stderr) == (0, "")
    assert done.stdout == "Sent 11 invocations and 1 workflows as 78 spans; the receiver takes no metrics.\n"


def test_what_a_receiver_throws_away_is_said(root: Path, inbox: Inbox) -> None:
    """A partial success is HTTP 200: without looking into it the loss would go unnoticed."""
    partial = ExportTraceServiceResponse()
    partial.partial_success.rejected_spans = 3
    inbox.answers = deque([Said(body=partial.SerializeToString())])
    done = piped(root, "otlp", inbox.url)

    assert (done.code, "3 of what was to be sent were taken and thrown away" in done.stderr) == (1, True)


def test_a_long_history_goes_in_batches_and_each_is_noted(tmp_path: Path, inbox: Inbox) -> None:
    """An export that breaks off in the middle has not been in vain: the next one sends the rest."""
    write_records(tmp_path, *history(300))
    inbox.answers = deque([Said(), MUCH_LATER])
    broken_off = piped(tmp_path, "otlp", inbox.url, "--json")
    rest = sent(tmp_path, inbox.url)

    assert max(len(spans) for spans in inbox.offered) < 2 * BATCH_SPANS
    assert json.loads(broken_off.stdout)["invocations"] + rest["invocations"] == 300
    assert len(inbox.accepted) == len({span.span_id for span in inbox.accepted}) == 300 * 7


def test_a_line_that_a_kill_cut_short_is_forgotten(tmp_path: Path) -> None:
    """Half a line must neither hide a file nor spoil the line that follows it."""
    path = tmp_path / "a.sent"
    path.write_text("1-10\tinvocations/a.json\n2-20\tinvoc")
    Journal(path).add({"invocations/b.json": "3-30"})

    journal = Journal(path)
    assert journal.has("invocations/a.json", "1-10")
    assert journal.has("invocations/b.json", "3-30")
    assert not journal.has("invoc", "2-20")


def test_the_journal_does_not_grow_for_ever(tmp_path: Path) -> None:
    """Corrections add lines; a file that is mostly outdated is written anew."""
    path = tmp_path / "a.sent"
    path.write_text("".join(f"{number}-1\tinvocations/a.json\n" for number in range(2000)))

    assert Journal(path).has("invocations/a.json", "1999-1")
    assert path.read_text() == "1999-1\tinvocations/a.json\n"


def test_two_exports_to_one_address_do_not_run_at_once(root: Path, inbox: Inbox) -> None:
    """Each would send what the other sends; the second says so and ends."""
    with open_journal(Root(root), inbox.url):
        done = piped(root, "otlp", inbox.url)

    assert (done.code, "another export to this address is running" in done.stderr) == (1, True)


def test_a_key_in_the_address_is_shown_and_stored_nowhere(root: Path, inbox: Inbox) -> None:
    """Addresses carry credentials: neither a message nor a file of ours may repeat them."""
    url = inbox.url.replace("http://", "http://user:not-a-real-password@")
    inbox.answers = deque([Said(401)])
    done = piped(root, "otlp", url)

    assert done.code == 1
    assert "not-a-real-password" not in done.stdout + done.stderr
    names = [path.name + path.read_text(errors="replace") for path in root.rglob("*") if path.is_file()]
    assert not any("not-a-real-password" in text for text in names)


def test_what_is_no_address_is_a_usage_error(root: Path) -> None:
    """A mistyped address is answered before anything is read."""
    assert piped(root, "otlp", "localhost:4318").code == 2


def test_without_the_extra_the_command_says_what_to_install(root: Path, tmp_path: Path) -> None:
    """Reports need no OpenTelemetry; who asks for it without the extra learns its name."""
    (tmp_path / "opentelemetry.py").write_text("raise ModuleNotFoundError(name='opentelemetry')\n")
    done = piped(root, "otlp", "http://127.0.0.1:1", PYTHONPATH=str(tmp_path))

    assert (done.code, done.stdout) == (1, "")
    assert "pip install 'afteraction[otel]'" in done.stderr
