"""Which forge knows the repository, and what both are asked, with as few requests as possible.

The order: the repository itself (the one request whose failure ends it all), then everything that
needs one request, side by side; one list of merged pull requests that tells of most commits by
which request they came; and single questions only for what that list leaves open.
"""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from urllib.parse import urlsplit

from . import mainline
from .document import Document, text
from .forge import (
    Change,
    Deployment,
    Environment,
    Forge,
    Person,
    Pull,
    Release,
    Rules,
    Run,
    closed,
)
from .git import Repository, run

if TYPE_CHECKING:
    from .rest import Client

Value = TypeVar("Value")
FORGES = ("github", "gitlab")
BODY = 2_000  # characters of a release's notes that are kept
_NAME = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+")
_ORIGIN = re.compile(
    r"(?:[a-z+]+://)?(?:[^@/]+@)?([A-Za-z0-9.-]+)(?::\d+)?[:/]/?([\w./-]+?)(?:\.git)?/?"
)
BRANCH = re.compile(r"\w[\w./+@#-]{0,250}")  # what git and an address can both take
_PARALLEL = 8


@dataclass(frozen=True)
class Listed:
    """A merged pull request as a list shows it: the commits it became, and when it last changed."""

    pull: Pull
    shas: tuple[str, ...] = ()
    updated_at: datetime | None = None


def ask(
    repository: Repository,
    now: datetime,
    environment: Mapping[str, str] = os.environ,
    answer: str = "",
) -> Forge:
    """Ask the forge; `answer` is the project's own word on which it is. Never raises for it.

    GitHub by GITHUB_TOKEN, GITHUB_REPOSITORY and GITHUB_API_URL; GitLab by GITLAB_TOKEN,
    CI_PROJECT_PATH and GITLAB_API_URL or CI_API_V4_URL.
    """
    host, path = origin(repository)
    if _kind(environment, host, answer) == "gitlab":
        from .forge_gitlab import reader
    else:
        from .forge_github import reader
    found = reader(environment, host, path)
    if isinstance(found, str):
        return closed(found)
    if repository.shallow:
        return closed("the clone is shallow; fetch the whole history")
    from .rest import Unanswered

    try:
        return found.read(repository, now)
    except Unanswered as error:
        return closed(str(error))


def _kind(environment: Mapping[str, str], host: str, answer: str) -> str:
    """Return the forge that the machine's variables name, else the project, else origin."""
    named = {
        kind
        for kind, variable in (("github", "GITHUB_REPOSITORY"), ("gitlab", "CI_PROJECT_PATH"))
        if environment.get(variable, "").strip()
    }
    if len(named) == 1:
        return named.pop()
    if answer in FORGES:
        return answer
    if "gitlab" in host or "github" in host:
        return "gitlab" if "gitlab" in host else "github"
    only_gitlab = environment.get("GITLAB_TOKEN") and not environment.get("GITHUB_TOKEN")
    return "gitlab" if only_gitlab else "github"


def name(repository: Repository, environment: Mapping[str, str] = os.environ) -> str:
    """Return the repository's name on its forge, as far as the machine knows it, else empty."""
    said = [environment.get(key, "").strip() for key in ("GITHUB_REPOSITORY", "CI_PROJECT_PATH")]
    listed = [word for word in (*said, origin(repository)[1]) if _NAME.fullmatch(word)]
    return listed[0] if listed else ""


def origin(repository: Repository) -> tuple[str, str]:
    """Return the host and the path that origin's address names, both empty when there is none."""
    done = run(repository.root, "config", "--get", "remote.origin.url")
    match = _ORIGIN.fullmatch(done.stdout.decode(errors="replace").strip())
    # A name without a dot is a scheme (file:) or an alias of ssh, which says nothing of the host.
    known = match is not None and "." in match[1].strip(".")
    return (match[1].lower(), match[2].strip("/")) if match and known else ("", "")


def named(name: str, base: str, variable: str, missing: str) -> str | None:
    """Say why a repository's name or the address of the interface cannot be used."""
    if not _NAME.fullmatch(name):
        return missing
    return None if urlsplit(base).scheme in ("https", "http") else f"{variable} is no http address"


