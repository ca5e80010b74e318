"""Who may ask, how often and how much; and how every refusal looks (RFC 9457, problem+json).

/healthz, /readyz and /metrics stay open: probes and scrapers hold no key, and they tell nothing of
the data. Keep them inside your network.
"""

from __future__ import annotations

import hmac
import json
import time
from collections import OrderedDict
from typing import Any

from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .. import TASK, operations
from ..errors import BadInput
from ..settings import Settings

OPEN = frozenset({"/healthz", "/readyz", "/metrics"})
HEADER = "X-API-Key"
PROBLEM = "application/problem+json"
# A shorter key can be guessed.
MIN_KEY_LENGTH = 16
# Clients whose rate is remembered where no key is asked for; the one that was silent longest goes.
MAX_CLIENTS = 10_000
URN = "urn:problem:"
NAMES = {
    401: "unauthorized",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    422: "invalid",
    429: "too-many-requests",
    500: "internal",
    503: "not-ready",
}


class ApiLimits(operations.Section):
    """How much one client may ask for, and how the server behaves."""

    # A key (without keys: an address) may ask this often, on average and at once.
    requests_per_second: float = Field(default=500, gt=0)
    burst: int = Field(default=1000, ge=1)
    max_body_bytes: int = Field(default=4 * 2**20, ge=1)
    # The share of requests that the prediction log keeps.
    log_share: float = Field(default=1.0, ge=0, le=1)
    # How often models/champion.json is looked at.
    reload_seconds: float = Field(default=1.0, gt=0)
    # After SIGTERM: so long /readyz says 503 while requests are still taken, ...
    drain_seconds: float = Field(default=0.5, ge=0)
    # ... and so long those in flight may take to end.
    shutdown_seconds: int = Field(default=30, ge=1)


class Fault(BaseModel):
    """What is wrong in one place: `loc` leads there, as in ["body", "rows", 0, "<column>"]."""

    loc: list[str | int] = Field(description="Where, from the outside in.")
    msg: str = Field(description="What is wrong, in words; values are not repeated.")
    type: str = Field(description="What is wrong, for programs.")


class Problem(BaseModel):
    """Why there is no answer (RFC 9457)."""

    type: str = Field(description="The kind of problem, a URN.")
    title: str = Field(description="The kind of problem, in words.")
    status: int = Field(description="The HTTP status again.")
    detail: str = Field(description="What happened this time.")
    errors: list[Fault] | None = Field(None, description="The faults of a refused request (422).")


