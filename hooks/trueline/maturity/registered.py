"""The register of features, conf/features.yaml: whether it can be used, and who reads it."""

from __future__ import annotations

import re

from ..evidence.document import sequence, text
from ..evidence.snapshot import Snapshot
from ..evidence.sources import Piece
from .finding import Finding, Place, missing, unseen

PATH = "conf/features.yaml"
# A text that is nothing but the path; a message that names the file opens nothing.
_NAMED = re.compile(r"(?:[\w.\-]+/)*features\.ya?ml")
_HELPER = re.compile(r"(read|parse|load|open)_\w*(yaml|config|conf)\w*")
_LIBRARIES = frozenset({"yaml", "ruamel", "omegaconf", "hydra", "strictyaml", "dynaconf"})


def unusable(snapshot: Snapshot) -> Finding | None:
    """Return what a broken, absent or empty register comes to; None when it has entries."""
    document = snapshot.columns.documented
    if document.problem:
        return unseen(f"{PATH} cannot be read: {document.problem}", Place(PATH))
    if document.value is None:
        return missing(f"there is no {PATH}")
    if not document.value:
        return missing(f"{PATH} names no feature", Place(PATH))
    return None


def readers(snapshot: Snapshot) -> list[Piece]:
    """Return the code that names the register's path and, with all it reaches, reads YAML."""
    code = snapshot.code
    named = (one for one in code.pieces.values() if any(map(_NAMED.fullmatch, one.texts)))
    # A constant is read by whoever refers to it; a function reads by itself.
    return [piece for piece in named if any(map(_opens, code.reached([piece, *code.users(piece)])))]


def upstream(names: frozenset[str], snapshot: Snapshot) -> frozenset[str]:
    """Return the features and all that they are computed from."""
    needs = {
        feature.name: [text(name) for name in sequence(feature.fields.get("depends_on"))]
        for feature in snapshot.columns.registered
    }
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += needs.get(name, [])
    return frozenset(seen)


def _opens(piece: Piece) -> bool:
    if any(map(_HELPER.fullmatch, piece.calls)):
        return True
    return any(
        name.partition(".")[0] in _LIBRARIES
        and not any(word in name.rpartition(".")[2].lower() for word in ("dump", "error"))
        for name in piece.uses
        if "." in name
    )
