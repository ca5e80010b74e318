"""5.4: data scientists can add a feature by pull request, and one of them did."""

from __future__ import annotations

from datetime import timedelta

from ....evidence.forge import Pull
from ....evidence.mainline import feature, touching
from ....evidence.released import NEW_WORDS, all_words, digest, prompted, sections, words
from ....evidence.runs import age
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, old, unseen, weak
from ...probe import Probe
from ...proof import IDLE_PYTEST
from ...reviewed import ASK, bringing, source
from ...team import TEAM, account, holders

RECIPE = "CONTRIBUTING.md"
ROLE = "data science"


class FeaturesByPullRequest(Probe):
    """Data scientists add features by pull request."""

    statement = "5.4"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Recipe, owners and tests make it possible; a merged pull request shows that it is."""
        forge = snapshot.forge
        if forge.pulls.problem:
            return unseen(forge.pulls.problem, **ASK)
        for document in (snapshot.pages.text(RECIPE), snapshot.codeowners):
            if document.problem:
                return unseen(
                    f"{document.path} cannot be read: {document.problem}", Place(document.path)
                )
        files = sorted(path for path in snapshot.files if feature(path))
        if not files:
            return missing("there is no code of features (src/<package>/features/)")
        gap = _recipe(snapshot) or _owners(files, snapshot) or _tested(files, snapshot)
        return gap or self._done(snapshot)

    def _done(self, snapshot: Snapshot) -> Finding:
        changes = touching(snapshot.forge.changes, feature)
        people = holders(ROLE, snapshot)
        pulls = bringing(changes, snapshot)
        own = [pull for pull in pulls if _own(pull, people, snapshot)]
        if not own and any(change.pulls is None for change in changes[:1]):
            return unseen(f"the forge did not say how {changes[0].sha[:12]} came", **ASK)
        if not own:
            whose = "of a data scientist " if pulls else ""
            return weak(f"no merged pull request {whose}changed a feature yet", Place(RECIPE))
        days = self.entry.number("days")
        since = age(own[0].merged_at, snapshot.now)
        if since is None:
            return weak(f"#{own[0].number} was merged in the future", Place(RECIPE))
        if since > timedelta(days=days):
            return old(
                f"the last one (#{own[0].number}) is {since.days} days ago, {days:.0f} are the most"
            )
        by = own[0].author.name
        return found(
            f"{by} changed a feature by #{own[0].number}",
            source(snapshot, f"#{own[0].number}"),
            Place(RECIPE),
            Place(TEAM),
        )


def _own(pull: Pull, people: frozenset[str], snapshot: Snapshot) -> bool:
    author = pull.author
    return (
        not author.bot
        and author.name not in snapshot.vouched.bots
        and account(author.name) in people
    )


def _recipe(snapshot: Snapshot) -> Finding | None:
    """Return the gap when CONTRIBUTING.md has no section of its own words about features."""
    text = snapshot.pages.text(RECIPE).value or ""
    known = snapshot.released.paths.get(RECIPE)
    for title, body in sections(text).items():
        if {"feature", "features"} & all_words(title):
            shipped = known.words if known else frozenset()
            own = [word for word in words(body, RECIPE) if digest(word) not in shipped]
            if len(own) >= NEW_WORDS and not prompted(body):
                return None
    return missing(
        f"{RECIPE} does not say how to add a feature",
        remedy=f"write a section `Add a feature` into {RECIPE}",
    )


def _owners(files: list[str], snapshot: Snapshot) -> Finding | None:
    """Return the gap when a data scientist may not approve a feature."""
    people = holders(ROLE, snapshot)
    if not people:
        return missing(f"{TEAM} names nobody with the role {ROLE}", Place(TEAM))
    known = snapshot.codeowners.value
    for path in files:
        if not known or people.isdisjoint(map(account, known.of(path))):
            return missing(
                f"{snapshot.codeowners.path} lets no data scientist approve {path}",
                Place(snapshot.codeowners.path),
            )
    return None


def _tested(files: list[str], snapshot: Snapshot) -> Finding | None:
    """Return the gap when no job tests a pull request that changes a feature."""
    for workflow in snapshot.workflows.readable:
        trigger = workflow.triggers.get("pull_request")
        if trigger is None or not trigger.lets_branch(snapshot.branch):
            continue
        if not trigger.sees_new_commits or not any(map(trigger.lets_path, files)):
            continue
        for job in workflow.runnable("pull_request"):
            for _, command in job.running("pytest", "py.test"):
                if not command.has(*IDLE_PYTEST) and command.swallowed is None:
                    return None
    return missing("no job of CI tests a pull request that changes a feature")
