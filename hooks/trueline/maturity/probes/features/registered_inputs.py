"""5.3: the model takes registered features only, and makes none of its own."""

from __future__ import annotations

from pathlib import PurePosixPath

from ....evidence.signatures import Signature
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, missing, unseen
from ...inputs import held
from ...parts import MODEL, broken, feature_modules, modules, training
from ...probe import Probe
from ...registered import PATH, readers, unusable


class InputsAreRegistered(Probe):
    """All inputs of a model come from the register of features."""

    statement = "5.3"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Follow training to the register, look for columns that the model's code makes."""
        bad = unusable(snapshot)
        if bad:
            return bad
        torn = broken(snapshot, MODEL)
        if torn:
            return unseen(f"{torn[0]} cannot be read: {torn[1]}", Place(torn[0]))
        started = training(snapshot)
        reading = {piece.dotted for piece in readers(snapshot)}
        taken = [p for p in snapshot.code.reached(started) if p.dotted in reading]
        if not taken:
            return missing(f"training does not take its inputs from {PATH}", Place(PATH))
        inside = set(modules(MODEL, snapshot)) - set(feature_modules(snapshot))
        paths = {snapshot.code.modules[name] for name in inside}
        for column in snapshot.code.columns:
            if column.path in paths:
                return missing(
                    f"{column.path} makes the column {column.name} itself",
                    Place(column.path, column.line),
                )
        return held(
            sorted(snapshot.columns.signatures, key=_age),
            {feature.name for feature in snapshot.columns.registered},
            snapshot,
            Place(taken[0].path, taken[0].line),
            good="the model takes registered features only",
            strange="unregistered",
            remedy="run the pipeline and promote a model",
        )


def _age(signature: Signature) -> int:
    """Return what sorts the newest version first; models lie in folders of their number."""
    number = PurePosixPath(signature.path).parent.name
    return -int(number) if number.isdecimal() and len(number) < 10 else 0
