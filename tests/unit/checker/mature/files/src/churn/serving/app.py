"""The API."""

from fastapi import FastAPI, HTTPException
from prometheus_client import Counter, Histogram, make_asgi_app

from ..explain import local
from ..monitoring import prediction_log
from .guard import Guard

REQUESTS = Counter("http_requests_total", "Requests.", ["method", "route", "code"])
SECONDS = Histogram("http_request_duration_seconds", "Time of a request.", ["route"])
VERSION = "17"


def create_app() -> FastAPI:
    """Return the app."""
    app = FastAPI()
    guard = Guard()

    @app.middleware("http")
    async def observe(request, call_next):
        answer = await call_next(request)
        prediction_log.append(request.features, answer.predictions, VERSION)
        return answer

    @app.post("/predict")
    def predict(rows: list[dict]) -> list[dict]:
        flags = guard.flags(rows)
        refused = guard.refused(flags)
        if refused:
            raise HTTPException(422, f"beyond what the model knows: rows {refused}")
        return [{"prediction": 0.5, "in_domain": not own, "flags": own} for own in flags]

    @app.post("/explain")
    def explain(rows: list[dict]) -> list[dict]:
        return local.explain(rows)

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    app.mount("/metrics", make_asgi_app())
    return app
