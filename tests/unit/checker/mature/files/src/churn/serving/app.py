"""The API."""

from fastapi import FastAPI, Header
from prometheus_client import Counter, Histogram, make_asgi_app

from ..features import pipeline
from ..monitoring import prediction_log
from .access import known
from .guard import Guard

REQUESTS = Counter("http_requests_total", "Requests.", ["method", "route", "code"])
SECONDS = Histogram("http_request_duration_seconds", "Time of a request.", ["route"])


def create_app(model) -> FastAPI:
    """Return the app."""
    app = FastAPI()

    @app.middleware("http")
    async def observe(request, call_next):
        answer = await call_next(request)
        prediction_log.append(request, answer)
        return answer

    @app.post("/predict")
    def predict(rows: list[dict], x_api_key: str = Header("")) -> list[float]:
        known(x_api_key, ["correct-horse-battery"])
        flags = Guard(6.0, 30.0).flags(rows)
        prediction_log.append(rows, 0.5, flags)
        return pipeline.predict(model, rows)

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    app.mount("/metrics", make_asgi_app())
    return app
