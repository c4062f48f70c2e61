"""Traces for OpenTelemetry, where a collector is configured: requests, what they wait for, and pulls.

A span has ids, templates and numbers of ours. It has no URL, no header and no text of an error: these can hold patient
data. Of a caller's context only the `traceparent` is taken on, which is hexadecimal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import adapter
from adapter.errors import UsageError

Said = dict[str, str | int | float]
"""What a span says, filled while it lasts. `name` renames it."""
Traced = Callable[[str, str], AbstractContextManager[Said]]
"""A span of a name, below the `traceparent` that a caller sent, "" where there is none."""


@contextmanager
def untraced(name: str, traceparent: str = "") -> Iterator[Said]:
    """Where no collector is configured."""
    yield {}


class Telemetry:
    """Sends spans to the collector at a URL, in the background. Raises UsageError where the extra is not installed."""

    def __init__(self, url: str) -> None:
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError:
            raise UsageError(
                "ADAPTER_TELEMETRY_URL wants OpenTelemetry: install `immunisation-cqrs-adapter[telemetry]`."
            ) from None
        resource = Resource({"service.name": "immunisation-cqrs-adapter", "service.version": adapter.__version__})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url.rstrip('/')}/v1/traces")))
        self._tracer = self._provider.get_tracer("adapter")

    @contextmanager
    def span(self, name: str, traceparent: str = "") -> Iterator[Said]:
        """Below the span that is current, or the caller's."""
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        above: Any = None
        if traceparent:
            above = TraceContextTextMapPropagator().extract({"traceparent": traceparent})
        said: Said = {}
        with self._tracer.start_as_current_span(
            name, context=above, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield said
            finally:
                span.update_name(str(said.pop("name", name)))
                span.set_attributes({f"adapter.{key}": value for key, value in said.items()})

    def close(self) -> None:
        """Sends what there is."""
        self._provider.shutdown()
