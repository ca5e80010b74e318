"""What a monitoring job ends with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EXIT_CODES = {"fine": 0, "finding": 1, "unknown": 3}


@dataclass(frozen=True)
class Outcome:
    """`finding`: someone has to act; `unknown`: nothing to look at; and one line on it."""

    status: Literal["fine", "finding", "unknown"]
    message: str


def exit_code(outcomes: list[Outcome]) -> int:
    """Return 1 if anything was found, else 3 if anything could not be looked at, else 0."""
    statuses = {outcome.status for outcome in outcomes}
    for status in ("finding", "unknown"):
        if status in statuses:
            return EXIT_CODES[status]
    return EXIT_CODES["fine"]
