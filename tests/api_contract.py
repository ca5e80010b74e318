"""A served API has to keep its own OpenAPI document, whatever it is asked; schemathesis asks.

Positive requests obey the document and have to be answered; negative ones break it and have to be
refused in the form that it promises (RFC 9457). Nothing may end in an error of the server's own.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from machine import Machine
from schemathesis import GenerationMode

KEY = "a-key-for-the-contract"
OPEN = {"/healthz", "/readyz", "/metrics"}
DEADLINE_SECONDS = 60


@dataclass(frozen=True)
class Asked:
    """How often each GET is asked, and /predict with what it has to take and to refuse."""

    gets: int
    good: int
    bad: int


def keeps_its_contract(machine: Machine, project: Path, asked: Asked) -> None:
    """Serve a project's champion to those who know a key, and ask."""
    with _served(machine, project) as address:
        _without_a_key_nobody_is_answered(address)
        _every_answer_is_as_the_document_says(address, asked)


@contextmanager
def _served(machine: Machine, project: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # The limit of requests is not what is tested here.
    operations = project / "conf" / "operations.yaml"
    text = operations.read_text()
    assert "requests_per_second: 500" in text
    operations.write_text(text.replace("requests_per_second: 500", "requests_per_second: 1000000"))
    log = project / "serve.log"
    secrets = {"API_KEY_REQUIRED": "true", "API_KEYS": KEY}
    command = ["uv", "run", "poe", "serve", "--port", str(port)]
    with log.open("w") as file:
        server = subprocess.Popen(
            command,
            cwd=project,
            env={**machine.env, **secrets},
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while status("GET", f"{url}/readyz") != 200:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield url
        assert "Traceback" not in log.read_text()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(DEADLINE_SECONDS)


def read(url: str) -> Any:
    """Return a JSON answer to somebody who knows the key."""
    request = urllib.request.Request(url, headers={"X-API-Key": KEY})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def status(method: str, url: str, key: str | None = None) -> int:
    """Return the status of an answer, 0 without one."""
    request = urllib.request.Request(url, method=method)
    if key is not None:
        request.add_header("X-API-Key", key)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _every_answer_is_as_the_document_says(served: str, number: Asked) -> None:
    document = read(f"{served}/openapi.json")
    # The key is not varied, or most broken requests would end at the door.
    del document["components"]["securitySchemes"]
    operations = {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    for operation in operations.values():
        operation.pop("security", None)
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=served)
    statuses: Counter[int] = Counter()

    def ask(case: Any) -> None:
        response = case.call(headers={"X-API-Key": KEY})
        statuses[response.status_code] += 1
        case.validate_response(response)

    asked = set()
    for result in schema.get_all_operations():
        found = result.ok()
        asked.add((found.method.upper(), found.path))
        if found.method.upper() == "GET":
            for _ in range(number.gets):
                ask(found.Case())
        else:
            each(found.as_strategy(generation_mode=GenerationMode.POSITIVE), number.good, ask)
            each(found.as_strategy(generation_mode=GenerationMode.NEGATIVE), number.bad, ask)
    assert asked == set(operations)
    total = sum(statuses.values())
    assert total >= 4 * number.gets + number.good + number.bad
    assert max(statuses) < 500
    assert sum(n for code, n in statuses.items() if 200 <= code < 300) >= total / 2, statuses
    assert statuses[422] >= total / 5, statuses


def _without_a_key_nobody_is_answered(served: str) -> None:
    paths = read(f"{served}/openapi.json")["paths"]
    asked = [(method.upper(), path) for path, item in paths.items() for method in item]
    asked += [("GET", "/docs"), ("GET", "/openapi.json"), ("GET", "/no-such-page")]
    for method, path in asked:
        expected = 200 if path in OPEN else 401
        for key in (None, "", "another-key-than-that"):
            assert status(method, f"{served}{path}", key) == expected, (method, path, key)


def each(strategy: Any, count: int, ask: Callable[[Any], None]) -> None:
    """Ask `count` cases of a strategy, the same ones each time."""

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def run(case: Any) -> None:
        ask(case)

    run()
