"""1.2.1: each step from the source to training rows, with its motive and the code that does it."""

from __future__ import annotations

from ....evidence.document import mapping, sequence, text
from ....evidence.pipeline import Stage
from ....evidence.released import unwritten
from ....evidence.snapshot import Snapshot
from ...entry_points import started
from ...finding import Finding, Place, found, missing, unseen, weak
from ...forms import filler, form
from ...probe import Probe

STEPS = "docs/data/steps.yaml"
SAYS = ("what", "why")
LISTS = ("inputs", "outputs")

Entries = dict[str, dict[str, object]]


class StepsAreDocumented(Probe):
    """Gathering, analysing and cleaning of data are documented step by step, with motives."""

    statement = "1.2.1"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Hold the entries against the stages of dvc.yaml, then against the code they run."""
        stages = snapshot.stages
        if stages.problem:
            return unseen(f"dvc.yaml cannot be read: {stages.problem}", Place("dvc.yaml"))
        body = form(snapshot, STEPS)
        if isinstance(body, Finding):
            return body
        reason = unwritten(STEPS, snapshot.pages.text(STEPS).value or "", snapshot.released)
        if reason:
            return missing(f"{STEPS}: {reason}", Place(STEPS))
        entries = _entries(body.get("steps", body))
        known = {stage.name: stage for stage in stages.value or ()}
        wanted = [stage for stage in known.values() if of_data(stage)]
        if not wanted:
            return missing("no stage of dvc.yaml gathers or cleans data")
        gap = self._gap(entries, known, wanted)
        if gap:
            return missing(f"{STEPS}: {gap}", Place(STEPS))
        for stage in wanted:
            gap = _loose(entries[stage.name], stage, snapshot)
            if gap:
                line = getattr(entries[stage.name], "line", 0)
                return weak(f"{STEPS}: {gap}", Place(STEPS, line or None))
        names = ", ".join(stage.name for stage in wanted)
        return found(
            f"{names}: each with its motive and the function that its stage runs", Place(STEPS)
        )

    def _gap(self, entries: Entries, known: dict[str, Stage], wanted: list[Stage]) -> str | None:
        lost = [stage.name for stage in wanted if stage.name not in entries]
        if lost:
            return f"no entry for the stage {lost[0]}"
        ghosts = [name for name in entries if name not in known]
        if ghosts:
            return f"dvc.yaml has no stage {ghosts[0]}"
        least = self.entry.number("words")
        for name, entry in entries.items():
            for key in SAYS:
                if len(text(entry.get(key)).split()) < least:
                    return f"{name} does not say {key} ({least:.0f} words or more)"
            for key in LISTS:
                said = [_item(item) for item in sequence(entry.get(key))]
                if not said or any(map(filler, said)):
                    return f"{name} has no {key}"
        return None


def of_data(stage: Stage) -> bool:
    """True for a stage that only gathers, analyses or cleans data.

    Training reads the schema too, and features are made of data that is clean: neither is meant.
    """
    if stage.code:
        return all("/data/" in path for path in stage.code)
    return stage.handles_data and "feature" not in stage.name


def _item(item: object) -> str:
    return text(next(iter(item), "")) if isinstance(item, dict) else text(item)


def _entries(steps: object) -> Entries:
    """Return the entries by stage, of a mapping or of a list whose items name their stage."""
    if isinstance(steps, dict):
        return {str(name): _lined(body) for name, body in steps.items()}
    listed = [_lined(item) for item in sequence(steps)]
    return {text(item.get("stage")) or text(item.get("name")): item for item in listed}


def _lined(body: object) -> dict[str, object]:
    return body if isinstance(body, dict) else mapping(body)


def _loose(entry: dict[str, object], stage: Stage, snapshot: Snapshot) -> str | None:
    """Say why an entry is not tied to the code that its stage runs."""
    said = text(entry.get("code_ref"))
    if not said:
        return f"{stage.name} has no code_ref"
    function = resolve(said, snapshot)
    if function is None:
        return f"{said} is no function of the code"
    if function not in started(stage, snapshot):
        return f"stage {stage.name} does not run {said}"
    return None


def resolve(reference: str, snapshot: Snapshot) -> str | None:
    """Return the dotted name of `src/a/data/b.py:run`, `a.data.b:run` or `data.b:run`."""
    place, _, name = reference.replace("::", ":").rpartition(":")
    if not place:
        place, _, name = reference.rpartition(".")
    if place.endswith(".py"):
        module = snapshot.imports.named(place.removeprefix("./"))
    else:
        tops = {known.partition(".")[0] for known in snapshot.imports.modules}
        spelled = [place, *(f"{top}.{place}" for top in sorted(tops))]
        module = next((name for name in spelled if name in snapshot.imports.modules), "")
    dotted = f"{module}.{name}"
    return dotted if dotted in snapshot.functions.known else None
