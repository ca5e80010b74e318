"""Behind the API: the loaded champion, asked, logged and replaced while requests run."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import Response

from .. import operations
from ..data.columns import described, feature_schema, personal
from ..errors import BadInput
from ..model import champion as champions
from ..monitoring import prediction_log
from ..settings import Settings
from . import request as requests
from .access import ApiLimits, Fault, problem
from .fast import FRAME, NUMPY, Predictor
from .guard import Columns, Guard, kind
from .metrics import Metrics, Writer
from .request import Answer

LOG = logging.getLogger("uvicorn.error")
# So many rows are answered between two turns of the event loop; more, in a thread.
INLINE_ROWS = 64


class Loaded:
    """One version, ready to answer: its predictor and its guard."""

    def __init__(self, champion: champions.Champion, columns: Sequence[str]) -> None:
        needed = {feature.name for feature in champion.manifest.features}
        unknown = needed - set(columns)
        if unknown:
            version = champion.manifest.version
            raise BadInput(f"version {version} needs {min(unknown)!r}, which the schema lacks")
        self.manifest = champion.manifest
        self.columns = columns
        self.predictor = Predictor(champion)
        self.guard = Guard.configured(champion.manifest.domain)

    def answer(self, rows: Sequence[Sequence[Any]]) -> list[tuple[Loaded, Any, Any, list[str]]]:
        """Return for each row: this version, prediction, probability or None, flags."""
        columns = Columns.of_rows(self.columns, rows)
        answers = self.predictor.predict(columns)
        flags = self.guard.flags(columns, answers.probabilities)
        probabilities: Sequence[float | None] = answers.probabilities or [None] * len(rows)
        return [(self, *row) for row in zip(answers.predictions, probabilities, flags, strict=True)]


@dataclass
class _Waiting:
    rows: Sequence[Sequence[Any]]
    future: asyncio.Future[Any]


class Batcher:
    """Answers all requests that came in during one turn of the event loop together.

    Nothing waits for company: under load requests come in while others are answered, and without
    load a request is answered at once. `answer` takes rows and returns an answer a row; more rows
    than `inline` (0: any) are answered in a thread, so that the loop stays free for other requests.
    """

    def __init__(
        self, answer: Callable[[Sequence[Sequence[Any]]], Sequence[Any]], inline: Callable[[], int]
    ) -> None:
        self._answer, self._inline = answer, inline
        self._waiting: list[_Waiting] = []
        self._busy = False

    async def ask(self, rows: Sequence[Sequence[Any]]) -> Sequence[Any]:
        """Return the answers to these rows; raises what `answer` raises for them alone."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._waiting.append(_Waiting(rows, future))
        if not self._busy:
            self._busy = True
            loop.call_soon(self._turn, loop)
        result: Sequence[Any] = await future
        return result

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self._waiting = self._waiting, []
        if not batch:
            self._busy = False
        elif sum(len(one.rows) for one in batch) <= self._inline():
            _deliver(batch, self._all(batch))
            self._turn_later(loop)
        else:
            done = loop.run_in_executor(None, self._all, batch)

            def deliver(task: asyncio.Future[list[Any]]) -> None:
                _deliver(batch, task.result())
                self._turn(loop)

            done.add_done_callback(deliver)

    def _turn_later(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._waiting:
            loop.call_soon(self._turn, loop)
        else:
            self._busy = False

    def _all(self, batch: Sequence[_Waiting]) -> list[Any]:
        """Return answers or the exception of each; a bad row must not spoil others' answers."""
        try:
            answers = self._answer([row for one in batch for row in one.rows])
        except Exception as error:
            if len(batch) == 1:
                return [error]
            return [result for one in batch for result in self._all([one])]
        found, start = [], 0
        for one in batch:
            found.append(answers[start : start + len(one.rows)])
            start += len(one.rows)
        return found


def _deliver(batch: Sequence[_Waiting], results: Sequence[Any]) -> None:
    for one, result in zip(batch, results, strict=True):
        if one.future.done():
            continue  # the client went away
        if isinstance(result, Exception):
            one.future.set_exception(result)
        else:
            one.future.set_result(result)


class Service:
    """The champion, loaded anew when another one is promoted, or the reason why there is none."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.limits = operations.section("api", ApiLimits)
        self.metrics = Metrics()
        self.schema = feature_schema()
        self.names = [str(name) for name in self.schema.columns]
        texts = {name: feature.description for name, feature in described().items()}
        self.row = requests.row_model(self.schema, texts)
        hidden = personal()
        self.logged = [(at, name) for at, name in enumerate(self.names) if name not in hidden]
        self.reason = ""
        self.draining = False
        self.writer: Writer | None = None
        self.loaded: Loaded | None = None
        self._pointer = settings.models_dir / "champion.json"
        self._seen = self._stamp()
        try:
            self.loaded = self._load()
        except BadInput as error:
            self.reason = str(error)
        self.batcher = Batcher(lambda rows: self.champion.answer(rows), self._inline)

    @property
    def champion(self) -> Loaded:
        """The champion; without one the request ends here with a 503."""
        if self.loaded is None:
            raise HTTPException(503, self.reason)
        return self.loaded

    def _load(self) -> Loaded:
        loaded = Loaded(champions.load(self.settings.models_dir), self.names)
        path, version = loaded.predictor.path, loaded.manifest.version
        if path == FRAME:
            LOG.warning("version %s is served slowly: %s", version, loaded.predictor.reason)
        self.metrics.show(loaded.predictor.champion, path)
        return loaded

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._pointer.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _inline(self) -> int:
        return INLINE_ROWS if self.loaded and self.loaded.predictor.path == NUMPY else 0

    async def watch(self) -> None:
        """Load the champion whenever champion.json changes; one that is broken changes nothing."""
        while True:
            await asyncio.sleep(self.limits.reload_seconds)
            stamp = self._stamp()
            if stamp is None or stamp == self._seen:
                continue
            self._seen = stamp
            try:
                loaded = await asyncio.to_thread(self._load)
            except Exception as error:  # whatever it is, the old champion goes on
                self.metrics.reloads.inc()
                LOG.error("the new champion is not served: %s", error)
                continue
            self.loaded = loaded
            LOG.info("version %s is served now", loaded.manifest.version)

    async def predict(self, rows: Sequence[requests.Row]) -> Response:
        """Predict for the rows and log it. Raises BadInput for a value that pandas cannot take."""
        start = time.perf_counter()
        values = [row.values() for row in rows]
        answered = await self.batcher.ask(values)
        loaded: Loaded = answered[0][0]
        flags = [found for *_, found in answered]
        for found in flags:
            for flag in found:
                self.metrics.flags.labels(kind(flag)).inc()
        if refused := loaded.guard.refused(flags):
            faults = [
                Fault(loc=["body", "rows", row, *where], msg=kind(flag), type="guard")
                for row, flag in refused
                for where in [flag.split(":", 1)[1:]]
            ]
            return problem(422, "rows beyond what the model knows", name="beyond", errors=faults)
        has_probability = answered[0][2] is not None
        answer = Answer.model_construct(
            model_version=loaded.manifest.version,
            # No secret, so no need to ask the system for each: that takes as long as the model.
            request_id=f"{random.getrandbits(128):032x}",
            predictions=[prediction for _, prediction, _, _ in answered],
            probabilities=[p for _, _, p, _ in answered] if has_probability else None,
            flags=flags,
        )
        self._log(answer, values, (time.perf_counter() - start) * 1000)
        content = answer.model_dump_json(exclude_none=True)
        return Response(content, media_type="application/json")

    def _log(self, answer: Answer, rows: Sequence[Sequence[Any]], latency_ms: float) -> None:
        if self.writer is None or random.random() >= self.limits.log_share:
            return
        entry = prediction_log.Answered(
            request_id=answer.request_id,
            model_version=answer.model_version,
            rows=[{name: row[at] for at, name in self.logged} for row in rows],
            predictions=answer.predictions,
            probabilities=answer.probabilities,
            latency_ms=latency_ms,
            flags=answer.flags,
        )
        self.writer.put(entry)

    @contextlib.asynccontextmanager
    async def running(self, _: FastAPI) -> AsyncIterator[None]:
        """Watch for new champions and write the log until the server ends; then write the rest."""
        data_dir, metrics = self.settings.data_dir, self.metrics
        self.writer = Writer(
            lambda entries: prediction_log.append(data_dir, entries),
            metrics.waiting,
            metrics.unlogged,
        )
        watcher = asyncio.create_task(self.watch())
        try:
            yield
        finally:
            watcher.cancel()
            await asyncio.to_thread(self.writer.close)
