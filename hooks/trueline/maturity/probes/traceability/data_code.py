"""2.2.1: the code of every data stage is in git."""

from __future__ import annotations

import posixpath

from ....evidence.pipeline import Stage
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, unseen, weak
from ...probe import Probe


class DataCodeIsVersioned(Probe):
    """Code that gathers, analyses and cleans data is under version control."""

    statement = "2.2.1"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Follow each data stage of dvc.yaml to the code that it says it depends on."""
        stages = snapshot.stages
        if stages.problem:
            return unseen(f"dvc.yaml cannot be read: {stages.problem}", Place("dvc.yaml"))
        if not stages.value:
            return missing(
                "dvc.yaml names no stage" if stages.value is not None else "there is no dvc.yaml"
            )
        for stage in stages.value:
            fault = _fault(stage)
            if fault:
                return missing(f"stage {stage.name} {fault}", Place("dvc.yaml", stage.line or None))
        handling = [stage for stage in stages.value if stage.handles_data]
        if not handling:
            return missing("no stage of dvc.yaml gathers or cleans data", Place("dvc.yaml"))
        for stage in handling:
            place = Place("dvc.yaml", stage.line or None)
            if not stage.code:
                return missing(f"stage {stage.name} names no code among its deps", place)
            for script in stage.scripts:
                path = posixpath.normpath(posixpath.join(stage.folder, script))
                if path not in snapshot.files:
                    return missing(f"stage {stage.name} runs {path}, which is not tracked", place)
            for path in stage.code:
                if path not in snapshot.files:
                    return missing(f"{path} of stage {stage.name} is not tracked", place)
                if path in snapshot.links_out:
                    return missing(f"{path} is a link that leads outside the repository", place)
                if path in snapshot.empty:
                    return missing(f"{path} of stage {stage.name} is empty", Place(path))
        return self._notebooks(snapshot, handling)

    def _notebooks(self, snapshot: Snapshot, handling: list[Stage]) -> Finding:
        notebooks = snapshot.notebooks
        if notebooks.unstripped:
            return weak(
                f"{notebooks.unstripped[0]} is tracked with its outputs",
                Place(notebooks.unstripped[0]),
                remedy="strip the outputs (nbstripout) and commit the notebook again",
            )
        if notebooks.broken:
            return weak(f"{notebooks.broken[0]} cannot be read", Place(notebooks.broken[0]))
        hooks = snapshot.hooks.value
        if notebooks.total and not (hooks and "notebook output" in hooks.kinds):
            return weak(
                "notebooks are tracked, and no hook strips their outputs",
                remedy="add the nbstripout hook to .pre-commit-config.yaml",
            )
        code = {path for stage in handling for path in stage.code}
        places = [Place("dvc.yaml", stage.line or None, stage.name) for stage in handling]
        return found(f"{len(handling)} data stages, their {len(code)} files tracked", *places)


def _fault(stage: Stage) -> str | None:
    if stage.notebook:
        return "runs a notebook"
    return f"leads outside the repository ({stage.outside})" if stage.outside else None
