"""The inputs that a trained model really took, held against the names that a project gives."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..evidence.signatures import Signature
from ..evidence.snapshot import Snapshot
from .finding import Finding, Place, found, weak
from .proof import foreign


def held(
    signatures: Iterable[Signature],
    names: Collection[str],
    snapshot: Snapshot,
    place: Place,
    *,
    good: str,
    strange: str,
    remedy: str,
) -> Finding:
    """Return what the first signature of HEAD's own history shows; `good` and `strange` word it."""
    gap = "no model's inputs were seen"
    for signature in signatures:
        here = Place(signature.path)
        reason = foreign(signature.commit, snapshot)
        if not signature.features:
            gap = f"{signature.path} lists no input"
        elif reason:
            gap = f"{signature.path} {reason}"
        elif signature.features <= set(names):
            return found(good, place, here)
        else:
            unknown = ", ".join(sorted(signature.features - set(names))[:3])
            return weak(f"{signature.path} takes {unknown}, {strange}", place, here)
    return weak(gap, place, remedy=remedy)
