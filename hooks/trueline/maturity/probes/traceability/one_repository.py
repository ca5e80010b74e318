"""2.2.2: data, training and serving code are one version, and none of it is a copy."""

from __future__ import annotations

import re

from ....evidence.imports import Module
from ....evidence.pipeline import Stage
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, unseen
from ...parts import DATA, TRAINING, modules
from ...probe import Probe

SERVING = re.compile(r"serving|serve|api|server")
_TRAINS = re.compile(r"train|fit\b", re.IGNORECASE)


class OneRepositoryHoldsAll(Probe):
    """The model's code is versioned together with the code of data and API."""

    statement = "2.2.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Look for the stages, for what serving is made of, then for code that is there twice."""
        stages = snapshot.stages
        if stages.problem:
            return unseen(f"dvc.yaml cannot be read: {stages.problem}", Place("dvc.yaml"))
        places: list[Place] = []
        for what, belongs, pattern in (
            ("gathers data", _gathers, DATA),
            ("trains", _trains, TRAINING),
        ):
            # Without dvc.yaml the names of the modules tell the stages.
            found_ = (
                _module(pattern, what, snapshot)
                if stages.value is None
                else _stage(what, [s for s in stages.value if belongs(s)], snapshot)
            )
            if not isinstance(found_, Place):
                return found_
            places.append(found_)
        if snapshot.project.realtime is not False:
            served = _serving(snapshot)
            if not isinstance(served, Place):
                return served
            places.append(served)
        if snapshot.packaged:
            path, name = snapshot.packaged[0]
            return missing(f"{path} depends on a version of {name} from elsewhere", Place(path))
        copies = snapshot.functions.copies()
        if copies:
            one, other = copies[0]
            return missing(
                f"{other.name} of {other.path} is a copy of that in {one.path}",
                Place(other.path, other.line),
                Place(one.path, one.line),
                remedy="import the function instead of copying it",
            )
        return found("data, training and serving are one package of one repository", *places)


def _stage(what: str, stages: list[Stage], snapshot: Snapshot) -> Place | Finding:
    """Return where the first stage stands, or why its code is not in this repository."""
    if not stages:
        return missing(f"no stage of dvc.yaml {what}", Place("dvc.yaml"))
    place = Place("dvc.yaml", stages[0].line or None, stages[0].name)
    gap = _untracked(stages[0], snapshot)
    return missing(gap, Place(place.path, place.line)) if gap else place


def _module(pattern: re.Pattern[str], what: str, snapshot: Snapshot) -> Place | Finding:
    """Return a module with code in it whose name says what it does."""
    for piece in snapshot.code.inside(modules(pattern, snapshot)):
        if piece.doing:
            return Place(piece.path, piece.line, piece.name)
    return missing(f"there is no dvc.yaml, and no module whose name says that it {what}")


def _gathers(stage: Stage) -> bool:
    return any("/data/" in path for path in stage.code) and not _trains(stage)


def _trains(stage: Stage) -> bool:
    return bool(_TRAINS.search(stage.name)) or any(
        _TRAINS.search(path.rpartition("/")[2]) for path in stage.code
    )


def _untracked(stage: Stage, snapshot: Snapshot) -> str | None:
    """Say why the code of a stage is not in this repository."""
    if not stage.code:
        return f"stage {stage.name} names no code among its deps"
    for path in stage.code:
        if path not in snapshot.files:
            return f"{path} of stage {stage.name} is not tracked"
        if path in snapshot.empty or path in snapshot.links_out:
            return f"{path} of stage {stage.name} is empty or leads outside"
    return None


def _serving(snapshot: Snapshot) -> Place | Finding:
    """Return a module of the service that imports from the rest of its package."""
    modules = [module for module in snapshot.imports.modules.values() if _serves(module)]
    if not modules:
        broken = [path for path, _ in snapshot.service.broken]
        if broken:
            return unseen(f"{broken[0]} cannot be read", Place(broken[0]))
        return missing("no tracked code below src/ serves the model")
    for module in modules:
        package = module.name.partition(".")[0]
        shared = [
            name
            for name in module.imports
            if name.startswith(f"{package}.") and not _serves(snapshot.imports.modules[name])
        ]
        if shared:
            return Place(module.path, None, f"imports {sorted(shared)[0]}")
    return missing(
        f"{modules[0].path.rpartition('/')[0]} imports nothing of its own package",
        Place(modules[0].path),
    )


def _serves(module: Module) -> bool:
    return any(SERVING.fullmatch(part) for part in module.name.split(".")[1:])
