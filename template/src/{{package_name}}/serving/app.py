"""The HTTP API of the champion."""

from __future__ import annotations

import gc
import logging
import os
import socket
import sys
import time
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

# Requests are small: threads inside one prediction cost more than they save, and compete with other
# requests. Set here, because OpenMP reads it once, when scikit-learn is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..data.columns import Feature
from ..errors import BadInput
from ..reports import replace_file
from ..settings import Settings
from . import access
from . import request as requests
from .access import Access, Fault, problem
from .metrics import Measure
from .request import Answer
from .service import Service

LOG = logging.getLogger("uvicorn.error")
# The thread that writes the log must not keep the event loop waiting for Python's usual 5 ms.
SWITCH_SECONDS = 0.0002
OPENAPI = Path("docs/openapi.json")
PREDICT = "/predict"
JSON = (b"content-type", b"application/json")


class Model(BaseModel):
    """The version that answers, and where it comes from."""

    name: str = Field(description="The model's name in the registry.")
    version: str = Field(description="The version's number in the registry.")
    task: str = Field(description="classification or regression.")
    trained_at: str = Field(description="When it was trained (UTC).")
    sha256: str = Field(description="The digest of its file.")
    git_commit: str | None = Field(description="The commit of the code that trained it.")
    data_version: str | None = Field(description="The version of the data it was trained on.")
    features: list[Feature] = Field(description="The columns that it looks at.")


def create_app(settings: Settings) -> FastAPI:
    """Return the API for the champion in `settings.models_dir`.

    Without a usable champion the app starts all the same: it is alive (/healthz) and not ready
    (/readyz, /model and /predict answer 503 with the reason). Raises BadInput if it has to ask for
    keys and knows none.
    """
    allowed = access.keys(settings)
    service = Service(settings)
    app = FastAPI(
        title=settings.model_name, version="1", description=__doc__, lifespan=service.running
    )
    app.state.service = service
    request = requests.request_model(service.row)
    app.add_middleware(Straight, service=service, request=request)
    app.add_middleware(Access, allowed=allowed, limits=service.limits)
    app.add_middleware(Measure, metrics=service.metrics)
    _add_routes(app, service, request)
    _add_handlers(app)
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            access.document(plain(), requests.example(service.schema, service.row))
        return plain()

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation has it
    if service.reason:
        LOG.error("not ready: %s", service.reason)
    return app


