"""Records as OpenTelemetry traces and metrics; the only place that speaks of spans. Needs the extra ``otel``."""