class Reader(ABC):
    """What both forges are asked; each says how its own interface calls it."""

    kind: ClassVar[str]

    def __init__(self, client: Client, name: str) -> None:
        self.client = client
        self.name = name
        self.branch = ""

    def read(self, repository: Repository, now: datetime) -> Forge:
        """Ask all of it; raises Unanswered when not even the repository is answered for."""
        said = self.default_branch()
        self.branch = said if BRANCH.fullmatch(said) else repository.branch()
        tip = mainline.tip(repository, self.branch)
        changes = mainline.history(repository, tip)
        with ThreadPoolExecutor(max_workers=_PARALLEL) as pool:
            parts: dict[str, Future[Any]] = {
                name: pool.submit(question)
                for name, question in (
                    ("rules", self.rules),
                    ("environments", self.environments),
                    ("deployments", self.deployments),
                    ("runs", self.runs),
                    ("releases", self.releases),
                )
            }
            brought, pulls = self._history(pool, changes)
            answers: dict[str, Any] = {name: _part(name, f.result) for name, f in parts.items()}
        return Forge(
            kind=self.kind,
            repository=self.name,
            branch=self.branch,
            commit=tip,
            asked_at=now,
            changes=mainline.joined(changes, brought),
            pulls=pulls,
            **answers,
        )

    def _history(
        self, pool: ThreadPoolExecutor, changes: tuple[Change, ...]
    ) -> tuple[dict[str, tuple[int, ...]], Document[tuple[Pull, ...]]]:
        wanted = mainline.asked(changes)
        listing = _part("pulls", lambda: self._listing([change.sha for change in wanted]))
        known: dict[str, list[Listed]] = {}
        for listed in listing.value or ():
            for sha in listed.shas:
                known.setdefault(sha, []).append(listed)
        if not listing.problem:
            left = [change.sha for change in wanted if change.sha not in known]
            futures = {sha: pool.submit(self.bringing, sha) for sha in left}
            answers = {sha: _part(sha, future.result) for sha, future in futures.items()}
            known |= {sha: list(a.value) for sha, a in answers.items() if a.value is not None}
        brought = {sha: tuple(item.pull.number for item in items) for sha, items in known.items()}
        every = {
            item.pull.number: item.pull
            for item in (*(listing.value or ()), *(i for items in known.values() for i in items))
        }
        pulls = sorted(every.values(), key=_merged, reverse=True)
        if listing.problem:
            return brought, Document("pulls", None, listing.problem)
        return brought, Document("pulls", self._reviewed(pool, pulls, brought, changes))

    def _listing(self, wanted: list[str]) -> list[Listed]:
        """Page through the merged requests while a page tells more than the single questions."""
        from .rest import MOST_PAGES

        found: list[Listed] = []
        for number in range(1, MOST_PAGES + 1):
            listed, more = self.merged(number)
            found += listed
            open_ = set(wanted) - {sha for item in found for sha in item.shas}
            oldest = min((_stamp(item.updated_at) for item in listed), default=0.0)
            # A request that the next page holds was merged before the oldest change of this one.
            newest = sum(_merged(item.pull) >= oldest for item in found)
            if not more or (len(open_) <= 1 and newest >= mainline.NEWEST):
                break
        return found

    def _reviewed(
        self,
        pool: ThreadPoolExecutor,
        pulls: list[Pull],
        brought: dict[str, tuple[int, ...]],
        changes: tuple[Change, ...],
    ) -> tuple[Pull, ...]:
        """Ask who approved the newest requests, and the newest that touch infrastructure."""
        infra = mainline.touching(changes, mainline.infrastructure)[: mainline.NEWEST]
        touching = {n for change in infra for n in brought.get(change.sha, ())}
        judged = [*pulls[: mainline.NEWEST], *(p for p in pulls if p.number in touching)]
        futures = {pull.number: pool.submit(self.approvers, pull) for pull in dict.fromkeys(judged)}
        said = {number: _part("reviews", future.result) for number, future in futures.items()}
        return tuple(
            replace(pull, approved_by=said[pull.number].value if pull.number in said else None)
            for pull in pulls
        )

    @abstractmethod
    def default_branch(self) -> str:
        """Return the default branch, and with it whether the repository can be read at all."""

    @abstractmethod
    def rules(self) -> Rules:
        """Return the active rules of the default branch."""

    @abstractmethod
    def merged(self, page: int) -> tuple[list[Listed], bool]:
        """Return one page of the requests merged into the default branch, last changed first."""

    @abstractmethod
    def bringing(self, sha: str) -> list[Listed]:
        """Return the merged requests that brought a commit."""

    @abstractmethod
    def approvers(self, pull: Pull) -> tuple[Person, ...]:
        """Return those whose last word on a request, before its merge, was yes."""

    @abstractmethod
    def environments(self) -> tuple[Environment, ...]:
        """Return the environments with their protection."""

    @abstractmethod
    def deployments(self) -> tuple[Deployment, ...]:
        """Return the newest deployments."""

    @abstractmethod
    def runs(self) -> tuple[Run, ...]:
        """Return the newest runs of CI for the default branch."""

    @abstractmethod
    def releases(self) -> tuple[Release, ...]:
        """Return the published releases."""


def _part(name: str, question: Callable[[], Value]) -> Document[Value]:
    from .rest import Unanswered

    try:
        return Document(name, question())
    except Unanswered as error:
        return Document(name, None, str(error))


def _stamp(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def _merged(pull: Pull) -> float:
    return _stamp(pull.merged_at)


def number(value: object) -> int:
    """Return a whole number as it is, 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def names(items: Iterable[object]) -> tuple[str, ...]:
    """Return the texts among some values, each once."""
    return tuple(dict.fromkeys(name for item in items if (name := text(item))))
