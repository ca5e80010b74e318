"""A section of conf/operations.yaml, with the line it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..evidence.document import mapping
from ..evidence.snapshot import Snapshot
from .finding import Finding, Place, missing, unseen
from .reports import number

PATH = "conf/operations.yaml"


@dataclass(frozen=True)
class Section:
    """What one section says, and where."""

    values: Mapping[str, object]
    place: Place

    def number(self, name: str) -> float | None:
        """Return a finite number of the section; None for anything else."""
        return number(self.values.get(name))


def section(snapshot: Snapshot, name: str) -> Section | Finding:
    """Return a section; or the finding that it cannot be read or is not there."""
    document = snapshot.operations
    if document.problem:
        return unseen(f"{PATH} cannot be read: {document.problem}", Place(PATH))
    content = (document.value or {}).get(name)
    values = mapping(content)
    if not values:
        return missing(f"{PATH} has no section {name}", Place(PATH))
    return Section(values, Place(PATH, getattr(content, "line", None) or None, name))
