"""Talk to a served model over HTTP, as any client would."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .steps import Failed, environment

_START_SECONDS = 60
# The server listens before its model is loaded: until then a question waits.
_QUESTION_SECONDS = 5.0


@contextlib.contextmanager
def serving(project: Path, env: dict[str, str] | None = None) -> Iterator[str]:
    """Serve the champion on a free port; yield its address once it says that it is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = project / "reports" / "serve.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("w") as output:
        server = subprocess.Popen(
            ["uv", "run", "poe", "-q", "serve", "--port", str(port)],
            cwd=project,
            env=env or environment(),
            stdout=output,
            stderr=output,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_until_ready(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_until_ready(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError):  # refused, not ready (503) or no answer yet
            if urllib.request.urlopen(f"{address}/readyz", timeout=_QUESTION_SECONDS).status == 200:
                return
        time.sleep(0.05)
    raise Failed(f"the server did not become ready\n{log.read_text()[-4000:]}")


def ask(address: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Ask the served model for predictions of `rows`; return the answer."""
    request = urllib.request.Request(
        f"{address}/predict",
        json.dumps({"rows": rows}).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        result: dict[str, Any] = json.load(answer)
    return result


def get(address: str, path: str) -> str:
    """Get a page as text."""
    with urllib.request.urlopen(address + path, timeout=10) as answer:
        text: str = answer.read().decode()
    return text
