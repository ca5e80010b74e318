"""The Snapshot: everything the probes may look at, read once; it holds the clock too."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from . import (
    access,
    actions,
    alerting,
    branching,
    codeowners,
    columns,
    docstrings,
    environment,
    environments,
    flows,
    forge,
    functions,
    grounded,
    history,
    hooks,
    imports,
    infra,
    load,
    mainline,
    mlflow,
    modules,
    openapi,
    packaged,
    pages,
    pipeline,
    project,
    reference,
    released,
    runs,
    service,
    signatures,
    sources,
    suite,
    versions,
)
from .access import Access
from .alerting import Alertmanager
from .branching import Branching
from .codeowners import CodeOwners
from .columns import Columns
from .docstrings import Docstrings
from .document import Document, blank, mapping, text
from .environment import Environment
from .environments import Environments
from .files import WorkTree
from .flows import Flows
from .forge import Forge
from .functions import Functions
from .git import Commit, Repository
from .history import History
from .hooks import Hooks
from .imports import Imports
from .infra import Infrastructure
from .load import Scenario
from .mlflow import Tracking
from .modules import Modules
from .openapi import Api
from .pages import Pages
from .pipeline import Notebooks, Stage
from .project import Project, Vouched
from .reference import Reference
from .released import Released
from .runs import Runs
from .service import Alert, Service
from .sources import Code
from .suite import Suite
from .versions import Manifest
from .workflows import Workflows

RULES = tuple(f"monitoring/{n}.{end}" for n in ("rules", "alerts") for end in ("yml", "yaml"))
ANSWERS = ".copier-answers.yml"
# Events whose commits are looked up, of each kind so many of the newest: git is asked for each.
NAMING = (
    ("rollback", "rollback_drill"),
    ("model_deployed",),
    ("alert_test",),
    ("canary_verdict", "canary"),
    ("gate_decision", "candidate_unchanged", "model_trained", "model_registered"),
)
MOST_EVENTS = 15
# Events whose commit is looked up: of each kind and environment the newest that went well.
DEPLOYMENTS = ("model_deployed", "infra_deploy", "no_deploy_needed")


@dataclass(frozen=True)
class Snapshot:
    """One repository at one moment. Equal snapshots score equally: nothing is read after this."""

    root: Path
    now: datetime
    head: str
    shallow: bool
    branch: str
    origin: str  # owner/name of the repository on its forge, if origin says so
    tip: str  # the newest commit of the default branch
    files: frozenset[str]
    links_out: frozenset[str]  # tracked links that leave the repository
    empty: frozenset[str]  # tracked files without content, or with comments alone
    project: Project
    workflows: Workflows
    environment: Environment
    infra: Infrastructure
    environments: Environments
    branching: Branching
    hooks: Document[Hooks]
    stages: Document[tuple[Stage, ...]]
    notebooks: Notebooks
    columns: Columns
    imports: Imports
    code: Code
    suite: Suite
    service: Service
    flows: Flows
    alerts: Document[tuple[Alert, ...]]
    alertmanager: Document[Alertmanager]
    access: Access
    load: tuple[Scenario, ...]
    modules: Modules
    operations: Document[dict[str, object]]
    pages: Pages
    functions: Functions
    docstrings: Docstrings
    packaged: tuple[tuple[str, str], ...]  # (file, name) that takes the project from elsewhere
    reference: Reference  # of the code, made from docstrings
    api: Document[Api]
    history: History
    released: Released
    vouched: Vouched
    codeowners: Document[CodeOwners]
    runs: Runs
    manifests: tuple[Manifest, ...]
    tracking: Document[Tracking]
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
        return path in self.files or path in self._folders

    @cached_property
    def _folders(self) -> frozenset[str]:
        near = {path.rpartition("/")[0] for path in self.files} - {""}
        return frozenset(
            folder[:end] for folder in near for end, sign in enumerate(f"{folder}/") if sign == "/"
        )


def collect(
    path: Path,
    *,
    now: datetime | None = None,
    ask_forge: bool = False,
    forge_from: Path | None = None,
    texts: Released | None = None,
) -> Snapshot:
    """Read the repository whose work tree is `path`; nothing in it is imported, run or changed.

    `forge_from` names a file of the forge's saved answers. `texts` stands in for the released
    prose, in tests. Raises BadInput when there is no repository.
    """
    repository = Repository.open(path)
    # What waits for git is done beside what reads Python.
    beside = ThreadPoolExecutor(2)
    authored = beside.submit(history.read, repository)
    # In a shallow clone the oldest commit seems to add every file.
    copied = beside.submit(lambda: "" if repository.shallow else repository.first_with(ANSWERS))
    beside.shutdown(wait=False)
    tree = WorkTree(repository.root, repository.tracked())
    left = runs.read(tree, repository)
    vouched = project.vouched(tree)
    tracking = mlflow.read(tree)
    found = columns.read(tree, signatures.read(tree, left, tracking.value))
    operations = tree.yaml("conf/operations.yaml")
    rules = tree.yaml(tree.first(RULES) or RULES[0])
    manifests = versions.read(tree)
    stages = pipeline.read(tree)
    code = {path for stage in stages.value or () for path in stage.code if path in tree.tracked}
    branch = repository.branch()
    workflows = actions.read(tree, branch)
    machines = infra.read(tree, repository)
    places = environments.read(tree, machines)
    found_code = sources.read(tree)
    at = now or datetime.now(UTC)
    return Snapshot(
        root=repository.root,
        now=at,
        head=repository.head,
        shallow=repository.shallow,
        branch=branch,
        origin=repository.origin(),
        tip=mainline.tip(repository, branch),
        files=tree.tracked,
        links_out=frozenset(path for path in code if tree.leaves(path)),
        empty=frozenset(path for path in code if blank(tree.text(path).value)),
        project=project.read(tree),
        workflows=workflows,
        environment=environment.read(tree),
        infra=machines,
        environments=places,
        branching=branching.read(tree, places.settings),
        hooks=hooks.read(tree),
        stages=stages,
        notebooks=pipeline.notebooks(tree),
        columns=found,
        imports=imports.read(tree),
        code=found_code,
        suite=grounded.grounded(suite.read(tree), found_code),
        service=service.read(tree),
        flows=flows.read(tree),
        alerts=Document(
            rules.path, None if rules.value is None else service.alerts(rules.value), rules.problem
        ),
        alertmanager=alerting.read(tree),
        access=access.read(tree),
        load=load.read(tree),
        modules=modules.read(tree),
        operations=Document(
            operations.path,
            None if operations.value is None else mapping(operations.value),
            operations.problem,
        ),
        pages=pages.read(tree),
        functions=functions.read(tree),
        docstrings=docstrings.read(tree),
        packaged=packaged.read(tree),
        reference=reference.read(tree),
        api=openapi.read(tree),
        history=authored.result(),
        released=texts or released.load(),
        vouched=vouched,
        codeowners=codeowners.read(tree),
        runs=left,
        manifests=manifests,
        tracking=tracking,
        commits=repository.commits(
            _named(left, vouched, found, manifests, at) | {copied.result()} - {""}
        ),
        copied=copied.result(),
        forge=_forge(repository, tree, at, forge_from, ask=ask_forge),
        unreadable=dict(tree.seen),
    )


def _forge(
    repository: Repository, tree: WorkTree, now: datetime, saved: Path | None, *, ask: bool
) -> Forge:
    """Return what the forge says now or said before, or that nobody asked it."""
    # What speaks to a forge is imported when one is asked: it would slow every other check.
    if saved is not None:
        from . import forge_ask, forge_file

        return forge_file.load(saved, repository, forge_ask.name(repository), now)
    if not ask:
        return forge.unasked()
    from . import forge_ask

    answers = mapping(tree.yaml(ANSWERS).value)
    return forge_ask.ask(repository, now, answer=text(answers.get("forge")))


def _named(
    left: Runs, vouched: Vouched, found: Columns, manifests: tuple[Manifest, ...], now: datetime
) -> set[str]:
    """Return the commits that any piece of evidence names."""
    shas = {record.commit for record in (*left.tests, *left.ml_tests)}
    shas |= {report.commit for report in left.reports}
    shas |= {signature.commit for signature in found.signatures}
    shas |= {
        str(record.fields.get("reviewed_commit", "")) for record in vouched.records.value or ()
    }
    shas |= {text(record.fields.get("commit")) for record in vouched.manual}
    shas |= {manifest.commit for manifest in manifests[:MOST_EVENTS]}
    for types in NAMING:
        newest = left.dated(*types)[:MOST_EVENTS]
        shas |= {text(event.fields.get("git_sha")) for event in newest}
    shas |= {text(event.fields.get("git_sha")) for event in left.latest(now, *DEPLOYMENTS)}
    return {sha for sha in shas if sha}
