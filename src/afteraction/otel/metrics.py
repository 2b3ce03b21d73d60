"""What all invocations together come to, as metrics: outcomes, durations, tokens and cost by agent. Pure.

The points are cumulative and counted anew from all records each time, from the first record on. So sending twice
changes nothing, and neither does a receiver that was down: the next point says it all. The SDK's own instruments begin
at zero in each process, and a receiver that adds those up would count every invocation once per export.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from afteraction.otel import conventions as name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from opentelemetry.sdk.resources import Resource

    from afteraction.analytics.agent_totals import AgentTotal

_NS = 1_000_000
_CUMULATIVE = AggregationTemporality.CUMULATIVE


def metrics_data(totals: Sequence[AgentTotal], resource: Resource, *, now_ms: int) -> MetricsData:
    """The metrics of all totals as of ``now_ms``."""
    metrics = (
        _sum("afteraction.invocations", "{invocation}", totals, now_ms, lambda total: total.invocations),
        _sum("afteraction.cost", "USD", totals, now_ms, lambda total: total.cost_usd),
        Metric(
            name=name.DURATION_METRIC,
            description="How long invocations took",
            unit="s",
            data=_histogram(_distributions(totals, now_ms)),
        ),
        Metric(
            name=name.TOKEN_METRIC,
            description="Tokens of an invocation, all its requests together",
            unit="{token}",
            data=_histogram(_token_distributions(totals, now_ms)),
        ),
    )
    scope = ScopeMetrics(
        scope=InstrumentationScope(name.SCOPE, schema_url=name.SCHEMA_URL),
        metrics=[metric for metric in metrics if metric.data.data_points],
        schema_url=name.SCHEMA_URL,
    )
    return MetricsData([ResourceMetrics(resource=resource, scope_metrics=[scope], schema_url=name.SCHEMA_URL)])


def _sum(
    metric: str, unit: str, totals: Iterable[AgentTotal], now_ms: int, value: Callable[[AgentTotal], float | None]
) -> Metric:
    points = [
        NumberDataPoint(_attributes(total), total.first_started_at_ms * _NS, now_ms * _NS, counted)
        for total in totals
        if (counted := value(total)) is not None
    ]
    data = Sum(data_points=points, aggregation_temporality=_CUMULATIVE, is_monotonic=True)
    return Metric(name=metric, description="", unit=unit, data=data)


def _histogram(points: Iterable[HistogramDataPoint]) -> Histogram:
    return Histogram(data_points=list(points), aggregation_temporality=_CUMULATIVE)


def _distributions(totals: Iterable[AgentTotal], now_ms: int) -> Iterable[HistogramDataPoint]:
    for total in totals:
        seconds = [took / 1000 for took in total.durations_ms or ()]
        if seconds:
            yield _distribution(seconds, name.DURATION_BOUNDS, _attributes(total), total, now_ms)


def _token_distributions(totals: Iterable[AgentTotal], now_ms: int) -> Iterable[HistogramDataPoint]:
    for total in totals:
        for kind, counts in (("input", total.input_tokens), ("output", total.output_tokens)):
            if counts:
                attributes = {**_attributes(total), name.TOKEN_TYPE: kind}
                yield _distribution(counts, name.TOKEN_BOUNDS, attributes, total, now_ms)


def _distribution(
    values: Sequence[float], bounds: Sequence[float], attributes: dict[str, str], total: AgentTotal, now_ms: int
) -> HistogramDataPoint:
    buckets = [0] * (len(bounds) + 1)
    for value in values:
        buckets[bisect_left(bounds, value)] += 1
    return HistogramDataPoint(
        attributes=attributes,
        start_time_unix_nano=total.first_started_at_ms * _NS,
        time_unix_nano=now_ms * _NS,
        count=len(values),
        sum=sum(values),
        bucket_counts=buckets,
        explicit_bounds=bounds,
        min=min(values),
        max=max(values),
    )


def _attributes(total: AgentTotal) -> dict[str, str]:
    known = {
        name.OPERATION: name.INVOKE_AGENT,
        name.PROVIDER: name.provider(total.model),
        name.AGENT_NAME: total.agent_name,
        name.RESPONSE_MODEL: total.model,
        name.ERROR_TYPE: (total.category or "_OTHER") if total.status == "failure" else None,
        f"{name.OURS}status": total.status,
        f"{name.OURS}outcome.category": total.category,
    }
    return {key: value for key, value in known.items() if value is not None}
