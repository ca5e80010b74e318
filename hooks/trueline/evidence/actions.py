"""The workflows of a work tree, with tasks, called workflows and composite actions resolved one
level.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace

from . import gitlab, grants, tasks, workflows
from .document import Document, Malformed, mapping, sequence, text
from .environment import toml
from .files import WorkTree
from .shell import Command
from .workflows import FOLDER, Job, Step, Workflow, Workflows

# Azure Pipelines, Jenkins, CircleCI, Travis, Bitbucket, Drone, Buildkite, Woodpecker, AppVeyor.
_OTHERS = re.compile(
    r"(?:.*/)?(?:azure-pipelines[\w.-]*\.ya?ml|Jenkinsfile)"
    r"|(?:\.azure-?pipelines|\.azuredevops|\.pipelines|\.woodpecker|\.buildkite)/.*\.ya?ml"
    r"|\.circleci/config\.ya?ml|\.(?:travis|drone|appveyor|woodpecker)\.ya?ml"
    r"|bitbucket-pipelines\.ya?ml|appveyor\.ya?ml"
)
MOST_OTHERS = 20


def read(tree: WorkTree, branch: str = "main") -> Workflows:
    """Return every workflow below `.github/workflows/`, or what .gitlab-ci.yml stands for.

    Only the CI of the project's own forge ever runs; without its word GitHub's files go first.
    """
    known = read_tasks(tree)
    answer = text(mapping(tree.yaml(".copier-answers.yml").value).get("forge"))
    on_github = answer == "github" or any(tree.below(FOLDER, ".yml", ".yaml"))
    if answer == "gitlab" or (not on_github and gitlab.PATH in tree.tracked):
        return Workflows(tuple(gitlab.read(tree, known, branch)))
    files = [path for path in tree.below(FOLDER, ".yml", ".yaml") if path.count("/") == 2]
    if not files:
        return Workflows(elsewhere=_elsewhere(tree))
    parsed = [_workflow(tree, path) for path in files]
    by_path = {d.path: d.value for d in parsed if d.value}
    return Workflows(tuple(_resolved(tree, d, by_path, known) for d in parsed))


def _elsewhere(tree: WorkTree) -> str:
    """Return the path of a CI that nobody reads here; '' for none, or one without a line in it."""
    for path in sorted(filter(_OTHERS.fullmatch, tree.tracked))[:MOST_OTHERS]:
        lines = (tree.text(path).value or "").split("\n")
        if any(line.strip() and not line.lstrip().startswith(("#", "//")) for line in lines):
            return path
    return ""


def read_tasks(tree: WorkTree) -> tasks.Tasks:
    """Return the tasks of poe, make, nox, tox and mise."""
    known: dict[tuple[str, str], tuple[Command, ...]] = {}
    project = tree.text("pyproject.toml").value
    if project is not None:
        # The environment's reader names the file when it is broken.
        with contextlib.suppress(Malformed, ValueError, RecursionError):
            known |= tasks.poe(toml(project))
    for path, parse in (
        ("Makefile", tasks.make),
        ("noxfile.py", tasks.nox),
        ("tox.ini", tasks.tox),
        ("mise.toml", tasks.mise),
        (".mise.toml", tasks.mise),
    ):
        known |= parse(tree.text(path).value or "")
    return tasks.Tasks(known)


def _workflow(tree: WorkTree, path: str) -> Document[Workflow]:
    document = tree.yaml(path)
    if document.value is None:
        return Document(path, None, document.problem)
    return Document(path, workflows.parse(path, document.value))


def _resolved(
    tree: WorkTree, document: Document[Workflow], known: dict[str, Workflow], names: tasks.Tasks
) -> Document[Workflow]:
    if document.value is None:
        return document
    jobs = [part for job in document.value.jobs for part in _called(job, known)]
    return Document(
        document.path,
        replace(document.value, jobs=tuple(_with_steps(tree, job, names) for job in jobs)),
    )


def _called(job: Job, known: dict[str, Workflow]) -> list[Job]:
    """Replace a job that calls a workflow of this repository by that workflow's jobs."""
    if not job.opaque:
        return [job]
    target = known.get(job.opaque.removeprefix("./"))
    if target is None or not job.opaque.startswith("./"):
        return [job]
    if "workflow_call" not in target.triggers:
        return []  # the forge refuses to call it
    return [
        replace(
            inner,
            id=f"{job.id}/{inner.id}",
            ignored=inner.ignored or job.ignored,
            needs=(*job.needs, *(f"{job.id}/{name}" for name in inner.needs)),
            condition=" && ".join(filter(None, [job.condition, inner.condition])),
            environments=grants.expanded(inner.environments, job.inputs),
            # A called workflow that says nothing of its own has its caller's rights.
            mints=job.mints if inner.mints is None else inner.mints,
            secrets=(*job.secrets, *inner.secrets),
            called=target.path,
        )
        for inner in target.jobs
    ]


def _with_steps(tree: WorkTree, job: Job, names: tasks.Tasks) -> Job:
    steps = [part for step in job.steps for part in _composite(tree, step)]
    return replace(
        job,
        steps=tuple(
            replace(
                step, commands=tuple(c for command in step.commands for c in names.resolve(command))
            )
            for step in steps
        ),
    )


def _composite(tree: WorkTree, step: Step) -> list[Step]:
    """Replace a step that uses an action of this repository by that action's steps."""
    if not step.uses.startswith("./"):
        return [step]
    folder = step.uses.removeprefix("./").rstrip("/")
    path = tree.first([f"{folder}/action.yml", f"{folder}/action.yaml"])
    if path is None:
        return [step]
    runs = mapping(mapping(tree.yaml(path).value).get("runs"))
    inner = [workflows.step(path, item) for item in sequence(runs.get("steps"))]
    return [
        replace(
            part,
            ignored=part.ignored or step.ignored,
            condition=" && ".join(filter(None, [step.condition, part.condition])),
        )
        for part in inner
    ]
