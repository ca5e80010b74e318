"""GitHub's REST API as far as the checker asks it, served over real HTTP on this machine."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Github:
    """Answers for acme/churn. Change `rules`, `rulesets`, `pulls` or `status`, then ask."""

    def __init__(self, shas: list[str]) -> None:
        self.rules: list[dict[str, Any]] = [{"type": "pull_request", "ruleset_id": 1}]
        self.rulesets: dict[str, dict[str, Any]] = {"1": {"bypass_actors": []}}
        pull = {"number": 3, "merged_at": "2026-06-01T00:00:00Z", "base": {"ref": "main"}}
        self.pulls: dict[str, list[dict[str, Any]]] = {sha: [pull] for sha in shas}
        self.status = 200
        self.asked: list[str] = []
        self.tokens: set[str] = set()

    def answer(self, path: str) -> Any:
        """Return the body for a path below the repository; None for what is not there."""
        match path.strip("/").split("/"):
            case ["rules", "branches", "main"]:
                return self.rules
            case ["rulesets", number]:
                return self.rulesets.get(number)
            case ["commits", sha, "pulls"]:
                return self.pulls.get(sha, [])
        return None

    def __enter__(self) -> Self:
        github = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0].removeprefix("/repos/acme/churn")
                github.asked.append(path)
                github.tokens.add(self.headers.get("Authorization", ""))
                body = github.answer(path)
                code = github.status if github.status != 200 else 200 if body is not None else 404
                content = json.dumps(body if code == 200 else {"message": "no"}).encode()
                self.send_response(code)
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
