"""One parsed file: present, absent or broken. Probes must tell the three apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Malformed(ValueError):
    """A file that cannot be read as what it claims to be; the text says why, in a few words."""


@dataclass(frozen=True)
class Document(Generic[Value]):
    """What became of one path: `value` when it parsed, `problem` when it is there but
    unreadable.
    """

    path: str
    value: Value | None = None
    problem: str | None = None

    @property
    def absent(self) -> bool:
        """True when there is no such tracked file."""
        return self.value is None and self.problem is None


def blank(content: str | None) -> bool:
    """True for a text without a line that says anything: nothing, or nothing but comments."""
    return all(line.strip()[:1] in ("", "#") or line.strip().startswith("//")
               for line in (content or "").splitlines())  # fmt: skip


def mapping(value: object) -> dict[str, object]:
    """Return a mapping with text keys, empty when `value` is none: files hold what people typed."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def sequence(value: object) -> list[object]:
    """Return a list as it is, a scalar as a list of one, nothing as an empty list."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def text(value: object) -> str:
    """Return a scalar as stripped text, and an empty text for anything that is no scalar."""
    try:
        return str(value).strip() if isinstance(value, (str, int, float)) else ""
    except ValueError:  # an int of more digits than Python writes out
        return ""
