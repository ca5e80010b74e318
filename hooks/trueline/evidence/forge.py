"""What the forge said, in one form for GitHub and GitLab, so that probes need not care which.

Asked only with `--forge`. Every part is a Document: what could not be asked has a `problem` and is
never taken for a no.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .document import Document

NOT_ASKED = (
    "the forge was not asked; run with --forge and a GITHUB_TOKEN or GITLAB_TOKEN that may read"
)


@dataclass(frozen=True, order=True)
class Person:
    """An account; `bot` tells those that no human being sits behind."""

    name: str
    bot: bool = False


@dataclass(frozen=True)
class Rule:
    """One rule that asks for a pull request before the default branch changes.

    `bypass` names who may push around it, `unreviewed` who may merge without what it asks of
    reviews; None: the token may not see that.
    """

    approvals: int | None = 0  # None: the token may not see how many it asks for
    code_owners: bool = False
    last_push: bool = False  # somebody else must approve what was pushed last
    bypass: tuple[str, ...] | None = ()
    unreviewed: tuple[str, ...] | None = ()


@dataclass(frozen=True)
class Rules:
    """The active rules of the default branch.

    `checks` are the jobs that must pass before a merge; `pipeline` says that all of CI must.
    """

    pull_request: tuple[Rule, ...] = ()
    checks: tuple[str, ...] = ()
    pipeline: bool = False

    def requires(self, job: str) -> bool:
        """True when a change cannot be merged unless this job of CI passed."""
        return self.pipeline or job in self.checks


@dataclass(frozen=True)
class Change:
    """One first-parent commit of the default branch: git says what, the forge by which request.

    `pulls` are the numbers of the merged pull requests that brought it, None when nobody could be
    asked.
    """

    sha: str
    author: str = ""  # e-mail
    root: bool = False
    at: datetime | None = None
    paths: frozenset[str] = frozenset()
    pulls: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Pull:
    """One pull (or merge) request that was merged into the default branch.

    `approved_by` holds those whose last word before the merge was yes; None when the forge was not
    asked for it, or did not say.
    """

    number: int
    author: Person
    merged_at: datetime | None
    approved_by: tuple[Person, ...] | None = None


@dataclass(frozen=True)
class Environment:
    """A deployment environment: whether only certain branches reach it, and who must agree."""

    name: str
    branch_policy: bool = False
    reviewers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deployment:
    """One deployment; `by_ci` is true when a job of CI made it and nobody by hand."""

    environment: str
    creator: Person
    by_ci: bool
    sha: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Run:
    """One run of a workflow (GitHub) or pipeline (GitLab); events have GitHub's names."""

    path: str
    event: str
    sha: str
    branch: str
    conclusion: str  # success, failure, cancelled, skipped; empty while it runs
    at: datetime | None = None


@dataclass(frozen=True)
class Release:
    """One published release with the beginning of its notes."""

    tag: str
    body: str = ""
    at: datetime | None = None


PARTS = ("rules", "pulls", "environments", "deployments", "runs", "releases")


@dataclass(frozen=True)
class Forge:
    """All that the forge said at one moment about one repository.

    `problem` says why there is no answer at all; each part has then the same problem.
    """

    kind: str  # github, gitlab
    repository: str
    branch: str  # the default branch, by the forge's own word
    commit: str  # its newest commit that was asked about
    asked_at: datetime | None
    changes: tuple[Change, ...]  # the newest first
    rules: Document[Rules]
    pulls: Document[tuple[Pull, ...]]  # the newest merge first
    environments: Document[tuple[Environment, ...]]
    deployments: Document[tuple[Deployment, ...]]  # the newest first
    runs: Document[tuple[Run, ...]]  # the newest first
    releases: Document[tuple[Release, ...]]
    problem: str | None = None

    def pull(self, number: int) -> Pull | None:
        """Return a merged pull request by its number."""
        return next((pull for pull in self.pulls.value or () if pull.number == number), None)


def closed(problem: str) -> Forge:
    """Return the Forge of which nothing is known, for one reason."""
    parts: dict[str, Any] = {name: Document(name, None, problem) for name in PARTS}
    return Forge("", "", "", "", None, (), **parts, problem=problem)


def unasked() -> Forge:
    """Return the answer of a forge that nobody asked."""
    return closed(NOT_ASKED)
