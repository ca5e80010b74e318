"""conf/operations.yaml: limits, targets and addresses of a running model, a section a concern.

The module that acts on a section defines it as a pydantic model; this reads and checks it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from .errors import BadInput

PATH = Path("conf/operations.yaml")
# A name that is not here is a slip of the pen, which must not pass for "not configured".
SECTIONS = ("drift", "model", "delivery", "api", "guard", "load", "canary")


class Section(BaseModel):
    """What all sections share: a wrong key is an error, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Kind = TypeVar("Kind", bound=Section)


def section(name: str, kind: type[Kind], path: Path = PATH) -> Kind:
    """Return one section; a key that is left out has the default of `kind`.

    Raises BadInput with one line that names the wrong entry.
    """
    try:
        return kind.model_validate(_read(path).get(name) or {})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in (name, *first["loc"]))
        raise BadInput(f"{path}: {place}: {first['msg']}") from None


def has(name: str, path: Path = PATH) -> bool:
    """Tell whether the file has that section."""
    return name in _read(path)


def _read(path: Path) -> dict[str, object]:
    try:
        content = yaml.safe_load(path.read_text("utf-8")) or {}
    except FileNotFoundError:
        raise BadInput(f"no {path} here: run this from the project's root") from None
    except yaml.YAMLError as error:
        raise BadInput(f"{path} is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise BadInput(f"{path}: sections are expected, not a {type(content).__name__}")
    unknown = [str(name) for name in content if name not in SECTIONS]
    if unknown:
        raise BadInput(f"{path}: {unknown[0]}: no such section (known: {', '.join(SECTIONS)})")
    return content
