"""2.2.4: a merge builds, trains or fetches, passes a gate, and reaches production by staging."""

from __future__ import annotations

from collections.abc import Iterator

from ....evidence.document import text
from ....evidence.shell import Command
from ....evidence.snapshot import Snapshot
from ....evidence.workflows import Step
from ...cd import EVENTS, Doing, applies, before, deploys, doings, merging, unreadable
from ...deployments import PRODUCTION, newest
from ...finding import Finding, found, missing, weak
from ...probe import Probe
from ...proof import foreign

_BUILDERS = (
    ("docker", "build"), ("docker", "buildx"), ("docker", "compose", "build"), ("podman", "build"),
    ("buildah", "bud"), ("kaniko",), ("executor",), ("pack", "build"),
)  # fmt: skip
_MODEL = ("train", "retrain", "fetch", "download", "pipeline")
_GATE = ("register", "gate", "validate-model", "evaluate-gate", "check-model")


class MergeDeploysModel(Probe):
    """A merge deploys ML changes through CD."""

    statement = "2.2.4"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Look for the whole chain in one workflow, then for the newest commit in production."""
        code = [path for path in snapshot.files if path.startswith("src/")]
        best, length = "no workflow is started by a merge", -1
        for event in EVENTS:
            for workflow in merging(snapshot, event, code):
                chain, gap = _chain(_kinds(doings(workflow, event)))
                if not gap:
                    return self._deployed(snapshot, chain)
                if len(chain) > length:
                    best, length = f"{workflow.path}: {gap}", len(chain)
        return unreadable(snapshot) or missing(best)

    def _deployed(self, snapshot: Snapshot, chain: list[Doing]) -> Finding:
        places = [doing.place for doing in chain]
        last = newest(snapshot, "model_deployed", PRODUCTION.__contains__)
        spared = newest(snapshot, "no_deploy_needed", lambda env: env in (*PRODUCTION, ""))
        if last.event is None:
            return weak(f"it is configured, but never seen to run: {last.gap}", *places)
        reason = foreign(last.field("git_sha"), snapshot)
        if reason:
            return weak(f"the newest deployment {reason}", *places, *last.places)
        if _is(last.field("git_sha"), snapshot.tip):
            return found("the newest commit is in production", *places, *last.places)
        if _is(spared.field("git_sha"), snapshot.tip):
            said = text(spared.event.fields.get("reason")) if spared.event else ""
            if not said:
                return weak("the newest commit was not deployed, without a reason", *spared.places)
            return found(f"the newest commit needed no deployment: {said}", *places, *spared.places)
        return weak(
            f"the newest commit of {snapshot.branch} is not in production", *places, *last.places
        )


Kinds = dict[str, list[Doing]]


def _kinds(listed: Iterator[tuple[Doing, Command | None]]) -> Kinds:
    """Sort the steps of a workflow by what they do; one whose failure is ignored does nothing."""
    found_: Kinds = {}
    for doing, command in listed:
        if doing.ignored:
            continue
        for kind in _does(command, doing.step):
            found_.setdefault(kind, []).append(doing)
        names = {name.lower() for name in doing.job.environments}
        # Terraform deploys, too, where the image is one of its variables.
        if names and (deploys(command, doing.step) or applies(command)):
            where = "production" if names & {*PRODUCTION} else "staging"
            found_.setdefault(where, []).append(doing)
    return found_


def _does(command: Command | None, step: Step) -> Iterator[str]:
    if command is None:
        if "build-push-action" in step.uses:
            yield "build"
        return
    words = [command.name, *(word for word in command.words[1:] if not word.startswith("-"))]
    if any(tuple(words[: len(known)]) == known for known in _BUILDERS):
        yield "build"
    if words[0] in ("echo", "printf", "git", "mkdir", "cp"):
        return
    if words[:2] in (["dvc", "repro"], ["dvc", "pull"], ["dvc", "exp"]) or _named(words, _MODEL):
        yield "model"
    if _named(words, _GATE):
        yield "gate"


def _named(words: list[str], names: tuple[str, ...]) -> bool:
    stems = {word.rpartition("/")[2].partition(".")[0] for word in words[:3]}
    return bool(stems & set(names))


_STEPS = (
    ("build", "no step builds the image"),
    ("model", "no step trains or fetches the model"),
    ("gate", "no step refuses a bad model (a gate)"),
    ("staging", "no job deploys to staging"),
    ("production", "no job deploys to environment production"),
)


def _chain(kinds: Kinds) -> tuple[list[Doing], str]:
    """Return one step of each kind, each surely after the one before; else what is lacking.

    The image may be built beside the training, as long as both come before the first deployment.
    """
    lacking = next((gap for kind, gap in _STEPS if kind not in kinds), "")
    if lacking:
        return [kinds[kind][0] for kind, _ in _STEPS if kind in kinds], lacking
    for production in kinds["production"]:
        for staging in (d for d in kinds["staging"] if before(d, production)):
            for gate in (d for d in kinds["gate"] if before(d, staging)):
                models = [d for d in kinds["model"] if before(d, gate)]
                builds = [d for d in kinds["build"] if before(d, staging)]
                if models and builds:
                    return [builds[0], models[0], gate, staging, production], ""
    return [found_[0] for found_ in kinds.values()], (
        "its jobs are not in order (needs): build and model, gate, staging, production"
    )


def _is(sha: str, tip: str) -> bool:
    return len(sha) >= 7 and tip.startswith(sha)
