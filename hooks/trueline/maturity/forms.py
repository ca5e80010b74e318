"""Pages that people fill in: whether one is there, readable, and no longer a blank form."""

from __future__ import annotations

import re

from ..evidence.document import mapping
from ..evidence.released import prompted, unwritten
from ..evidence.snapshot import Snapshot
from .finding import Finding, Place, missing, unseen

# What people type to get past a field.
_FILLER = re.compile(
    r"@?(?:todo|tbd|tba|tbc|fixme|n/?a|none|nil|null|nobody|unknown|someone|somebody|anyone|"
    r"change-?me|placeholder|example|name|x+|\?+|-+|\.+)",
    re.IGNORECASE,
)


def form(snapshot: Snapshot, path: str) -> dict[str, object] | Finding:
    """Return the content of a YAML form without prompts, or the finding that there is none."""
    document = snapshot.pages.yaml(path)
    if document.problem:
        return unseen(f"{path} cannot be read: {document.problem}", Place(path))
    if document.absent:
        return missing(f"there is no {path}")
    if prompted(snapshot.pages.text(path).value or ""):
        return missing(f"{path}: a prompt to fill in still stands in it", Place(path))
    return mapping(document.value)


def page(snapshot: Snapshot, path: str) -> str | Finding:
    """Return a page that is the project's own text, or the finding that it is not."""
    document = snapshot.pages.text(path)
    if document.problem:
        return unseen(f"{path} cannot be read: {document.problem}", Place(path))
    if document.value is None:
        return missing(f"there is no {path}")
    reason = unwritten(path, document.value, snapshot.released)
    return missing(f"{path}: {reason}", Place(path)) if reason else document.value


def filler(value: str) -> bool:
    """True for a text that only stands in for one: nothing, `TBD`, `@todo`, `?`."""
    return not value.strip() or _FILLER.fullmatch(value.strip()) is not None