def problem(
    status: int,
    detail: str = "",
    *,
    name: str = "",
    errors: list[Fault] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return the answer that tells of a problem; `name` is its kind, else the status says it."""
    kind = name or NAMES.get(status, str(status))
    title = _title(kind)
    body = Problem(
        type=URN + kind, title=title, status=status, detail=detail or title, errors=errors
    )
    content = body.model_dump_json(exclude_none=True)
    return Response(content, status, headers=headers, media_type=PROBLEM)


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def keys(settings: Settings) -> list[bytes]:
    """Return the keys that are let in; none if no key is asked for.

    They come from the variable API_KEYS (separated by commas) or the file that API_KEYS_FILE names
    (one a line); several let a client change over. Raises BadInput if there must be one and is not.
    """
    if not settings.api_key_required:
        return []
    text = settings.api_keys.get_secret_value() if settings.api_keys else ""
    if settings.api_keys_file is not None:
        try:
            text += "\n" + settings.api_keys_file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"API_KEYS_FILE cannot be read: {error}") from None
    found = [key.strip().encode() for key in text.replace(",", "\n").splitlines() if key.strip()]
    if not found:
        raise BadInput("the API asks for a key and knows none: set API_KEYS or API_KEYS_FILE")
    if min(map(len, found)) < MIN_KEY_LENGTH:
        raise BadInput(f"an API key is shorter than {MIN_KEY_LENGTH} characters")
    return found


class Bucket:
    """A token bucket: `burst` requests at once, `rate` a second in the long run."""

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self.rate, self.burst = rate, burst
        self.tokens, self.at = float(burst), now

    def take(self, now: float) -> float:
        """Take a token and return 0, or return the seconds until there will be one."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / self.rate


class Access:
    """ASGI middleware: key, rate and size are looked at before anything is read."""

    def __init__(self, app: ASGIApp, allowed: list[bytes], limits: ApiLimits) -> None:
        self.app, self.allowed, self.limits = app, allowed, limits
        self.buckets: OrderedDict[Any, Bucket] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http" or scope["path"] in OPEN:
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        size = 0

        async def limited() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self.limits.max_body_bytes:  # no length was announced
                raise HTTPException(413, self._too_large())
            return message

        await self.app(scope, limited, send)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> Response | None:
        client: Any = (scope.get("client") or ("",))[0]
        if self.allowed:
            given = headers.get(HEADER.lower().encode(), b"")
            # All keys are compared, each in constant time: how long it takes says nothing.
            same = [
                number for number, key in enumerate(self.allowed) if hmac.compare_digest(key, given)
            ]
            if not same:
                what = "is not known" if given else "is missing"
                return problem(
                    401,
                    f"the key in the header {HEADER} {what}",
                    headers={"WWW-Authenticate": f'ApiKey header="{HEADER}"'},
                )
            client = same[0]
        wait = self._wait(client)
        if wait:
            seconds = str(int(wait) + 1)
            return problem(429, f"ask again in {seconds} s", headers={"Retry-After": seconds})
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self.limits.max_body_bytes:
            return problem(413, self._too_large(), headers={"Connection": "close"})
        return None

    def _wait(self, client: Any) -> float:
        now = time.monotonic()
        bucket = self.buckets.get(client)
        if bucket is None:
            bucket = Bucket(self.limits.requests_per_second, self.limits.burst, now)
            self.buckets[client] = bucket
            if len(self.buckets) > MAX_CLIENTS:
                self.buckets.popitem(last=False)
        self.buckets.move_to_end(client)
        return bucket.take(now)

    def _too_large(self) -> str:
        return f"a body may have {self.limits.max_body_bytes} bytes"


def document(api: dict[str, Any], example: dict[str, Any] | None) -> dict[str, Any]:
    """Add to an OpenAPI document what FastAPI does not know: keys, problems and the example row.

    Every operation but the open ones asks for a key; each may answer with problems.
    """
    schemas = api["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for model in (Fault, Problem):
        schemas[model.__name__] = model.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        schemas[model.__name__].pop("$defs", None)
    api["components"]["securitySchemes"] = {
        "key": {"type": "apiKey", "in": "header", "name": HEADER}
    }
    api["components"]["responses"] = {
        NAMES[status]: {
            "description": _title(NAMES[status]),
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in NAMES
    }
    for path, operations_ in api["paths"].items():
        for method, operation in operations_.items():
            statuses = _statuses(path, method)
            if path not in OPEN:
                operation["security"] = [{"key": []}]
            for status in statuses:
                reference = f"#/components/responses/{NAMES[status]}"
                operation["responses"][str(status)] = {"$ref": reference}
    if example is not None:
        body = api["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
        body["example"] = {"rows": [example]}
    answer: dict[str, Any] = {"model_version": "7", "request_id": "0f" * 16, "predictions": [1]}
    if TASK == "classification":
        answer["probabilities"] = [0.93]
    schemas["Answer"]["example"] = {**answer, "flags": [["out_of_range:column"]]}
    return api


def _statuses(path: str, method: str) -> list[int]:
    match path, method:
        case "/predict", "post":
            return [401, 413, 422, 429, 500, 503]
        case (("/healthz" | "/metrics"), _):
            return [500]
        case "/readyz", _:
            return [500, 503]
    return [401, 429, 500, 503]


def text(api: dict[str, Any]) -> str:
    """Return an OpenAPI document as a file: short things on one line, at most five levels deep."""
    return _lines(api, 5, "") + "\n"


def _lines(value: Any, depth: int, indent: str) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if depth == 0 or not isinstance(value, dict) or len(flat) + len(indent) < 100:
        return flat
    inner = indent + "  "
    entries = [
        f"{inner}{json.dumps(name, ensure_ascii=False)}: {_lines(entry, depth - 1, inner)}"
        for name, entry in value.items()
    ]
    return "{\n" + ",\n".join(entries) + f"\n{indent}}}"
