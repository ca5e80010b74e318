"""The HTTP API of the champion."""

from __future__ import annotations

import logging
import socket
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from ..data.columns import Feature, feature_schema
from ..errors import BadInput
from ..model import champion as champions
from ..model.champion import Champion
from ..monitoring import prediction_log
from ..settings import Settings
from . import request as requests
from .metrics import Measure, Metrics

LOG = logging.getLogger("uvicorn.error")


class Answer(BaseModel):
    """The predictions, in the order of the rows; probabilities of a 1 for a yes or no."""

    model_version: str
    request_id: str
    predictions: list[float | int]
    probabilities: list[float] | None = None


class Problem(BaseModel):
    """What is wrong in one place: `loc` leads there, as in ["body", "rows", 0, "<column>"]."""

    loc: list[str | int]
    msg: str
    type: str


class Problems(BaseModel):
    """The answer to a request that breaks the rules (422). Values are not repeated."""

    detail: list[Problem]


class Reason(BaseModel):
    """Why there is no answer (503)."""

    detail: str


class Model(BaseModel):
    """The version that answers, and where it comes from."""

    name: str
    version: str
    task: str
    trained_at: str
    sha256: str
    git_commit: str | None
    data_version: str | None
    features: list[Feature]


class Service:
    """The champion that was loaded at the start, or the reason why there is none."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.schema = feature_schema()
        self.row = requests.row_model(self.schema)
        self.reason = ""
        self._champion: Champion | None = None
        try:
            self._champion = self._load()
        except BadInput as error:
            self.reason = str(error)
        else:
            self.metrics.show(self._champion)

    def _load(self) -> Champion:
        champion = champions.load(self.settings.models_dir)
        needed = {feature.name for feature in champion.manifest.features}
        unknown = needed - set(self.schema.columns)
        if unknown:
            version = champion.manifest.version
            raise BadInput(f"version {version} needs {min(unknown)!r}, which the schema lacks")
        return champion

    @property
    def champion(self) -> Champion:
        """The champion; without one the request ends here with a 503."""
        if self._champion is None:
            raise HTTPException(503, self.reason)
        return self._champion

    def predict(self, rows: Sequence[requests.Row]) -> Answer:
        """Predict for the rows and log it. Raises BadInput for a value that pandas cannot take."""
        start = time.perf_counter()
        champion = self.champion
        frame = requests.frame(rows, [str(name) for name in self.schema.columns])
        answers = champion.predict(frame)
        probability = answers.get("probability")
        answer = Answer(
            model_version=champion.manifest.version,
            request_id=uuid.uuid4().hex,
            predictions=answers["prediction"].tolist(),
            probabilities=None if probability is None else probability.tolist(),
        )
        self._log(answer, frame.to_dict("records"), (time.perf_counter() - start) * 1000)
        return answer

    def _log(self, answer: Answer, rows: Sequence[Mapping[Any, Any]], latency_ms: float) -> None:
        try:
            prediction_log.append(
                self.settings.data_dir,
                request_id=answer.request_id,
                model_version=answer.model_version,
                rows=rows,
                predictions=answer.predictions,
                probabilities=answer.probabilities,
                latency_ms=latency_ms,
            )
        except OSError as error:
            # The client gets its answer though the disk is full; the counter tells those on duty.
            self.metrics.unlogged.inc()
            LOG.error("request %s is not logged: %s", answer.request_id, error)


def create_app(settings: Settings) -> FastAPI:
    """Return the API for the champion in `settings.models_dir`.

    Without a usable champion the app starts all the same: it is alive (/healthz) and not ready
    (/readyz, /model and /predict answer 503 with the reason).
    """
    service = Service(settings)
    app = FastAPI(title=settings.model_name, description=__doc__)
    app.add_middleware(Measure, metrics=service.metrics)
    unready: dict[int | str, dict[str, Any]] = {503: {"model": Reason}}

    def predict(body: Any) -> Answer:
        """Predict for 1 to 1000 rows."""
        return service.predict(body.rows)

    # The body's type is made from the schema, so it cannot stand in the signature.
    predict.__annotations__["body"] = requests.request_model(service.row)
    app.post(
        "/predict",
        response_model=Answer,
        response_model_exclude_none=True,
        responses={**unready, 422: {"model": Problems}},
    )(predict)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        """Tell that the process is alive."""
        return {"status": "ok"}

    @app.get("/readyz", responses=unready)
    def readyz() -> dict[str, str]:
        """Tell that predictions can be had."""
        return {"status": "ready", "model_version": service.champion.manifest.version}

    @app.get("/model", responses=unready)
    def model() -> Model:
        """Tell which version answers and where it comes from."""
        return Model(**service.champion.manifest.model_dump(include=set(Model.model_fields)))

    @app.get("/metrics", response_class=PlainTextResponse)
    def metrics() -> Response:
        """Give the metrics in Prometheus' text format."""
        return Response(generate_latest(service.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.exception_handler(RequestValidationError)
    def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
        """Answer 422 without the values: they may be personal, or no JSON (NaN)."""
        detail = [Problem(loc=e["loc"], msg=e["msg"], type=e["type"]) for e in error.errors()]
        return JSONResponse(Problems(detail=detail).model_dump(), 422)

    @app.exception_handler(BadInput)
    def refuse_value(_: Request, error: BadInput) -> JSONResponse:
        """Answer 422 for what passed the schema and pandas still could not take."""
        problem = Problem(loc=["body", "rows"], msg=str(error), type="value_error")
        return JSONResponse(Problems(detail=[problem]).model_dump(), 422)

    if service.reason:
        LOG.error("not ready: %s", service.reason)
    return app


def run(settings: Settings) -> int:
    """Serve until the process is told to stop; return its exit code.

    Raises BadInput if the address cannot be had.
    """
    host, port = settings.serving_host, settings.serving_port
    try:
        listener = socket.create_server((host, port), backlog=2048)
    except (OSError, OverflowError) as error:
        raise BadInput(f"cannot listen on {host}:{port}: {error}") from None
    with listener:
        server = uvicorn.Server(uvicorn.Config(create_app(settings)))
        server.run(sockets=[listener])
    return 0
