"""What goes to the forge, how little of it, and what becomes of its silence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from trueline.evidence import rest
from trueline.evidence.forge import Forge
from trueline.maturity.score import Outcome, score
from unit.checker.building import Project, outcome
from unit.checker.forge import Github, Gitlab, Pull

STATEMENTS = ("2.1.3", "2.2.3", "3.1.2", "3.2.4", "5.4")


@pytest.mark.parametrize("code", [301, 401, 403, 404, 429, 500])
def test_a_refusal_is_unknown(project: Project, github: Github, code: int) -> None:
    github.status = code
    assert project.outcome("2.2.3") is Outcome.UNKNOWN
    assert github.asked == [""]


def test_a_forge_that_is_away_is_unknown(
    project: Project, github: Github, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    assert project.outcome("2.2.3") is Outcome.UNKNOWN
    assert github.asked == []


def test_it_is_asked_only_when_wanted(project: Project, github: Github) -> None:
    project.forge = False
    assert project.outcome("2.2.3") is Outcome.UNKNOWN
    assert github.asked == []


def test_what_github_is_asked(project: Project, github: Github) -> None:
    project.snapshot()
    numbers = [pull.number for pull in github.pulls]
    assert github.asked[0] == ""
    assert sorted(github.asked[1:]) == sorted(
        [
            "/rules/branches/main",
            "/rulesets/1",
            "/branches/main",
            "/pulls",
            *(f"/pulls/{number}/reviews" for number in numbers),
            "/environments",
            "/deployments",
            "/actions/runs",
            "/releases",
        ]
    )
    assert github.tokens == {"Bearer token-of-the-test"}


def test_what_gitlab_is_asked(project: Project, gitlab: Gitlab) -> None:
    project.snapshot()
    numbers = [pull.number for pull in gitlab.pulls]
    assert sorted(gitlab.asked) == sorted(
        [
            "",
            "/protected_branches",
            "/approval_rules",
            "/approvals",
            "/merge_requests",
            *(f"/merge_requests/{number}/approvals" for number in numbers),
            "/environments",
            "/protected_environments",
            "/deployments",
            "/pipelines",
            "/releases",
        ]
    )
    assert gitlab.tokens == {"Bearer token-of-the-test"}


def test_only_what_the_list_leaves_open_is_asked_for_by_itself(
    project: Project, github: Github
) -> None:
    for name in ("infra 1", "infra 2"):
        github.of(project.commits[name])[0].listed = False
    snapshot = project.snapshot()
    single = [path for path in github.asked if path.endswith("/pulls") and "commits" in path]
    assert len(single) == 2
    assert outcome(score(snapshot), "2.1.3") is Outcome.MET


def same(one: Forge, other: Forge) -> None:
    assert one.rules.value
    assert other.rules.value
    assert one.pulls == other.pulls
    assert one.changes == other.changes
    assert one.environments.value
    assert other.environments.value
    for forge in (one, other):
        assert forge.environments.value[0].branch_policy
        assert len(forge.environments.value[0].reviewers) == 1
        assert forge.rules.value.requires("test")
        assert [run.conclusion for run in forge.runs.value or ()] == ["success"]
        assert [deployment.by_ci for deployment in forge.deployments.value or ()] == [True]


def test_both_forges_say_the_same(
    project: Project, github: Github, request: pytest.FixtureRequest
) -> None:
    one = project.snapshot().forge
    result = {s.entry.id: s.outcome for s in project.result().statements}
    gitlab: Gitlab = request.getfixturevalue("gitlab")
    other = project.snapshot().forge
    same(one, other)
    assert (one.kind, other.kind) == ("github", "gitlab")
    assert {s.entry.id: s.outcome for s in project.result().statements} == result
    assert all(result[statement] is Outcome.MET for statement in STATEMENTS)
    assert github.asked
    assert gitlab.asked


def test_lists_are_read_page_by_page(project: Project, github: Github) -> None:
    github.page_size = 3
    github.pulls += [
        Pull(n, [f"{n:040x}"], merged_at="2025-01-01T00:00:00Z") for n in range(50, 90)
    ]
    snapshot = project.snapshot()
    assert github.asked.count("/pulls") == rest.MOST_PAGES
    assert len(snapshot.forge.pulls.value or ()) == 15
    assert outcome(score(snapshot), "2.2.3") is Outcome.MET


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        ("/rules/branches/main", {"2.1.3", "2.2.3", "3.1.2", "3.2.4"}),
        ("/branches/main", {"2.1.3", "2.2.3", "3.1.2", "3.2.4"}),
        ("/pulls", {*STATEMENTS}),
        ("/pulls/5/reviews", {"3.1.2", "3.2.4"}),
        ("/environments", set()),
        ("/releases", set()),
    ],
)
def test_one_refused_answer_spoils_only_what_hangs_on_it(
    project: Project, github: Github, path: str, unknown: set[str]
) -> None:
    github.refused[path] = 403
    result = {
        s.entry.id: s.outcome for s in project.result().statements if s.entry.id in STATEMENTS
    }
    assert {statement for statement, o in result.items() if o is Outcome.UNKNOWN} == unknown
    assert {o for statement, o in result.items() if statement not in unknown} <= {Outcome.MET}


def test_a_bypass_that_the_token_may_not_see_is_not_held_against(
    project: Project, github: Github
) -> None:
    github.refused["/rulesets/1"] = 404
    assert project.outcome("2.2.3") is Outcome.MET


def test_protection_that_the_token_may_not_see_is_unknown(project: Project, github: Github) -> None:
    github.rulesets.clear()
    github.classic = {}
    github.refused["/branches/main/protection"] = 403
    assert project.outcome("2.2.3") is Outcome.UNKNOWN


@pytest.mark.parametrize("name", ["\ud800", "a\0b", "--all", "a b", "x" * 300, ""])
def test_a_branch_that_git_cannot_name_is_not_asked_for(
    project: Project, github: Github, name: str
) -> None:
    github.default_branch = name
    assert project.snapshot().forge.branch == "main"


def test_a_spent_rate_limit_ends_the_asking(project: Project, github: Github) -> None:
    github.headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1782900000"}
    github.refused["/pulls"] = 403
    forge = project.snapshot().forge
    assert "rate limit is used up until 10:00 UTC" in (forge.pulls.problem or "")
    assert not [path for path in github.asked if "reviews" in path or "commits" in path]


def test_patience_has_an_end(
    project: Project, github: Github, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "PATIENCE_SECONDS", 0.0)
    assert "longer than" in (project.snapshot().forge.problem or "")
    assert github.asked == []


def recorded(project: Project, github: Github) -> None:
    github.rulesets[1]["bypass_actors"] = [{"actor_id": 5, "actor_type": "Team"}]
    record = project.read("maturity.yaml")
    project.write(
        "maturity.yaml", record + "bypass: [{actor: Team 5, reason: on call, emergencies}]\n"
    )
    github.pulls.append(Pull(99, [project.commit()]))


def by_bot(project: Project, github: Github) -> None:
    kept = github.of(project.commits["signed"])
    github.pulls = [pull for pull in github.pulls if pull in kept]
    project.write("maturity.yaml", project.read("maturity.yaml") + "bots: [ada@acme.example]\n")
    github.pulls.append(Pull(99, [project.commit()]))


def opened(_: Project, github: Github) -> None:
    for pull in github.pulls:
        pull.merged_at = None


def bypass(mode: str) -> Callable[[Project, Github], None]:
    def change(_: Project, github: Github) -> None:
        actor = {"actor_id": 5, "actor_type": "Team", "bypass_mode": mode}
        github.rulesets[1]["bypass_actors"] = [actor]

    return change


def admins(_: Project, github: Github) -> None:
    github.rulesets.clear()
    github.classic = {"required_pull_request_reviews": {}, "enforce_admins": {"enabled": False}}


def late(_: Project, github: Github) -> None:
    for pull in github.pulls:
        pull.merged_at = "2025-12-31T00:00:00Z"  # the reviews came a day later


def protected_only(_: Project, github: Github) -> None:
    github.rulesets.clear()
    github.classic = {"enforce_admins": {"enabled": True}}


MET, PARTIAL, UNMET = Outcome.MET, Outcome.PARTIAL, Outcome.UNMET
CASES: list[tuple[str, Outcome, Callable[[Project, Github], object]]] = [
    ("2.2.3", MET, recorded),
    ("2.2.3", MET, by_bot),
    ("2.2.3", PARTIAL, opened),
    ("2.2.3", PARTIAL, bypass("always")),
    ("2.2.3", PARTIAL, bypass("exempt")),
    ("2.2.3", MET, bypass("pull_request")),
    ("3.2.4", PARTIAL, bypass("pull_request")),
    ("2.2.3", PARTIAL, admins),
    ("2.2.3", UNMET, protected_only),
    ("3.2.4", PARTIAL, late),
    ("3.1.2", UNMET, lambda _, g: g.rule.update(require_code_owner_review=False)),
    ("3.1.2", UNMET, lambda p, _: p.remove(".github/CODEOWNERS")),
    ("2.1.3", UNMET, lambda p, _: p.remove("infra", "compose.yaml")),
]


@pytest.mark.parametrize(("statement", "expected", "change"), CASES)
def test_a_change_at_the_forge(
    project: Project,
    github: Github,
    statement: str,
    expected: Outcome,
    change: Callable[[Project, Github], object],
) -> None:
    project.holds(statement, expected, lambda _: change(project, github))


LABS: list[tuple[str, Outcome, Callable[[Gitlab], object]]] = [
    ("2.2.3", UNMET, lambda g: g.protected.clear()),
    ("2.2.3", UNMET, lambda g: g.protected[0].update(push_access_levels=[{"access_level": 40}])),
    ("2.2.3", PARTIAL, lambda g: g.protected[0].update(push_access_levels=[{"access_level": 40, "user_id": 7}])),
    ("2.2.3", PARTIAL, lambda g: g.protected[0].update(push_access_levels=[{"access_level": 60}])),
    ("2.2.3", MET, lambda g: g.protected[0].update(name="ma*")),
    ("2.2.3", UNMET, lambda g: g.protected[0].update(name="release-*")),
    ("3.2.4", Outcome.UNKNOWN, lambda g: setattr(g, "approval_rules", None)),
    ("3.2.4", UNMET, lambda g: g.approval_rules[0].update(approvals_required=0)),
    ("3.2.4", UNMET, lambda g: g.approval_rules[0].update(protected_branches=[{"name": "other"}])),
    ("3.2.4", PARTIAL, lambda g: g.approvals.update(reset_approvals_on_push=False)),
    ("3.2.4", PARTIAL, lambda g: g.pulls[0].reviews.__setitem__(0, ("project_1_bot_0a", "APPROVED"))),
    ("3.1.2", UNMET, lambda g: g.protected[0].update(code_owner_approval_required=False)),
    ("2.1.3", PARTIAL, lambda g: setattr(g, "pulls", g.pulls[:4])),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected", "change"), LABS)
def test_a_change_at_gitlab(
    project: Project,
    gitlab: Gitlab,
    statement: str,
    expected: Outcome,
    change: Callable[[Gitlab], object],
) -> None:
    project.holds(statement, expected, lambda _: change(gitlab))
