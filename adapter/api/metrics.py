"""/metrics for Prometheus: how requests end and how long they take, what each feed brought and when, the latest run.

A label is the template of a route, a status, a feed's name: never a URL, an id or a value that was sent.
"""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from adapter.api.access import Reader
from adapter.api.service import Service, service_of
from adapter.feeds.source_list import states
from adapter.store.feed_health import heard

router = APIRouter(tags=["health"])


class Requests:
    """What one service has answered since it started."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._answers = Counter("adapter_requests", "Answers.", labels, registry=self.registry)
        self._seconds = Histogram("adapter_request_seconds", "Time to the answer.", labels[:2], registry=self.registry)

    def answered(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """`route` is the template of the path, None where there is none."""
        place = route or "none"
        self._answers.labels(method, place, str(status)).inc()
        self._seconds.labels(method, place).observe(seconds)


class Alarms:
    """What was off in the feeds when somebody looked last; nothing before that."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("signal", "feed")
        self._open = Gauge("adapter_signal_alarms", "Fault signals by feed.", labels, registry=self.registry)
        self._looked = Gauge("adapter_signals_timestamp_seconds", "When last looked.", registry=self.registry)

    def found(self, alarms: Iterable[tuple[str, str]], when: float) -> None:
        """Signal and feed of each alarm; the feed "" stands for all of them together."""
        self._open.clear()
        for signal, feed in alarms:
            self._open.labels(signal, feed).inc()
        self._looked.set(when)


@router.get(
    "/metrics",
    summary="For Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
async def metrics(request: Request, _: Reader) -> Response:
    service = service_of(request)
    requests: Requests = request.app.state.requests
    alarms: Alarms = request.app.state.alarms
    stored = await service.reading(_stored, service)
    told = (generate_latest(each) for each in (requests.registry, alarms.registry, stored))
    return Response(b"".join(told), media_type=CONTENT_TYPE_LATEST)


def _stored(service: Service) -> CollectorRegistry:
    """What the database says at this moment."""
    registry = CollectorRegistry()
    came = Gauge("adapter_feed_deliveries", "Deliveries by feed.", ("feed",), registry=registry)
    cut_off = Gauge("adapter_feed_deliveries_cut_off", "Deliveries not taken whole.", ("feed",), registry=registry)
    last = Gauge("adapter_feed_last_delivery_timestamp_seconds", "When it last came.", ("feed",), registry=registry)
    for one in heard(service.store.database):
        came.labels(one.feed).set(one.deliveries)
        cut_off.labels(one.feed).set(one.cut_off)
        if one.last:
            last.labels(one.feed).set(one.last.timestamp())
    _sources(service, registry)
    waiting = Gauge("adapter_quarantine_open", "Resources that stand in quarantine.", registry=registry)
    waiting.set(len(service.store.quarantine.listed()))
    run = service.store.runs.latest()
    if run:
        finished = Gauge("adapter_run_finished_timestamp_seconds", "When the latest run ended.", registry=registry)
        finished.set(run.finished.timestamp())
        records = Gauge("adapter_run_records", "Records of the latest run.", ("outcome",), registry=registry)
        for outcome, number in run.outcomes.items():
            records.labels(outcome).set(number)
    return registry


def _sources(service: Service, registry: CollectorRegistry) -> None:
    """How pulling goes, and which months are not there."""
    success = Gauge("adapter_feed_pulled_timestamp_seconds", "When a pull was whole.", ("feed",), registry=registry)
    lag = Gauge("adapter_feed_lag_seconds", "How old what is known may be.", ("feed",), registry=registry)
    errors = Gauge("adapter_feed_error_ratio", "Of the newest pulls, those that failed.", ("feed",), registry=registry)
    open_ = Gauge("adapter_feed_circuit_open", "1 while a source is left alone.", ("feed",), registry=registry)
    months = Gauge("adapter_feed_months", "Months by what came of them.", ("feed", "state"), registry=registry)
    for one in states(service.store, service.sources, service.store.database.clock()):
        if one.success:
            success.labels(one.feed).set(one.success.timestamp())
        if one.lag is not None:
            lag.labels(one.feed).set(one.lag.total_seconds())
        if one.errors is not None:
            errors.labels(one.feed).set(one.errors)
        if one.circuit:
            open_.labels(one.feed).set(one.circuit.state == "open")
        for month in one.months:
            months.labels(one.feed, month.state).inc()
