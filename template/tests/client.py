"""Serve an app in a thread, and ask it over HTTP."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import uvicorn
from fastapi import FastAPI

# Of the second kind only FastAPI knows that it is JSON, too.
JSON, OTHER_JSON = "application/json", "application/json; charset=utf-8"
# A loaded machine may take long to start; nobody waits longer than it takes.
DEADLINE_SECONDS = 30.0


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.text)


@dataclass(frozen=True)
class Client:
    """Asks one server; each request has its own connection, so threads may share a client."""

    port: int

    def send(
        self, method: str, path: str, body: str | bytes | None = None, kind: str = JSON
    ) -> Reply:
        """Send a request, its body of some kind, and return the reply."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_SECONDS)
        with contextlib.closing(connection):
            headers = {"content-type": kind} if body is not None else {}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Reply(answer.status, answer.read().decode())

    def get(self, path: str) -> Reply:
        """Get a path."""
        return self.send("GET", path)

    def predict(self, *rows: object) -> Reply:
        """Ask for predictions of the rows."""
        return self.send("POST", "/predict", json.dumps({"rows": rows}))

    def metric(self, sample: str) -> float:
        """Return the value of a sample such as `name{label="value"}`; 0 if there is none."""
        for line in self.get("/metrics").text.splitlines():
            name, _, value = line.rpartition(" ")
            if name == sample:
                return float(value)
        return 0.0


@contextlib.contextmanager
def serving(app: FastAPI) -> Iterator[Client]:
    """Serve the app on a free port in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not server.started:
            assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        yield Client(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
