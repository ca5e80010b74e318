"""GitLab's REST API, version 4: other words for the same things.

A branch that nobody may push to asks for a merge request; approval rules are a part of some plans
only, and where they cannot be read nothing is claimed about them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import quote, urlsplit

from .document import mapping, sequence, text
from .forge import Deployment, Environment, Person, Pull, Release, Rule, Rules, Run
from .forge_ask import BODY, Listed, Reader, named, names, number
from .moment import moment

_ADMIN = 60  # the access level of an instance's administrators
_BOT = re.compile(r"(project|group)_\d+_bot(_\w+)?|service_account_\w+|.*\[bot\]", re.IGNORECASE)
_EVENTS = {"merge_request_event": "pull_request", "web": "workflow_dispatch"}
_CONCLUSIONS = {"success": "success", "failed": "failure", "canceled": "cancelled"}
PIPELINE = ".gitlab-ci.yml"


def reader(environment: Mapping[str, str], host: str, path: str) -> Reader | str:
    """Return the reader for the project that the environment or origin names, or why none.

    A host other than gitlab.com gets the token only when GITLAB_API_URL or CI names it.
    """
    token = environment.get("GITLAB_TOKEN", "").strip()
    if not token:
        return "GITLAB_TOKEN is not set"
    said = environment.get("GITLAB_API_URL", "").strip()
    base = said or environment.get("CI_API_V4_URL", "").strip() or "https://gitlab.com/api/v4"
    on_it = host == (urlsplit(base).hostname or "")
    name = environment.get("CI_PROJECT_PATH", "").strip() or (path if on_it else "")
    missing = f"CI_PROJECT_PATH is not set and origin is no project on {urlsplit(base).hostname}"
    reason = named(name, base, "GITLAB_API_URL", missing)
    if reason:
        return reason
    from .rest import Client

    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    address = f"{base.rstrip('/')}/projects/{quote(name, safe='')}"
    return Gitlab(Client(address, headers), name)


class Gitlab(Reader):
    """One project on GitLab."""

    kind: ClassVar[str] = "gitlab"
    _project: dict[str, object]

    def default_branch(self) -> str:
        """Return it, and keep the project's settings for later."""
        self._project = mapping(self.client.get(""))
        return text(self._project.get("default_branch"))

    def rules(self) -> Rules:
        """Return what protects the default branch."""
        pipeline = self._project.get("only_allow_merge_if_pipeline_succeeds") is True
        protecting = [
            body
            for body in self.client.everything("/protected_branches")
            if _covers(text(body.get("name")), self.branch)
        ]
        levels = [
            mapping(level)
            for body in protecting
            for level in sequence(body.get("push_access_levels"))
        ]
        pushing = [level for level in levels if number(level.get("access_level")) or _named(level)]
        roles = [level for level in pushing if not _named(level)]
        if not protecting or any(number(r.get("access_level")) != _ADMIN for r in roles):
            return Rules((), (), pipeline)
        bypass = names(_named(level) or "administrators" for level in pushing)
        owners = any(body.get("code_owner_approval_required") is True for body in protecting)
        approvals, last_push = self._approvals()
        return Rules((Rule(approvals, owners, last_push, bypass, bypass),), (), pipeline)

    def _approvals(self) -> tuple[int | None, bool]:
        """Return how many approvals the branch asks for, and whether a push takes them back."""
        from .rest import Unanswered

        try:
            rules = self.client.everything("/approval_rules")
            settings = mapping(self.client.get("/approvals"))
        except Unanswered:
            return None, False
        counts = [number(r.get("approvals_required")) for r in rules if self._holds(r)]
        # After a push nobody's earlier word counts, and whoever pushed cannot give the new one.
        last_push = (
            settings.get("reset_approvals_on_push") is True
            and settings.get("merge_requests_disable_committers_approval") is True
            and settings.get("merge_requests_author_approval") is not True
        )
        return max(counts, default=0), last_push

    def _holds(self, rule: dict[str, object]) -> bool:
        branches = [text(mapping(b).get("name")) for b in sequence(rule.get("protected_branches"))]
        return not branches or any(_covers(branch, self.branch) for branch in branches)

    def merged(self, page: int) -> tuple[list[Listed], bool]:
        """Return a page of the merged merge requests."""
        listed, more = self.client.page(
            "/merge_requests",
            page,
            state="merged",
            target_branch=self.branch,
            order_by="updated_at",
            sort="desc",
        )
        return self._listed(listed), more

    def bringing(self, sha: str) -> list[Listed]:
        """Return the merged merge requests of one commit."""
        listed, _ = self.client.page(f"/repository/commits/{sha}/merge_requests", 1)
        return self._listed(listed)

    def _listed(self, requests: list[object]) -> list[Listed]:
        found: list[Listed] = []
        for body in map(mapping, requests):
            merged_at = moment(body.get("merged_at"))
            target = text(body.get("target_branch"))
            if merged_at and target == self.branch and number(body.get("iid")):
                pull = Pull(number(body.get("iid")), _person(body.get("author")), merged_at)
                # `sha` is on the branch when it was fast-forwarded, a stranger to it otherwise.
                keys = ("merge_commit_sha", "squash_commit_sha", "sha")
                shas = names(body.get(key) for key in keys)
                found.append(Listed(pull, shas, moment(body.get("updated_at"))))
        return found

    def approvers(self, pull: Pull) -> tuple[Person, ...]:
        """Return those whose approval stands; GitLab drops a withdrawn one itself."""
        body = mapping(self.client.get(f"/merge_requests/{pull.number}/approvals"))
        given = [mapping(approval) for approval in sequence(body.get("approved_by"))]
        late = [a for a in given if _after(a.get("approved_at"), pull)]
        return tuple(_person(a.get("user")) for a in given if a not in late)

    def environments(self) -> tuple[Environment, ...]:
        """Return the environments; one that is not protected has no policy."""
        guarded = {
            text(body.get("name")): body
            for body in self.client.everything("/protected_environments")
        }
        listed = [text(body.get("name")) for body in self.client.everything("/environments")]
        return tuple(
            Environment(
                name,
                name in guarded,
                _reviewers(guarded[name]) if name in guarded else (),
            )
            for name in dict.fromkeys([*listed, *guarded])
        )

    def deployments(self) -> tuple[Deployment, ...]:
        """Return the newest hundred deployments; one that a job made names the job."""
        return tuple(
            Deployment(
                text(mapping(body.get("environment")).get("name")),
                _person(body.get("user")),
                bool(mapping(body.get("deployable"))),
                text(body.get("sha")),
                moment(body.get("created_at")),
            )
            for body in self.client.everything(
                "/deployments", 1, order_by="created_at", sort="desc"
            )
        )

    def runs(self) -> tuple[Run, ...]:
        """Return the newest hundred pipelines of the default branch."""
        return tuple(
            Run(
                PIPELINE,
                _EVENTS.get(source := text(body.get("source")), source),
                text(body.get("sha")),
                text(body.get("ref")),
                _CONCLUSIONS.get(text(body.get("status")), ""),
                moment(body.get("created_at")),
            )
            for body in self.client.everything("/pipelines", 1, ref=self.branch)
        )

    def releases(self) -> tuple[Release, ...]:
        """Return the releases whose time has come."""
        return tuple(
            Release(
                text(body.get("tag_name")),
                text(body.get("description"))[:BODY],
                moment(body.get("released_at")),
            )
            for body in self.client.everything("/releases")
            if body.get("upcoming_release") is not True
        )


