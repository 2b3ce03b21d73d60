"""Metrics as a receiver decodes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from afteraction.moments import epoch_ms
from tests.otel.loopback import attributes, receiver
from tests.program import piped
from tests.records import NOW_MS, full_metadata, history, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

CUMULATIVE = 2


def exported(root: Path) -> dict[str, Metric]:
    """The metrics of one export, by name."""
    with receiver() as inbox:
        done = piped(root, "otlp", inbox.url)
    assert (done.code, done.stderr) == (0, "")
    (metrics,) = inbox.metrics
    return {metric.name: metric for metric in metrics}


def points(metric: Metric) -> list[Any]:
    """Its points, whatever its kind."""
    return list((metric.sum if metric.HasField("sum") else metric.histogram).data_points)


def test_outcomes_durations_tokens_and_cost_are_counted_by_agent(tmp_path: Path) -> None:
    """The four questions of a dashboard: how often, how long, how many tokens, at what price."""
    write_records(tmp_path, invocation(1), invocation(2, took_ms=80), invocation(3, status="failure", agent="Plan"))
    found = exported(tmp_path)

    counts = {
        (tags["gen_ai.agent.name"], tags["afteraction.status"], tags.get("error.type")): point.as_int
        for point in points(found["afteraction.invocations"])
        for tags in [attributes(point.attributes)]
    }
    assert counts == {("Explore", "success", None): 2, ("Plan", "failure", "api_error"): 1}
    explore = points(found["gen_ai.client.operation.duration"])[0]
    assert (explore.count, explore.sum, explore.min, explore.max) == (2, 41.08, 0.08, 41.0)
    assert dict(zip([*explore.explicit_bounds, None], explore.bucket_counts, strict=True))[0.08] == 1
    tokens = {
        (tags["gen_ai.agent.name"], tags["gen_ai.token.type"]): point.sum
        for point in points(found["gen_ai.client.token.usage"])
        for tags in [attributes(point.attributes)]
    }
    assert tokens["Explore", "input"] == 2 * 49_200
    assert tokens["Explore", "output"] == 2 * 850
    assert round(sum(point.as_double for point in points(found["afteraction.cost"])), 4) == round(3 * 0.0421, 4)


def test_metrics_say_the_same_when_sent_twice(tmp_path: Path) -> None:
    """Points are cumulative since the first record: a receiver that gets them again learns nothing new."""
    write_records(tmp_path, *history(60))
    first, again = exported(tmp_path), exported(tmp_path)

    for name, metric in first.items():
        data = metric.sum if metric.HasField("sum") else metric.histogram
        assert data.aggregation_temporality == CUMULATIVE
        for mine, other in zip(points(metric), points(again[name]), strict=True):
            other.time_unix_nano = mine.time_unix_nano
            assert mine == other


def test_the_first_record_begins_every_series(tmp_path: Path) -> None:
    """A receiver computes rates from the start of a series; one that moved with the clock would look like a reset."""
    start = epoch_ms("2025-10-02T08:00:00Z")
    write_records(tmp_path, invocation(1, started_ms=start), invocation(2, agent="Plan", started_ms=NOW_MS - 1))

    starts = {point.start_time_unix_nano for metric in exported(tmp_path).values() for point in points(metric)}
    assert starts == {start * 1_000_000}


def test_what_nobody_knows_has_no_point(tmp_path: Path) -> None:
    """An agent without tokens, price or duration is counted, and appears in no distribution."""
    write_records(tmp_path, invocation(1, took_ms=None, metadata=full_metadata(tokens=None, cost_usd=None)))

    assert list(exported(tmp_path)) == ["afteraction.invocations"]
