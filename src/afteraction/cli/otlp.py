"""``afteraction otlp URL``: records as traces and metrics, once or for as long as it runs.

Texts stay at home unless they are asked for: a record's description and error message are redacted, but a receiver is
somebody else's machine.
"""

from __future__ import annotations

import json
import logging
import signal
import time
from importlib import metadata
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from afteraction.errors import AfteractionError, StoreError

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

    from afteraction.otel.export import ExportReport
    from afteraction.otel.receiver import Answer, Receiver
    from afteraction.paths import Root

_SETTLED_INTERVALS = 12
"""For so many intervals a workflow must not have grown before ``--follow`` sends it: a minute, as it is by default."""
_EXAMPLES = """\b
Examples:
  afteraction otlp http://localhost:4318
  afteraction otlp http://localhost:4318 --follow
  OTEL_EXPORTER_OTLP_HEADERS=api-key=… afteraction otlp https://otlp.example.com
"""


@click.command(epilog=_EXAMPLES, short_help="Send traces and metrics to an OpenTelemetry receiver.")
@click.argument("url", envvar="OTEL_EXPORTER_OTLP_ENDPOINT")
@click.option("--follow", is_flag=True, help="Stay, and send what is recorded from now on as well.")
@click.option(
    "--interval", type=click.FloatRange(0.05), default=5.0, metavar="S", help="With --follow: look every S s."
)
@click.option("--wait", type=click.FloatRange(1), default=30.0, show_default=True, metavar="S",
              help="Try one batch for S seconds, the waiting that the receiver asks for included.")  # fmt: skip
@click.option("--with-text", is_flag=True, help="Send the redacted descriptions and error messages too.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def otlp(*, url: str, follow: bool, interval: float, wait: float, with_text: bool, as_json: bool) -> None:
    """Send everything that URL does not have yet: workflows, invocations and tool calls as spans, and metrics.

    URL is the base address of an OTLP/HTTP receiver; /v1/traces and /v1/metrics are put behind it. What it accepted is
    noted, so the next run goes on from there. Needs the extra: pip install 'afteraction[otel]'.
    """
    address = _address(url)
    try:
        from afteraction.otel.export import Export
        from afteraction.otel.follow import Rhythm, World
        from afteraction.otel.follow import follow as run_for_ever
        from afteraction.otel.receiver import Receiver
        from afteraction.otel.spans import Sender
    except ImportError as error:
        raise AfteractionError(f"{error.name} is missing; run: pip install 'afteraction[otel]'") from error
    from afteraction.cli.root import current
    from afteraction.otel.journal import open_journal

    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # we say ourselves what went wrong
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    root = current()
    resource = _resource()
    receiver = Receiver(url, patience_s=wait, now=time.time)
    talk = _Talk(address, as_json=as_json)
    try:
        with open_journal(root, url) as journal:
            export = Export(root, receiver, journal, Sender(resource, with_text=with_text))
            if follow:
                world = World(time.time_ns, time.sleep, talk.passed)
                rhythm = Rhythm(interval_s=interval, settle_s=interval * _SETTLED_INTERVALS)
                run_for_ever(export, lambda: _send_metrics(root, receiver, resource), rhythm, world)
            report = export.run()
            talk.ended(report, None if report.stopped else _send_metrics(root, receiver, resource))
    except OSError as error:
        raise StoreError(f"cannot write {root.state}: {error.strerror}. Run: afteraction doctor") from error
    except KeyboardInterrupt:
        click.echo("Stopped; what was not sent yet is sent by the next run.", err=True)
    finally:
        receiver.close()


def _address(url: str) -> str:
    """The receiver without what must not be shown; a usage error when it is no address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise click.UsageError(f"{url!r} is no address of a receiver; one looks like http://localhost:4318")
    return parts.netloc.rpartition("@")[2]


def _resource() -> Resource:
    """Who sends; what the user says in OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME comes first."""
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource

    from afteraction.otel import conventions as name

    own = {name.SERVICE_NAME: "afteraction", name.SERVICE_VERSION: metadata.version("afteraction")}
    return Resource(own, name.SCHEMA_URL).merge(OTELResourceDetector().detect())


def _send_metrics(root: Root, receiver: Receiver, resource: Resource) -> Answer:
    from afteraction.analytics.agent_totals import agent_totals
    from afteraction.otel.metrics import metrics_data
    from afteraction.store.index import open_index

    now_ms = time.time_ns() // 1_000_000
    return receiver.send_metrics(metrics_data(agent_totals(open_index(root)), resource, now_ms=now_ms))


class _Talk:
    """What the user is told, and what he has been told already."""

    def __init__(self, address: str, *, as_json: bool) -> None:
        self._address = address
        self._as_json = as_json
        self._trouble = ""

    def passed(self, report: ExportReport, metrics: Answer | None) -> None:
        """One pass of many: said only when something was sent, or trouble begins, changes or ends."""
        trouble = self._trouble_of(report, metrics)
        if report.spans:
            self._say(report, metrics)
        if trouble != self._trouble:
            click.echo(f"afteraction: {trouble or f'{self._address} takes everything again'}", err=True)
        self._trouble = trouble

    def ended(self, report: ExportReport, metrics: Answer | None) -> None:
        """The only pass; AfteractionError when the receiver does not have everything that can be sent."""
        self._say(report, metrics)
        if report.unreadable:
            click.echo(f"afteraction: files that could not be read and were left out: {report.unreadable}", err=True)
        trouble = self._trouble_of(report, metrics)
        if trouble:
            raise AfteractionError(trouble)

    def _say(self, report: ExportReport, metrics: Answer | None) -> None:
        verdict = metrics.verdict.value if metrics is not None else None
        if self._as_json:
            numbers = {name: getattr(report, name) for name in report.__dataclass_fields__ if name != "stopped"}
            click.echo(json.dumps({**numbers, "metrics": verdict}))
        else:
            what = f"{report.invocations} invocations and {report.workflows} workflows as {report.spans} spans"
            also = {"accepted": ", and metrics", "no such signal": "; the receiver takes no metrics"}
            click.echo(f"Sent {what}{also.get(verdict or '', '')}.")

    def _trouble_of(self, report: ExportReport, metrics: Answer | None) -> str:
        fine = metrics is None or metrics.verdict.value in ("accepted", "no such signal")
        failed = report.stopped or (None if fine else metrics)
        if failed is not None:
            said = "does not answer" if failed.status is None else f"answers {failed.status}"
            what = "" if report.stopped else " to metrics"
            later = f", asks to wait {failed.wait_s:.0f} s" if failed.wait_s is not None else ""
            return f"{self._address} {said}{what}{later}; nothing is lost, the next run sends what is missing"
        parts = {
            "were refused and are offered again by the next run": report.refused,
            "were taken and thrown away by the receiver": report.rejected,
        }
        return "; ".join(f"{number} of what was to be sent {what}" for what, number in parts.items() if number)
