"""The Snapshot: everything the probes may look at, read once; it holds the clock too."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from . import (
    actions,
    columns,
    environment,
    forge,
    hooks,
    pages,
    pipeline,
    project,
    released,
    runs,
    service,
    suite,
)
from .columns import Columns
from .document import Document, mapping, text
from .environment import Environment
from .files import WorkTree
from .forge import Forge
from .git import Commit, Repository
from .hooks import Hooks
from .pages import Pages
from .pipeline import Notebooks, Stage
from .project import Project, Vouched
from .released import Released
from .runs import Runs
from .service import Alert, Service
from .suite import Suite
from .workflows import Workflows

# Events that judge a version; a log holds hundreds, and only the newest matter.
_VERDICTS = ("gate_decision", "canary_verdict")
NEWEST = 10


@dataclass(frozen=True)
class Snapshot:
    """One repository at one moment. Equal snapshots score equally: nothing is read after this."""

    root: Path
    now: datetime
    head: str
    shallow: bool
    branch: str
    files: frozenset[str]
    links_out: frozenset[str]  # tracked links that leave the repository
    empty: frozenset[str]  # tracked files without content
    project: Project
    workflows: Workflows
    environment: Environment
    hooks: Document[Hooks]
    stages: Document[tuple[Stage, ...]]
    notebooks: Notebooks
    columns: Columns
    suite: Suite
    service: Service
    alerts: Document[tuple[Alert, ...]]
    operations: Document[dict[str, object]]
    pages: Pages
    released: Released
    vouched: Vouched
    runs: Runs
    commits: Mapping[str, Commit]
    copied: str  # the commit that brought the copy of the template; '' when that cannot be told
    forge: Forge
    unreadable: Mapping[str, str]

    def commit(self, sha: str) -> Commit:
        """Return what a commit is to HEAD; one that nobody looked up counts as unknown."""
        return self.commits.get(sha, Commit(sha))

    def has(self, place: str) -> bool:
        """True when a path (or folder) of the repository is tracked; an anchor is left aside."""
        path = place.partition("#")[0].removeprefix("./").rstrip("/")
        return path in self.files or any(name.startswith(f"{path}/") for name in self.files if path)


def collect(
    path: Path,
    *,
    now: datetime | None = None,
    ask_forge: bool = False,
    texts: Released | None = None,
) -> Snapshot:
    """Read the repository whose work tree is `path`; nothing in it is imported, run or changed.

    `texts` stands in for the released prose, in tests. Raises BadInput when there is no repository.
    """
    repository = Repository.open(path)
    tree = WorkTree(repository.root, repository.tracked())
    left = runs.read(tree, repository)
    vouched = project.vouched(tree)
    found = columns.read(tree, left)
    operations = tree.yaml("conf/operations.yaml")
    rules = tree.yaml("monitoring/rules.yml")
    stages = pipeline.read(tree)
    code = {path for stage in stages.value or () for path in stage.code if path in tree.tracked}
    workflows = actions.read(tree)
    # In a shallow clone the oldest commit seems to add every file.
    copied = "" if repository.shallow else repository.first_with(".copier-answers.yml")
    asked = forge.ask(repository) if ask_forge else forge.unasked()
    return Snapshot(
        root=repository.root,
        now=now or datetime.now(UTC),
        head=repository.head,
        shallow=repository.shallow,
        branch=repository.branch(),
        files=tree.tracked,
        links_out=frozenset(path for path in code if _leaves(tree, path)),
        empty=frozenset(path for path in code if not (tree.text(path).value or "").strip()),
        project=project.read(tree),
        workflows=workflows,
        environment=environment.read(tree),
        hooks=hooks.read(tree),
        stages=stages,
        notebooks=pipeline.notebooks(tree),
        columns=found,
        suite=suite.read(tree),
        service=service.read(tree),
        alerts=Document(
            rules.path, None if rules.value is None else service.alerts(rules.value), rules.problem
        ),
        operations=Document(
            operations.path,
            None if operations.value is None else mapping(operations.value),
            operations.problem,
        ),
        pages=pages.read(tree),
        released=texts or released.load(),
        vouched=vouched,
        runs=left,
        commits=repository.commits(_named(left, vouched, found) | ({copied} - {""})),
        copied=copied,
        forge=asked,
        unreadable=dict(tree.seen),
    )


def _leaves(tree: WorkTree, path: str) -> bool:
    return (
        # Unlike Path.resolve it leaves a link that leads to itself as it is.
        not Path(os.path.realpath(tree.root / path)).is_relative_to(tree.root)
        or PurePosixPath(path).is_absolute()
    )


def _named(left: Runs, vouched: Vouched, found: Columns) -> set[str]:
    """Return the commits that any piece of evidence names."""
    shas = {record.commit for record in (*left.tests, *left.ml_tests)}
    shas |= {report.commit for report in left.reports}
    shas |= {signature.commit for signature in found.signatures}
    shas |= {
        str(record.fields.get("reviewed_commit", "")) for record in vouched.records.value or ()
    }
    shas |= {text(record.fields.get("commit")) for record in vouched.manual}
    shas |= {text(event.fields.get("git_sha")) for event in left.events if "rollback" in event.type}
    for kind in _VERDICTS:
        said = [event for event in left.events if event.type == kind]
        shas |= {text(event.fields.get("git_sha")) for event in said[-NEWEST:]}
    return {sha for sha in shas if sha}
