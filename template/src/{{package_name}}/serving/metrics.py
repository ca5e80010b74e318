"""What the API tells about itself: metrics for Prometheus, and the writer of the prediction log."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..model.champion import Champion
from ..monitoring.prediction_log import Answered

LOG = logging.getLogger("uvicorn.error")
# Answers that may wait for a slow disk; beyond it they are counted as lost, not piled up.
MAX_WAITING = 10_000
MAX_AT_ONCE = 256

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
        # Memory, processor time and open files of this process, where the system tells (Linux).
        ProcessCollector(registry=self.registry)
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

        self.waiting = Gauge(
            "prediction_log_waiting", "Answers that are not on disk yet.", registry=self.registry
        )
        self.path = Gauge(
            "prediction_path_info",
            "1 for the path that serves: numpy, derived (as numpy, after derive) or frame (slow).",
            ["path"],
            registry=self.registry,
        )
        self.flags = Counter(
            "prediction_flags_total", "Doubts about rows.", ["kind"], registry=self.registry
        )
        self.reloads = Counter(
            "model_reload_failures_total",
            "New champions that could not be loaded; the old one went on.",
            registry=self.registry,
        )

    def show(self, champion: Champion, path: str) -> None:
        """Set version, time of training and the path that serves."""
        self.trained.set(datetime.fromisoformat(champion.manifest.trained_at).timestamp())
        self.model.clear()
        self.model.labels(champion.manifest.version).set(1)
        self.path.clear()
        self.path.labels(path).set(1)


class Writer:
    """Writes to the prediction log in a thread of its own: no request waits for the disk.

    What came in while it wrote is written together: the journal is opened and locked once for all.
    """

    def __init__(
        self, write: Callable[[Sequence[Answered]], object], waiting: Gauge, failures: Counter
    ) -> None:
        self._write, self._failures = write, failures
        waiting.set_function(lambda: self._queue.unfinished_tasks)
        self._queue: queue.Queue[Answered | None] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name="prediction log", daemon=True)
        self._thread.start()

    def put(self, entry: Answered) -> None:
        """Hand over one request with its answers."""
        try:
            self._queue.put_nowait(entry)
        except queue.Full:
            self._lost([entry], "the disk is too slow")

    def close(self) -> None:
        """Write what waits, then end."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (entry := self._queue.get()) is not None:
            entries = [entry]
            # The None that ends the thread is left in the queue: it comes last.
            while len(entries) < MAX_AT_ONCE and self._queue.queue and self._queue.queue[0]:
                entries.append(self._queue.get_nowait())  # type: ignore[arg-type]  # no None
            try:
                self._write(entries)
            except Exception as error:
                self._lost(entries, error)
            finally:
                for _ in entries:
                    self._queue.task_done()

    def _lost(self, entries: Sequence[Answered], reason: object) -> None:
        # The client has its answer though the disk is full; the counter tells those on duty.
        self._failures.inc(len(entries))
        for entry in entries:
            LOG.error("request %s is not logged: %s", entry.request_id, reason)


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
