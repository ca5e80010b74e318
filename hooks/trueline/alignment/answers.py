"""A project's answers file: read without trust, and written as Copier writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..errors import BadInput
from ..evidence.document import Malformed
from ..evidence.files import regular
from .source import checked

NAME = ".copier-answers.yml"
LIMIT = 100_000  # bytes; real ones have under 1,000
_DEPTH = 20


@dataclass(frozen=True)
class Answers:
    """What a project recorded: where its template is, which version made it, and the answers."""

    source: str
    version: str
    values: dict[str, Any]


def load_mapping(raw: bytes, what: str) -> dict[str, Any]:
    """Read a small YAML mapping of plain values, as people and Copier write them.

    Aliases are refused: a few lines of them can stand for gigabytes. Raises BadInput.
    """
    if len(raw) > LIMIT:
        raise BadInput(f"{what} has {len(raw)} bytes; more than {LIMIT} is not a list of answers")
    try:
        _refuse_tricks(raw, what)
        loaded = yaml.safe_load(raw)
    except yaml.YAMLError as error:
        at = getattr(error, "problem_mark", None)
        where = f" (line {at.line + 1})" if at else ""
        why = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise BadInput(f"{what} is not YAML: {why}{where}") from None
    except (ValueError, RecursionError):
        raise BadInput(f"{what} is not YAML that can be read") from None
    if not isinstance(loaded, dict):
        kind = "empty" if loaded is None else f"a {type(loaded).__name__}"
        raise BadInput(f"{what} must be a mapping of names to values, not {kind}")
    for key in loaded:
        if not isinstance(key, str):
            raise BadInput(f"{what}: the name {key!r} is not a text")
    return loaded


def _refuse_tricks(raw: bytes, what: str) -> None:
    """Refuse aliases, which multiply, and nesting that no list of answers has."""
    depth = 0
    for event in yaml.parse(raw, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise BadInput(f"{what} uses YAML aliases; write the values out")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH:
            raise BadInput(f"{what} is nested more than {_DEPTH} deep")


def parse(raw: bytes, what: str = NAME) -> Answers:
    """Read the bytes of an answers file. Raises BadInput."""
    loaded = load_mapping(raw, what)
    for key in ("_src_path", "_commit"):
        if key not in loaded:
            raise BadInput(
                f"{what} has no {key}: the project does not say which version of which"
                " template made it"
            )
    return Answers(
        source=checked(loaded["_src_path"], f"_src_path in {what}"),
        version=checked(loaded["_commit"], f"_commit in {what}"),
        values={key: value for key, value in loaded.items() if not key.startswith("_")},
    )


def read(project: Path) -> Answers:
    """Read the answers file of the project at `project`. Raises BadInput."""
    if not project.is_dir():
        raise BadInput(f"there is no folder {project}")
    try:
        raw = regular(project / NAME, LIMIT)
    except FileNotFoundError:
        raise BadInput(f"{project} has no {NAME}: it was not made from a template") from None
    except (Malformed, OSError) as error:
        why = getattr(error, "strerror", None) or error
        raise BadInput(f"{project / NAME} cannot be read: {why}") from None
    return parse(raw)


def recorded_as(rendered: str, source: str, version: str) -> str:
    """Return a rendered answers file that records `source` and `version`, as Copier formats it.

    The render came from a folder without history: Copier recorded that folder, and no version.
    """
    head = yaml.dump(
        {"_commit": version, "_src_path": source},
        indent=4, allow_unicode=True, default_flow_style=False,
    )  # fmt: skip
    # A long path goes over several lines; the lines that follow its first are indented.
    rest = re.sub(r"^_(commit|src_path):.*\n(?:[ \t]+.*\n)*", "", rendered, flags=re.MULTILINE)
    lines = rest.splitlines(keepends=True)
    top = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "".join(lines[:top]) + head + "".join(lines[top:])
