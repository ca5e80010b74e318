"""The interfaces of GitHub and GitLab as far as the checker asks them, over real HTTP on this machine.

Both serve the same facts: change `pulls` and what else stands in a class, then ask.
"""

from __future__ import annotations

from typing import Any

from unit.checker.forge_server import BEFORE_THE_MERGE, Pull, Server

__all__ = ["Github", "Gitlab", "Pull", "Server"]


class Github(Server):
    """GitHub's REST API for acme/churn."""

    prefix = "/repos/acme/churn"

    def __init__(self, shas: list[str]) -> None:
        super().__init__(shas)
        self.rulesets: dict[int, dict[str, Any]] = {
            1: {
                "enforcement": "active",
                "branches": ["main"],
                "bypass_actors": [],
                "rules": [
                    {"type": "deletion"},
                    {
                        "type": "pull_request",
                        "parameters": {
                            "required_approving_review_count": 1,
                            "require_code_owner_review": True,
                            "require_last_push_approval": True,
                        },
                    },
                    {
                        "type": "required_status_checks",
                        "parameters": {
                            "required_status_checks": [
                                {"context": name} for name in ("lint", "test", "infra")
                            ]
                        },
                    },
                ],
            }
        }
        self.classic: dict[str, Any] | None = None
        self.default_branch = "main"
        self.environments: list[dict[str, Any]] = [
            {
                "name": "production",
                "deployment_branch_policy": {"protected_branches": True},
                "protection_rules": [
                    {
                        "type": "required_reviewers",
                        "reviewers": [{"type": "Team", "reviewer": {"slug": "platform"}}],
                    }
                ],
            }
        ]
        self.deployments: list[dict[str, Any]] = [
            {
                "environment": "production",
                "sha": shas[0],
                "creator": _user("github-actions[bot]"),
                "created_at": "2026-06-30T12:00:00Z",
            }
        ]
        self.runs: list[dict[str, Any]] = [
            {
                "path": ".github/workflows/ci.yml@main",
                "event": "push",
                "head_sha": shas[0],
                "head_branch": "main",
                "conclusion": "success",
                "created_at": "2026-06-30T12:00:00Z",
            }
        ]

    @property
    def rule(self) -> dict[str, Any]:
        """The parameters of the rule that asks for a pull request."""
        rules = self.rulesets[1]["rules"]
        parameters: dict[str, Any] = next(r for r in rules if r["type"] == "pull_request")[
            "parameters"
        ]
        return parameters

    def answer(self, parts: list[str], query: dict[str, str]) -> Any:
        match parts:
            case []:
                return {"full_name": "acme/churn", "default_branch": self.default_branch}
            case ["rules", "branches", branch]:
                return [
                    {**rule, "ruleset_id": number}
                    for number, ruleset in self.rulesets.items()
                    if ruleset["enforcement"] == "active" and branch in ruleset["branches"]
                    for rule in ruleset["rules"]
                ]
            case ["rulesets", number]:
                return self.rulesets.get(int(number))
            case ["branches", "main"]:
                return {"name": "main", "protected": self.classic is not None}
            case ["branches", "main", "protection"]:
                return self.classic
            case ["pulls"]:
                wanted = [p for p in self.pulls if p.base == query["base"]]
                return [self._pull(p, listed=p.listed) for p in wanted]
            case ["commits", sha, "pulls"]:
                return [self._pull(pull) for pull in self.of(sha)]
            case ["pulls", number, "reviews"]:
                pull = next(p for p in self.pulls if p.number == int(number))
                return [
                    {"user": _user(name), "state": state, "submitted_at": BEFORE_THE_MERGE}
                    for name, state in pull.reviews
                ]
            case ["environments"]:
                return {"total_count": 1, "environments": self.environments}
            case ["actions", "runs"]:
                return {"total_count": 1, "workflow_runs": self.runs}
            case ["deployments"]:
                return self.deployments
            case ["releases"]:
                return self.releases
        return None

    def _pull(self, pull: Pull, *, listed: bool = True) -> dict[str, Any]:
        return {
            "number": pull.number,
            "user": _user(pull.author),
            "merged_at": pull.merged_at,
            "updated_at": pull.merged_at or BEFORE_THE_MERGE,
            "merge_commit_sha": pull.shas[-1] if pull.shas and listed else None,
            "base": {"ref": pull.base},
            "body": "[" * 200,
        }