def _covers(pattern: str, branch: str) -> bool:
    """Match a protected branch's name, in which `*` stands for anything."""
    parts = [re.escape(part) for part in pattern.split("*")]
    return bool(pattern) and re.fullmatch(".*".join(parts), branch) is not None


def _named(level: dict[str, object]) -> str:
    """Return the one user, group or deploy key that an access level is for, empty for a role."""
    for key in ("user_id", "group_id", "deploy_key_id"):
        if number(level.get(key)):
            return f"{key.removesuffix('_id').replace('_', ' ')} {level[key]}"
    return ""


def _person(user: object) -> Person:
    body = mapping(user)
    name = text(body.get("username"))
    return Person(name, body.get("bot") is True or not name or _BOT.fullmatch(name) is not None)


def _after(at: object, pull: Pull) -> bool:
    given = moment(at)
    return given is not None and pull.merged_at is not None and given > pull.merged_at


def _reviewers(body: dict[str, object]) -> tuple[str, ...]:
    rules = [mapping(rule) for rule in sequence(body.get("approval_rules"))]
    asked = [rule for rule in rules if number(rule.get("required_approvals"))]
    listed = [text(r.get("access_level_description")) or _named(r) or "an approver" for r in asked]
    if number(body.get("required_approval_count")):
        listed.append(f"{number(body.get('required_approval_count'))} of those who may deploy")
    return names(listed)