class Straight:
    """ASGI middleware that answers a sound POST /predict by itself; anything else it passes on.

    FastAPI's routing and its second look at the body cost more than the prediction. What is refused
    or fails here is asked again of FastAPI, so that one place words it.
    """

    def __init__(self, app: ASGIApp, service: Service, request: type[BaseModel]) -> None:
        self.app, self.service, self.request = app, service, request
        self.route = SimpleNamespace(path=PREDICT)  # where Measure looks for it

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on with the body that was read."""
        ours = scope["type"] == "http" and scope["path"] == PREDICT and scope["method"] == "POST"
        if not ours or JSON not in scope["headers"]:
            await self.app(scope, receive, send)
            return
        read: list[Message] = []
        refused: HTTPException | None = None
        try:
            while not read or read[-1].get("more_body"):
                read.append(await receive())
        except HTTPException as error:  # the body is too large
            refused = error
        body = b"".join(message.get("body", b"") for message in read)
        response = None if refused else await self._answer(body)
        if response is not None:
            scope["route"] = self.route
            await response(scope, receive, send)
            return

        async def again() -> Message:
            if read:
                return read.pop(0)
            if refused:
                raise refused
            return await receive()

        await self.app(scope, again, send)

    async def _answer(self, body: bytes) -> Response | None:
        try:
            asked: Any = self.request.model_validate_json(body)
            return await self.service.predict(asked.rows)
        except Exception:  # whatever it is: FastAPI meets it again and says so
            return None


def _add_routes(app: FastAPI, service: Service, request: type[BaseModel]) -> None:
    async def predict(body: Any) -> Response:
        """Predict for 1 to 1000 rows."""
        return await service.predict(body.rows)

    # The body's type is made from the schema, so it cannot stand in the signature.
    predict.__annotations__["body"] = request
    app.post("/predict", response_model=Answer)(predict)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Tell that the process is alive."""
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> dict[str, str]:
        """Tell that predictions can be had."""
        if service.draining:
            raise HTTPException(503, "shutting down")
        return {"status": "ready", "model_version": service.champion.manifest.version}

    @app.get("/model")
    async def model() -> Model:
        """Tell which version answers and where it comes from."""
        return Model(**service.champion.manifest.model_dump(include=set(Model.model_fields)))

    @app.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Give the metrics in Prometheus' text format."""
        return Response(generate_latest(service.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _add_handlers(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def refuse(_: Request, error: RequestValidationError) -> Response:
        """Answer 422 without the values: they may be personal, or no JSON (NaN)."""
        faults = [Fault(loc=e["loc"], msg=e["msg"], type=e["type"]) for e in error.errors()]
        return problem(422, "the request breaks the rules", errors=faults)

    @app.exception_handler(BadInput)
    async def refuse_value(_: Request, error: BadInput) -> Response:
        """Answer 422 for what passed the schema and pandas still could not take."""
        fault = Fault(loc=["body", "rows"], msg=str(error), type="value_error")
        return problem(422, "the request breaks the rules", errors=[fault])

    @app.exception_handler(AnyHTTPException)
    async def tell(_: Request, error: AnyHTTPException) -> Response:
        """Answer as a problem; to bytes that are no text FastAPI says 400, to other text 422."""
        if error.status_code == 400:
            fault = Fault(loc=["body"], msg="JSON decode error", type="json_invalid")
            return problem(422, "the request breaks the rules", errors=[fault])
        return problem(error.status_code, error.detail, headers=dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def fail(_: Request, __: Exception) -> Response:
        """Answer 500 without what went wrong: that stands in the service's log."""
        return problem(500)


class Server(uvicorn.Server):
    """A server that says that it is not ready before it stops to take requests."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self.service = service
        self.stop_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain at the first signal, end at the second."""
        if self.service.draining:
            super().handle_exit(sig, frame)
        self.service.draining = True
        self.stop_at = time.monotonic() + self.service.limits.drain_seconds

    async def on_tick(self, counter: int) -> bool:
        """Tell, ten times a second, whether it is time to end."""
        if self.stop_at is not None and time.monotonic() >= self.stop_at:
            self.should_exit = True
        return await super().on_tick(counter)


def _failed(record: logging.LogRecord) -> bool:
    """Let a line through for each request that failed; the others are counted and in the log."""
    status = record.args[-1] if isinstance(record.args, tuple) and record.args else 0
    return not isinstance(status, int) or status >= 400


def run(settings: Settings) -> int:
    """Serve until the process is told to stop; return its exit code.

    Raises BadInput if the address cannot be had.
    """
    host, port = settings.serving_host, settings.serving_port
    app = create_app(settings)
    try:
        listener = socket.create_server((host, port), backlog=2048)
    except (OSError, OverflowError) as error:
        raise BadInput(f"cannot listen on {host}:{port}: {error}") from None
    with listener:
        # asyncio sets this only for sockets that name their protocol, which this one does not:
        # head and body of an answer are two writes, and the second would wait 40 ms for the client.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        service: Service = app.state.service
        config = uvicorn.Config(app, timeout_graceful_shutdown=service.limits.shutdown_seconds)
        sys.setswitchinterval(SWITCH_SECONDS)
        # What is loaded stays: to look through it for garbage stops all requests for a tenth of a
        # second.
        gc.collect()
        gc.freeze()
        server = Server(config, service)  # this sets up uvicorn's loggers
        logging.getLogger("uvicorn.access").addFilter(_failed)
        server.run(sockets=[listener])
    return 0


def write_openapi(settings: Settings) -> str:
    """Write docs/openapi.json and return one line on it."""
    document = create_app(settings).openapi()
    replace_file(OPENAPI, access.text(document).encode())
    return f"{OPENAPI}: {len(document['paths'])} paths"
