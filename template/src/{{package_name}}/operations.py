"""conf/operations.yaml: limits, targets and addresses of a running model, a section a concern.

The module that acts on a section defines it as a pydantic model; this reads and checks it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from .errors import BadInput
from .settings import checked, read_yaml

PATH = Path("conf/operations.yaml")
# A name that is not here is a slip of the pen, which must not pass for "not configured".
SECTIONS = (
    "drift",
    "model",
    "delivery",
    "quality",
    "kpi",
    "cost",
    "trend",
    "retrain",
    "alerts",
    "skew",
    "invariants",
    "api",
    "guard",
    "cases",
    "load",
    "canary",
)


class Section(BaseModel):
    """What all sections share: a wrong key is an error, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Kind = TypeVar("Kind", bound=Section)


def section(name: str, kind: type[Kind], path: Path = PATH) -> Kind:
    """Return one section; a key that is left out has the default of `kind`.

    Raises BadInput with one line that names the wrong entry.
    """
    return checked(kind, _read(path).get(name) or {}, path, name)


def has(name: str, path: Path = PATH) -> bool:
    """Tell whether the file has that section."""
    return name in _read(path)


def _read(path: Path) -> dict[str, object]:
    content = read_yaml(path) or {}
    if not isinstance(content, dict):
        raise BadInput(f"{path}: sections are expected, not a {type(content).__name__}")
    unknown = [str(name) for name in content if name not in SECTIONS]
    if unknown:
        raise BadInput(f"{path}: {unknown[0]}: no such section (known: {', '.join(SECTIONS)})")
    return content
