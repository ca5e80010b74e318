"""2.2.7: a helper that tags what was trained, and deployments that carry all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ....evidence.modules import Function
from ....evidence.shell import commands
from ....evidence.snapshot import Snapshot
from ... import lineage
from ...deployed import deployments
from ...finding import Finding, Place, found, missing, unseen, weak
from ...probe import Probe
from ...proof import foreign, tests


@dataclass(frozen=True)
class _Newest:
    """What is known of the newest version: its facts, and where they stand."""

    fields: Mapping[str, object]
    place: Place


class RunsAreTraceable(Probe):
    """Every run and deployment can be traced to commit, infrastructure, environment and data."""

    statement = "2.2.7"

    def observe(self, snapshot: Snapshot) -> Finding:
        """The helper, who calls it and its test first; then what it left behind."""
        helpers = [f for f in snapshot.modules.functions if lineage.unnamed(f.texts) is None]
        if not helpers:
            best = max(snapshot.modules.functions, key=_tags, default=None)
            if best is None or not _tags(best):
                return missing("no code tags a run with what it was made of")
            what = lineage.unnamed(best.texts)
            return missing(f"{best.name} does not record {what}", Place(best.path, best.line))
        training = _training(snapshot)
        called = [h for h in helpers if _called(h, snapshot, training)]
        if not called:
            helper = helpers[0]
            return missing(
                f"no stage of the pipeline calls {helper.name}", Place(helper.path, helper.line)
            )
        helper = called[0]
        return self._tested(snapshot, Place(helper.path, helper.line, helper.name))

    def _tested(self, snapshot: Snapshot, place: Place) -> Finding:
        cases = [
            case
            for case in snapshot.suite.cases
            if case.asserts and not case.skipped and lineage.unnamed(case.texts) is None
        ]
        if not cases:
            return missing("no test asserts the names of all facts that it records", place)
        proof = tests(snapshot, by_ci=False)
        if proof.run is None:
            return weak(proof.gap, place, remedy="run `poe test`")
        if not proof.passed(cases):
            return weak(f"{cases[0].name} did not pass", *proof.places, place)
        return self._left(snapshot, place, *proof.places)

    def _left(self, snapshot: Snapshot, *places: Place) -> Finding:
        events = deployments(snapshot)[: int(self.entry.number("deployments"))]
        if not events:
            return weak("branch evidence records no deployment that could be traced", *places)
        for event in events:
            here = Place("evidence:events.jsonl", None, f"{event.type} {event.at:%Y-%m-%d %H:%M}")
            if not event.ci:
                return weak("a deployment of the newest ones was not recorded by CI", here, *places)
            gap = lineage.gap(event.fields)
            if gap:
                return weak(f"the deployment of {event.at:%Y-%m-%d %H:%M} {gap}", here, *places)
            gap = foreign(lineage.commit(event.fields), snapshot)
            if gap:
                return weak(f"the deployment of {event.at:%Y-%m-%d %H:%M} {gap}", here, *places)
        newest = _newest(snapshot)
        if isinstance(newest, Finding):
            return newest
        if newest:
            gap = lineage.gap(newest.fields)
            gap = gap or foreign(lineage.commit(newest.fields), snapshot)
            if gap:
                return weak(f"the newest version ({newest.place.path}) {gap}", newest.place)
        last = Place("evidence:events.jsonl", None, f"{len(events)} deployments")
        shown = (last, newest.place) if newest else (last,)
        return found(f"the newest {len(events)} deployments can be traced", *shown, *places)


def _tags(function: Function) -> int:
    known = {lineage.normal(said) for said in function.texts}
    return sum(bool(keys & known) for _, keys in lineage.FACTS)


def _training(snapshot: Snapshot) -> frozenset[str]:
    """Return the modules that a stage of the pipeline reaches; without one, all of them."""
    stages = snapshot.stages.value or ()
    starts: set[str] = {path for stage in stages for path in stage.code}
    for stage in stages:
        for line in stage.commands:
            for command in commands(line):
                starts |= snapshot.modules.run_by(command.words)
    return snapshot.modules.reach(starts if stages else snapshot.modules.imports)


def _called(helper: Function, snapshot: Snapshot, training: Iterable[str]) -> bool:
    """True when training code calls the helper, or when it is itself the command that trains."""
    inside = frozenset(training)
    return helper.path in inside and (
        bool(helper.command)
        or any(helper.name in snapshot.modules.calls.get(path, ()) for path in inside)
    )


def _newest(snapshot: Snapshot) -> _Newest | Finding | None:
    """Return the newest version that models/ or mlflow.db on this machine holds, if one does.

    Where neither is at hand, as in CI, the event of its deployment stands in.
    """
    tracking = snapshot.tracking
    versions = tracking.value.versions if tracking.value else ()
    registered = max(versions, key=lambda version: version.number, default=None)
    manifest = next(iter(snapshot.manifests), None)
    if manifest and (registered is None or registered.number <= _number(manifest.version)):
        return _Newest(manifest.fields, Place(manifest.path))
    if tracking.problem and manifest is None:
        return unseen(f"mlflow.db cannot be read: {tracking.problem}", Place(tracking.path))
    if registered is None or tracking.value is None:
        return None
    run = tracking.value.runs.get(registered.run_id)
    tags = run.tags if run else {}
    fields = {"model.uri": registered.source, **tags, **registered.tags}
    return _Newest(fields, Place(tracking.path, None, f"version {registered.number}"))


def _number(version: str) -> int:
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
