"""GET requests to one repository of a forge, and nowhere else.

Apart from what decides what to ask: its imports (ssl, http) would slow every check.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from . import jsontext
from .document import Malformed, mapping, sequence

TIMEOUT_SECONDS = 10.0  # without a byte
PATIENCE_SECONDS = 60.0  # for all requests of one check together
MAX_ANSWER = 20_000_000  # a hundred pull requests with long texts
PAGE = 100  # the most that both forges give at once
MOST_PAGES = 5
_CHUNK = 65_536


class Unanswered(Exception):
    """The forge gave no usable answer; the text says which and why. `code` is its status, or 0."""

    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(reason)
        self.code = code


class Client:
    """GET requests below one repository's address.

    Redirects are not followed, so the token stays there. Once the forge is out of reach, out of
    patience, or refuses because of too many requests, it is left alone. A proxy is taken from the
    environment.
    """

    def __init__(self, base: str, headers: Mapping[str, str]) -> None:
        self._base = base
        self._headers = {**headers, "User-Agent": "trueline"}
        self._opener = urllib.request.build_opener(_NoRedirect)
        self._until = time.monotonic() + PATIENCE_SECONDS
        self._shut: str | None = None

    def get(self, path: str, **query: str) -> object:
        """Return the JSON answer; raises Unanswered for everything else."""
        return self._ask(path, query)[0]

    def page(self, path: str, number: int, **query: str) -> tuple[list[object], bool]:
        """Return one page of a list, and whether there are more."""
        wanted = {**query, "per_page": str(PAGE), "page": str(number)}
        body, link = self._ask(path, wanted)
        if isinstance(body, dict):  # GitHub wraps some lists into an object
            body = next((item for item in body.values() if isinstance(item, list)), [])
        return sequence(body), 'rel="next"' in link

    def everything(
        self, path: str, most: int = MOST_PAGES, **query: str
    ) -> list[dict[str, object]]:
        """Return all entries of a list, as far as `most` pages hold them."""
        found: list[object] = []
        for number in range(1, most + 1):
            listed, more = self.page(path, number, **query)
            found += listed
            if not more:
                break
        return [mapping(item) for item in found]

    def _ask(self, path: str, query: Mapping[str, str]) -> tuple[object, str]:
        if self._shut:
            raise Unanswered(self._shut)
        try:
            content, link = self._fetch(path, query)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refused(path, error) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._shut = f"the forge is out of reach ({type(error).__name__})"
            raise Unanswered(self._shut) from error
        if len(content) > MAX_ANSWER:
            raise Unanswered(f"the forge's answer to {path or '/'} is too large")
        try:
            return jsontext.load(content.decode("utf-8")), link
        except (UnicodeDecodeError, Malformed) as error:
            raise Unanswered(f"the forge's answer to {path or '/'} is no JSON") from error

    def _fetch(self, path: str, query: Mapping[str, str]) -> tuple[bytes, str]:
        address = f"{self._base}{path}" + (f"?{urlencode(query)}" if query else "")
        request = urllib.request.Request(address, headers=self._headers)  # noqa: S310 (`forge_ask` looks at the scheme)
        left = self._until - time.monotonic()
        if left <= 0:
            self._late()
        content = bytearray()
        with self._opener.open(request, timeout=min(TIMEOUT_SECONDS, left)) as answer:
            while len(content) <= MAX_ANSWER and (part := answer.read(_CHUNK)):
                content += part
                if time.monotonic() > self._until:
                    self._late()
            return bytes(content), str(answer.headers.get("Link", ""))

    def _late(self) -> None:
        self._shut = f"the forge took longer than {PATIENCE_SECONDS:.0f} s"
        raise Unanswered(self._shut)

    def _refused(self, path: str, error: urllib.error.HTTPError) -> Unanswered:
        headers = error.headers
        spent = "0" in (headers.get("X-RateLimit-Remaining"), headers.get("RateLimit-Remaining"))
        if error.code == 429 or (error.code == 403 and (spent or headers.get("Retry-After"))):
            self._shut = f"the forge's rate limit is used up{_until(headers)}"
            return Unanswered(self._shut, error.code)
        return Unanswered(f"the forge answered {error.code} to {path or '/'}", error.code)


def _until(headers: Any) -> str:
    """Return when a rate limit ends, as far as the headers say it in seconds since 1970."""
    said = headers.get("X-RateLimit-Reset") or headers.get("RateLimit-Reset") or ""
    if not (said.isascii() and said.isdigit() and len(said) < 12):
        return ""
    return f" until {datetime.fromtimestamp(int(said), UTC):%H:%M} UTC"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None
