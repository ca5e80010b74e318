"""GitHub's answers: the rules of the default branch, and which pull request each commit came by.

Asked only with `--forge`; what could not be asked is said, and is never taken for a no.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from .document import mapping, sequence, text
from .git import Repository, run

if TYPE_CHECKING:
    from .rest import Client

COMMITS = 30
_NAME = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_ORIGIN = re.compile(r"github\.com[:/]([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+?)(?:\.git)?/?$")


@dataclass(frozen=True)
class Mainline:
    """One first-parent commit of the default branch and whether a merged pull request
    brought it.
    """

    sha: str
    author: str
    root: bool
    merged: bool


@dataclass(frozen=True)
class Forge:
    """What the forge said. `problem` says why there is no answer."""

    branch: str = ""
    by_pull_request: bool = False  # an active rule asks for a pull request
    bypass: tuple[str, ...] | None = None  # who may bypass it; None: the token may not see that
    commits: tuple[Mainline, ...] = ()
    problem: str | None = None


def unasked() -> Forge:
    """Return the answer of a forge that nobody asked."""
    return Forge(
        problem="the forge was not asked; run with --forge and a GITHUB_TOKEN that may read"
    )


def ask(repository: Repository, environment: Mapping[str, str] = os.environ) -> Forge:
    """Ask GitHub's REST API (GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN); never raises for its
    answers.
    """
    token = environment.get("GITHUB_TOKEN", "").strip()
    if not token:
        return Forge(problem="GITHUB_TOKEN is not set")
    name = environment.get("GITHUB_REPOSITORY", "").strip() or _origin(repository)
    if not _NAME.fullmatch(name):
        return Forge(problem="GITHUB_REPOSITORY is not set and origin is no repository on GitHub")
    base = environment.get("GITHUB_API_URL", "").strip() or "https://api.github.com"
    if urlsplit(base).scheme not in ("https", "http"):
        return Forge(problem="GITHUB_API_URL is no http address")
    if repository.shallow:
        return Forge(problem="the clone is shallow; fetch the whole history")
    from .rest import Client, Unanswered

    client = Client(f"{base.rstrip('/')}/repos/{name}", token)
    try:
        return _answers(client, repository)
    except Unanswered as error:
        return Forge(problem=str(error))


def _origin(repository: Repository) -> str:
    url = (
        run(repository.root, "config", "--get", "remote.origin.url")
        .stdout.decode(errors="replace")
        .strip()
    )
    match = _ORIGIN.search(url)
    return match[1] if match else ""


def _answers(client: Client, repository: Repository) -> Forge:
    from concurrent.futures import ThreadPoolExecutor

    branch = repository.branch()
    rules = [
        mapping(rule) for rule in sequence(client.get(f"/rules/branches/{quote(branch, safe='')}"))
    ]
    asking = [rule for rule in rules if text(rule.get("type")) == "pull_request"]
    commits = repository.first_parents(COMMITS, branch)
    with ThreadPoolExecutor(max_workers=8) as pool:
        pulls = list(
            pool.map(
                lambda sha: client.get(f"/commits/{sha}/pulls"), [sha for sha, _, _ in commits]
            )
        )
    mainline = tuple(
        Mainline(sha, author, root, _merged(answer, branch))
        for (sha, author, root), answer in zip(commits, pulls, strict=True)
    )
    return Forge(branch, bool(asking), _bypass(client, asking), mainline)


def _merged(pulls: object, branch: str) -> bool:
    return any(
        mapping(pull).get("merged_at")
        and text(mapping(mapping(pull).get("base")).get("ref")) in (branch, "")
        for pull in sequence(pulls)
    )


def _bypass(client: Client, rules: list[dict[str, object]]) -> tuple[str, ...] | None:
    """Return who may bypass every one of the rules; GitHub shows it only to those who may edit
    them.
    """
    from .rest import Unanswered

    found: list[tuple[str, ...]] = []
    for rule in rules:
        number = rule.get("ruleset_id")
        if not isinstance(number, int):
            return None
        try:
            body = mapping(client.get(f"/rulesets/{number}"))
        except Unanswered:
            return None
        if "bypass_actors" not in body:
            return None
        actors = [mapping(actor) for actor in sequence(body["bypass_actors"])]
        found.append(
            tuple(f"{text(a.get('actor_type'))} {text(a.get('actor_id'))}".strip() for a in actors)
        )
    return min(found, key=len, default=())
