"""What Prometheus reads: requests, their duration, and the version and age of the model."""

from __future__ import annotations

import time
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..model.champion import Champion

# Labels come from this list and from the routes, never from what a client sends: each new value
# would be a new time series.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD, NO_ROUTE = "other", "none"
# Seconds; a prediction takes a few milliseconds, so Prometheus' own buckets (from 5 ms) are too
# wide.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The metrics of one app, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests_total",
            "Requests that were answered.",
            ["method", "route", "code"],
            registry=self.registry,
        )
        self.duration = Histogram(
            "http_request_duration_seconds",
            "Time from the first byte of a request to the last of its answer.",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.trained = Gauge(
            "model_trained_timestamp_seconds",
            "When the champion was trained, in seconds since 1970.",
            registry=self.registry,
        )
        self.model = Gauge(
            "model_info", "1 for the version that answers.", ["version"], registry=self.registry
        )
        self.unlogged = Counter(
            "prediction_log_failures_total",
            "Requests that were answered but could not be logged.",
            registry=self.registry,
        )

    def show(self, champion: Champion) -> None:
        """Set version and time of training."""
        self.trained.set(datetime.fromisoformat(champion.manifest.trained_at).timestamp())
        self.model.clear()
        self.model.labels(champion.manifest.version).set(1)


class Measure:
    """ASGI middleware that counts every answer, an unexpected error as a 500."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and measure it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        code = 500

        async def watch(message: Message) -> None:
            nonlocal code
            if message["type"] == "http.response.start":
                code = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            # The router leaves the route that it chose in the scope.
            route = getattr(scope.get("route"), "path", NO_ROUTE)
            method = scope["method"] if scope["method"] in METHODS else OTHER_METHOD
            self.metrics.requests.labels(method, route, str(code)).inc()
            self.metrics.duration.labels(route).observe(time.perf_counter() - start)
