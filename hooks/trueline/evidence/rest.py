"""GET requests to one repository of the forge, and nowhere else.

Apart from `forge`, which decides what to ask: its imports (ssl, http) would slow every check.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from typing import Any

from . import jsontext
from .document import Malformed

TIMEOUT_SECONDS = 10.0
MAX_ANSWER = 5_000_000


class Unanswered(Exception):
    """The forge gave no usable answer; the text says which and why."""


class Client:
    """GET requests below one repository's address; redirects are not followed, so the token stays
    there.
    """

    def __init__(self, base: str, token: str) -> None:
        self._base = base
        self._token = token
        self._opener = urllib.request.build_opener(_NoRedirect)

    def get(self, path: str) -> object:
        """Return the JSON answer; raises Unanswered for everything else."""
        request = urllib.request.Request(  # noqa: S310 (the scheme is checked in `ask`)
            f"{self._base}{path}?per_page=100",
            headers={
                "Authorization": f"Bearer {self._token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
                "User-Agent": "trueline",
            },
        )
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                content = answer.read(MAX_ANSWER + 1)
        except urllib.error.HTTPError as error:
            raise Unanswered(
                f"the forge answered {error.code} to {path.partition('?')[0]}"
            ) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unanswered(f"the forge is out of reach ({type(error).__name__})") from error
        if len(content) > MAX_ANSWER:
            raise Unanswered("the forge's answer is too large")
        try:
            return jsontext.load(content.decode("utf-8"))
        except (UnicodeDecodeError, Malformed) as error:
            raise Unanswered("the forge's answer is no JSON") from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None
