"""GitHub's REST API, version 2022-11-28."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import quote, urlsplit

from .document import mapping, sequence, text
from .forge import Deployment, Environment, Person, Pull, Release, Rule, Rules, Run
from .forge_ask import BODY, Listed, Reader, named, names, number
from .moment import moment

_WORDS = ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")  # a comment changes no earlier word
_JOB = "github-actions[bot]"
_PATH = re.compile(r"@.*$")  # a run's path may name the ref it was taken from


def reader(environment: Mapping[str, str], host: str, path: str) -> Reader | str:
    """Return the reader for the repository that the environment or origin names, or why none."""
    token = environment.get("GITHUB_TOKEN", "").strip()
    if not token:
        return "GITHUB_TOKEN is not set"
    base = environment.get("GITHUB_API_URL", "").strip() or "https://api.github.com"
    known = {"github.com", urlsplit(base).hostname}
    name = environment.get("GITHUB_REPOSITORY", "").strip() or (path if host in known else "")
    missing = "GITHUB_REPOSITORY is not set and origin is no repository on GitHub"
    reason = named(name, base, "GITHUB_API_URL", missing)
    if reason:
        return reason
    from .rest import Client

    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    return Github(Client(f"{base.rstrip('/')}/repos/{name}", headers), name)


class Github(Reader):
    """One repository on GitHub."""

    kind: ClassVar[str] = "github"

    def default_branch(self) -> str:
        """Return it, by the repository's own description."""
        return text(mapping(self.client.get("")).get("default_branch"))

    def rules(self) -> Rules:
        """Return the rules of active rulesets and those of classic branch protection."""
        branch = quote(self.branch, safe="")
        listed = self.client.everything(f"/rules/branches/{branch}")
        asking = [rule for rule in listed if text(rule.get("type")) == "pull_request"]
        found = [self._rule(rule) for rule in asking]
        required = [r for r in listed if text(r.get("type")) == "required_status_checks"]
        checks = [
            mapping(check).get("context")
            for rule in required
            for check in sequence(mapping(rule.get("parameters")).get("required_status_checks"))
        ]
        body = mapping(self.client.get(f"/branches/{branch}"))
        classic = mapping(mapping(body.get("protection")).get("required_status_checks"))
        checks += sequence(classic.get("contexts"))
        if body.get("protected") is True:
            found += self._classic(f"/branches/{branch}/protection", sure=bool(found))
        return Rules(tuple(found), names(checks))

    def _rule(self, rule: dict[str, object]) -> Rule:
        asked = mapping(rule.get("parameters"))
        everyone, pushing = self._bypass(rule.get("ruleset_id"))
        return Rule(
            number(asked.get("required_approving_review_count")),
            asked.get("require_code_owner_review") is True,
            asked.get("require_last_push_approval") is True,
            pushing,
            everyone,
        )

    def _bypass(self, ruleset: object) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
        """Return who may bypass a ruleset, and who of them even without a pull request.

        GitHub shows it only to those who may edit the ruleset.
        """
        from .rest import Unanswered

        try:
            body = mapping(self.client.get(f"/rulesets/{number(ruleset)}"))
        except Unanswered:
            return None, None
        if "bypass_actors" not in body:
            return None, None
        actors = [mapping(actor) for actor in sequence(body["bypass_actors"])]
        pushing = [actor for actor in actors if text(actor.get("bypass_mode")) != "pull_request"]
        return tuple(map(_actor, actors)), tuple(map(_actor, pushing))

    def _classic(self, path: str, *, sure: bool) -> list[Rule]:
        """Return the classic protection's rule; only those who administrate may read it.

        `sure`: a ruleset asks for a pull request already, so nothing hangs on it.
        """
        from .rest import Unanswered

        try:
            body = mapping(self.client.get(path))
        except Unanswered as error:
            if sure or error.code == 404:  # protected by rulesets alone
                return []
            raise
        if "required_pull_request_reviews" not in body:
            return []
        asked = mapping(body["required_pull_request_reviews"])
        allowed = mapping(asked.get("bypass_pull_request_allowances"))
        bypass = names(
            f"{kind} {text(mapping(actor).get(key))}"
            for kind, key in (("users", "login"), ("teams", "slug"), ("apps", "slug"))
            for actor in sequence(allowed.get(kind))
        )
        if mapping(body.get("enforce_admins")).get("enabled") is not True:
            bypass = (*bypass, "administrators")
        return [
            Rule(
                number(asked.get("required_approving_review_count")),
                asked.get("require_code_owner_reviews") is True,
                asked.get("require_last_push_approval") is True,
                bypass,
                bypass,
            )
        ]

    def merged(self, page: int) -> tuple[list[Listed], bool]:
        """Return a page of the closed pull requests, as far as they were merged."""
        asked = {"state": "closed", "base": self.branch, "sort": "updated", "direction": "desc"}
        listed, more = self.client.page("/pulls", page, **asked)
        return self._listed(listed), more

    def bringing(self, sha: str) -> list[Listed]:
        """Return the merged pull requests of one commit."""
        listed, _ = self.client.page(f"/commits/{sha}/pulls", 1)
        return self._listed(listed)

    def _listed(self, pulls: list[object]) -> list[Listed]:
        found: list[Listed] = []
        for body in map(mapping, pulls):
            merged_at = moment(body.get("merged_at"))
            base = text(mapping(body.get("base")).get("ref"))
            if merged_at and base == self.branch and number(body.get("number")):
                pull = Pull(number(body.get("number")), _person(body.get("user")), merged_at)
                shas = names([body.get("merge_commit_sha")])
                found.append(Listed(pull, shas, moment(body.get("updated_at"))))
        return found

    def approvers(self, pull: Pull) -> tuple[Person, ...]:
        """Return each reviewer whose last word before the merge was an approval."""
        last: dict[Person, str] = {}
        for review in self.client.everything(f"/pulls/{pull.number}/reviews"):
            at = moment(review.get("submitted_at"))
            late = at is not None and pull.merged_at is not None and at > pull.merged_at
            state = text(review.get("state"))
            if state in _WORDS and not late:
                last[_person(review.get("user"))] = state
        return tuple(person for person, state in last.items() if state == "APPROVED")

    def environments(self) -> tuple[Environment, ...]:
        """Return the environments with their deployment protection rules."""
        return tuple(
            Environment(
                text(body.get("name")),
                isinstance(body.get("deployment_branch_policy"), dict),
                names(
                    f"{text(mapping(r).get('type'))} {_who(mapping(r).get('reviewer'))}"
                    for rule in sequence(body.get("protection_rules"))
                    if text(mapping(rule).get("type")) == "required_reviewers"
                    for r in sequence(mapping(rule).get("reviewers"))
                ),
            )
            for body in self.client.everything("/environments")
        )

    def deployments(self) -> tuple[Deployment, ...]:
        """Return the newest hundred deployments of all environments."""
        return tuple(
            Deployment(
                text(body.get("environment")),
                creator := _person(body.get("creator")),
                creator.name == _JOB,
                text(body.get("sha")),
                moment(body.get("created_at")),
            )
            for body in self.client.everything("/deployments", 1)
        )

    def runs(self) -> tuple[Run, ...]:
        """Return the newest hundred workflow runs of the default branch."""
        return tuple(
            Run(
                _PATH.sub("", text(body.get("path"))),
                text(body.get("event")),
                text(body.get("head_sha")),
                text(body.get("head_branch")),
                text(body.get("conclusion")),
                moment(body.get("created_at")),
            )
            for body in self.client.everything("/actions/runs", 1, branch=self.branch)
        )

    def releases(self) -> tuple[Release, ...]:
        """Return the published releases; a draft is none."""
        return tuple(
            Release(
                text(body.get("tag_name")),
                text(body.get("body"))[:BODY],
                moment(body.get("published_at")),
            )
            for body in self.client.everything("/releases")
            if body.get("draft") is not True
        )


def _person(user: object) -> Person:
    body = mapping(user)
    name = text(body.get("login"))
    return Person(name, text(body.get("type")) != "User" or name.endswith("[bot]"))


def _who(reviewer: object) -> str:
    body = mapping(reviewer)
    return text(body.get("login")) or text(body.get("slug")) or text(body.get("name"))


def _actor(actor: dict[str, object]) -> str:
    return f"{text(actor.get('actor_type'))} {text(actor.get('actor_id'))}".strip()
