"""What the forges of the tests share: the facts, and a server that tells them over real HTTP."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

BEFORE_THE_MERGE = "2026-01-01T00:00:00Z"


@dataclass
class Pull:
    """One pull request: what it became on main, who wrote it, who said what about it."""

    number: int
    shas: list[str] = field(default_factory=list)
    author: str = "ada"
    merged_at: str | None = "2026-06-01T00:00:00Z"
    reviews: list[tuple[str, str]] = field(default_factory=lambda: [("ben", "APPROVED")])
    base: str = "main"
    listed: bool = True  # False: a rebase, of which the list names the last commit alone


class Server(ABC):
    """A forge of one repository. `status` other than 200 is its answer to everything."""

    prefix: str

    def __init__(self, shas: list[str]) -> None:
        newest = len(shas)
        self.pulls = [Pull(newest - n, [sha]) for n, sha in enumerate(shas)]
        # GitHub calls the notes a body, GitLab a description.
        notes = "Boosted trees order the queue."
        at = "2026-05-01T12:00:00Z"
        self.releases: list[dict[str, Any]] = [
            {
                "tag_name": tag,
                "body": notes,
                "description": notes,
                "published_at": at,
                "released_at": at,
            }
            for tag in ("v1.1.0", "v1.0.0")
        ]
        self.status = 200
        self.headers: dict[str, str] = {}
        self.refused: dict[str, int] = {}  # path -> the status of this one answer
        self.page_size = 100
        self.asked: list[str] = []
        self.tokens: set[str] = set()

    def of(self, sha: str) -> list[Pull]:
        """Return the pull requests that brought a commit."""
        return [pull for pull in self.pulls if sha in pull.shas]

    def drop(self, sha: str) -> None:
        """Forget the pull requests of a commit, as if it had been pushed."""
        self.pulls = [pull for pull in self.pulls if sha not in pull.shas]

    @abstractmethod
    def answer(self, parts: list[str], query: dict[str, str]) -> Any:
        """Return the body for a path below the repository; None for what is not there."""

    def _served(self, address: str) -> tuple[int, Any, str]:
        """Return status, body and the header Link of one answer."""
        split = urlsplit(address)
        path = split.path.removeprefix(self.prefix)
        query = {key: values[0] for key, values in parse_qs(split.query).items()}
        self.asked.append(path)
        code = self.refused.get(path, self.status)
        if code != 200 or not split.path.startswith(self.prefix):
            return (code if code != 200 else 404), {"message": "no"}, ""
        body = self.answer(path.strip("/").split("/") if path else [], query)
        if body is None:
            return 404, {"message": "Not Found"}, ""
        size = min(int(query.get("per_page", "20")), self.page_size)
        start = (int(query.get("page", "1")) - 1) * size
        wrapped = isinstance(body, dict) and next(iter(body), "") == "total_count"
        whole = list(body.values())[1] if wrapped else body
        if not isinstance(whole, list):
            return 200, body, ""
        listed = whole[start : start + size]
        link = f'<{address}>; rel="next"' if len(whole) > start + size else ""
        return 200, {**body, list(body)[1]: listed} if wrapped else listed, link

    def __enter__(self) -> Self:
        forge = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                forge.tokens.add(self.headers.get("Authorization", ""))
                code, body, link = forge._served(self.path)
                content = json.dumps(body).encode()
                self.send_response(code)
                for name, value in forge.headers.items():
                    self.send_header(name, value)
                if link:
                    self.send_header("Link", link)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
