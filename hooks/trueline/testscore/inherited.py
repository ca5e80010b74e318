"""Tests that came with the template and still test its code: what they say of another model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from ..evidence.snapshot import Snapshot
from ..evidence.suite import Case


def inherited(cases: Sequence[Case], snapshot: Snapshot) -> str:
    """Say so when all tests are as the template brought them though the model's code is not."""
    copy = snapshot.commit(snapshot.copied)
    if not copy.ancestor:
        return ""
    models = [path for path in sorted(copy.changed) if _of_the_model(path)]
    own = [case for case in cases if case.path in copy.changed]
    if not models or own or not cases:
        return ""
    return (
        f"{cases[0].path} is as the template brought it, while {models[0]} changed: "
        "see that it still tests your model"
    )


def _of_the_model(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return len(parts) > 3 and parts[0] == "src" and parts[2] in ("model", "models")
