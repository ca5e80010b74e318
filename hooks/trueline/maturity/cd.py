"""The workflows that deploy: what starts them, which jobs deploy what, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..evidence.shell import Command
from ..evidence.snapshot import Snapshot
from ..evidence.workflows import Job, Step, Workflow
from .finding import Finding, Place, at, unseen

# A merge starts a workflow by its push, or by the end of another workflow that the push started.
EVENTS = ("push", "workflow_run")

# Programs with the words that make them change machines, by the kind of code that they apply.
_TERRAFORM: tuple[tuple[str, ...], ...] = (
    ("terraform", "apply"), ("tofu", "apply"), ("terragrunt", "apply"), ("terragrunt", "run-all"),
    ("pulumi", "up"), ("cdk", "deploy"), ("ansible-playbook",), ("bicep",),
)  # fmt: skip
_KUBERNETES = (
    ("kubectl", "apply"),
    ("kubectl", "replace"),
    ("helm", "upgrade"),
    ("helm", "install"),
    ("helmfile", "apply"),
    ("helmfile", "sync"),
    ("argocd", "app", "sync"),
    ("flux", "reconcile"),
)
_COMPOSE = (("docker", "compose", "up"), ("docker-compose", "up"), ("docker", "stack", "deploy"))
_APPLIES = {"terraform": _TERRAFORM, "kubernetes": _KUBERNETES, "compose": _COMPOSE}
_DEPLOYS: tuple[tuple[str, ...], ...] = (
    *_KUBERNETES, *_COMPOSE, ("kubectl", "set"), ("kubectl", "rollout", "restart"),
    ("docker", "service", "update"), ("docker", "service", "create"), ("nomad", "job", "run"),
    ("aws", "ecs", "update-service"), ("aws", "ecs", "deploy"), ("aws", "cloudformation", "deploy"),
    ("aws", "deploy", "create-deployment"), ("aws", "lambda", "update-function-code"),
    ("aws", "sagemaker", "update-endpoint"), ("aws", "sagemaker", "create-endpoint"),
    ("gcloud", "run", "deploy"), ("gcloud", "deploy", "releases"), ("gcloud", "ai", "endpoints"),
    ("az", "webapp", "deploy"), ("az", "containerapp", "update"), ("az", "ml", "online-deployment"),
    ("az", "deployment"), ("flyctl", "deploy"), ("fly", "deploy"), ("kamal", "deploy"),
    ("serverless", "deploy"),
)  # fmt: skip
_OWN = ("deploy", "promote")  # commands of the project itself, and scripts named after it
_ONLY_LOOKS = (
    "--dry-run",
    "--dry-run=client",
    "--dry-run=server",
    "--help",
    "-h",
    "--diff",
    "--check",
)
_DEPLOYING_ACTIONS = (
    "amazon-ecs-deploy", "webapps-deploy", "k8s-deploy", "deploy-cloudrun", "aks-deploy",
    "helm-deploy", "container-apps-deploy",
)  # fmt: skip


@dataclass(frozen=True)
class Doing:
    """One step of a job, with the reason why its failure would not show, if there is one."""

    workflow: Workflow
    job: Job
    step: Step
    position: int  # of the step in its job
    ignored: str | None = None

    @property
    def place(self) -> Place:
        """Where it stands."""
        return at(self.step.location, f"job {self.job.id}")


def unreadable(snapshot: Snapshot) -> Finding | None:
    """Return what to say when nothing was found, and a workflow that may hold it cannot be read."""
    for document in snapshot.workflows.broken:
        return unseen(f"{document.path} cannot be read: {document.problem}", Place(document.path))
    return None


def merging(snapshot: Snapshot, event: str, touching: Iterable[str]) -> Iterator[Workflow]:
    """Yield the workflows that an event on the default branch starts, for changes of some files."""
    paths = list(touching)
    for workflow in snapshot.workflows.readable:
        trigger = workflow.triggers.get(event)
        if trigger is None or not trigger.lets_branch(snapshot.branch):
            continue
        if not paths or any(map(trigger.lets_path, paths)):
            yield workflow


def doings(workflow: Workflow, event: str) -> Iterator[tuple[Doing, Command | None]]:
    """Yield every command and every foreign action of the jobs that an event starts, in order."""
    for job in workflow.runnable(event):
        for position, step in enumerate(job.steps):
            for command in step.commands:
                ignored = command.swallowed or step.ignored or job.ignored
                yield Doing(workflow, job, step, position, ignored), command
            if step.uses:
                yield Doing(workflow, job, step, position, step.ignored or job.ignored), None


def applies(command: Command | None, kind: str = "terraform") -> bool:
    """Tell whether a command applies infrastructure code of a kind."""
    return command is not None and not command.has(*_ONLY_LOOKS) and _is(command, _APPLIES[kind])


def deploys(command: Command | None, step: Step) -> bool:
    """Tell whether a command (or the action of a step) brings the service somewhere."""
    if command is None:
        return any(name in step.uses for name in _DEPLOYING_ACTIONS)
    if command.has(*_ONLY_LOOKS) or command.name in ("echo", "printf", "cat", "git", "uv", "pip"):
        return False
    return _is(command, _DEPLOYS) or _own(command)


def _is(command: Command, known: tuple[tuple[str, ...], ...]) -> bool:
    """Match the program, and the next words in their order whatever options stand between them."""
    plain = [word for word in command.words[1:] if not word.startswith("-")]
    for name, *rest in known:
        if command.name == name and (not rest or _in_order(rest, plain[: len(rest) + 2])):
            return True
    return False


def _in_order(wanted: list[str], words: list[str]) -> bool:
    left = iter(words)
    return all(word in left for word in wanted)


def _own(command: Command) -> bool:
    words = [word for word in command.words if not word.startswith("-")][:3]
    stems = [word.rpartition("/")[2].partition(".")[0] for word in words]
    return any(stem in _OWN or stem.startswith(("deploy_", "deploy-")) for stem in stems)


def before(one: Doing, other: Doing) -> bool:
    """Tell whether a step has surely succeeded when another starts: by `needs`, or in one job."""
    if one.workflow.path != other.workflow.path:
        return False
    if one.job.id == other.job.id:
        return one.position < other.position
    return one.job.id in _needed(other)


def _needed(doing: Doing) -> set[str]:
    """Return the ids of all jobs that must have succeeded before a step's job starts."""
    by_root: dict[str, list[Job]] = {}
    for job in doing.workflow.jobs:
        by_root.setdefault(job.id.partition("/")[0], []).append(job)
        by_root.setdefault(job.id, []).append(job)
    seen: set[str] = set()
    waiting = [doing.job]
    while waiting:
        job = waiting.pop()
        # Such a job starts although what it needs has failed.
        if any(word in job.condition for word in ("always()", "failure()", "cancelled()")):
            continue
        for name in job.needs:
            for needed in by_root.get(name, ()):
                if needed.id not in seen:
                    seen.add(needed.id)
                    waiting.append(needed)
    return seen