class Gitlab(Server):
    """GitLab's REST API for acme/ml/churn."""

    prefix = "/api/v4/projects/acme%2Fml%2Fchurn"

    def __init__(self, shas: list[str]) -> None:
        super().__init__(shas)
        self.project: dict[str, Any] = {
            "default_branch": "main",
            "only_allow_merge_if_pipeline_succeeds": True,
        }
        self.protected: list[dict[str, Any]] = [
            {
                "name": "main",
                "push_access_levels": [{"access_level": 0}],
                "merge_access_levels": [{"access_level": 40}],
                "code_owner_approval_required": True,
            }
        ]
        self.approval_rules: list[dict[str, Any]] | None = [
            {"name": "All Members", "approvals_required": 1, "protected_branches": []}
        ]
        self.approvals: dict[str, Any] = {
            "reset_approvals_on_push": True,
            "merge_requests_author_approval": False,
            "merge_requests_disable_committers_approval": True,
        }
        self.environments: list[dict[str, Any]] = [{"name": "production"}]
        self.guarded: list[dict[str, Any]] = [
            {
                "name": "production",
                "deploy_access_levels": [{"access_level": 40}],
                "approval_rules": [
                    {"required_approvals": 1, "access_level_description": "Maintainers"}
                ],
            }
        ]
        self.deployments: list[dict[str, Any]] = [
            {
                "environment": {"name": "production"},
                "sha": shas[0],
                "user": {"username": "ada"},
                "deployable": {"name": "deploy"},
                "created_at": "2026-06-30T12:00:00Z",
            }
        ]
        self.pipelines: list[dict[str, Any]] = [
            {
                "sha": shas[0],
                "ref": "main",
                "status": "success",
                "source": "push",
                "created_at": "2026-06-30T12:00:00Z",
            }
        ]

    def answer(self, parts: list[str], query: dict[str, str]) -> Any:
        match parts:
            case []:
                return self.project
            case ["protected_branches"]:
                return self.protected
            case ["approval_rules"]:
                return self.approval_rules
            case ["approvals"]:
                return self.approvals
            case ["merge_requests"]:
                merged = [p for p in self.pulls if p.merged_at and p.base == query["target_branch"]]
                return [self._request(p, listed=p.listed) for p in merged]
            case ["repository", "commits", sha, "merge_requests"]:
                return [self._request(pull) for pull in self.of(sha)]
            case ["merge_requests", number, "approvals"]:
                pull = next(p for p in self.pulls if p.number == int(number))
                given = {name for name, state in pull.reviews if state == "APPROVED"}
                return {"approved_by": [{"user": {"username": name}} for name in sorted(given)]}
            case ["environments"]:
                return self.environments
            case ["protected_environments"]:
                return self.guarded
            case ["deployments"]:
                return self.deployments
            case ["pipelines"]:
                return self.pipelines
            case ["releases"]:
                return self.releases
        return None

    def _request(self, pull: Pull, *, listed: bool = True) -> dict[str, Any]:
        return {
            "iid": pull.number,
            "author": {"username": pull.author},
            "merged_at": pull.merged_at,
            "updated_at": pull.merged_at or BEFORE_THE_MERGE,
            "merge_commit_sha": pull.shas[-1] if pull.shas and listed else None,
            "target_branch": pull.base,
        }


def _user(name: str) -> dict[str, str]:
    return {"login": name, "type": "Bot" if name.endswith("[bot]") else "User"}
