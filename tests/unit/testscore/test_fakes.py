"""The ways to look better than one is that are the score's own, each tried on all 28 tests at once.

Those that every statement shares are in unit/checker/fakes.py, and tried on each test as well.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from trueline.testscore.scoring import Scored, score
from unit.checker.building import Project, ago, copy, junit, operated, passing
from unit.checker.scenarios.features import side_commit
from unit.checker.score_evidence import MARKED
from unit.testscore import changing as to

Change = Callable[[Project], object]


def each(change: Callable[[Project, str], object]) -> Change:
    def changed(project: Project) -> None:
        for test in MARKED:
            change(project, test)

    return changed


def ended(project: Project, said: str) -> None:
    """Let every test end so, in both reports."""
    project.evidence[to.JUNIT] = junit(dict.fromkeys(passing(), said))
    project.evidence[to.ML_TESTS] = junit(dict.fromkeys(operated(), said))


def switched_off(decorator: str) -> Change:
    def changed(project: Project) -> None:
        each(lambda p, t: to.decorated(p, t, decorator))(project)
        ended(project, "skipped")

    return changed


def old(project: Project) -> None:
    to.behind(project)
    project.evidence[to.ML_TESTS] = junit(operated(), at=ago(hours=37))


def elsewhere(project: Project) -> None:
    """Let CI test, and write another report than the one that is published."""
    project.edit("pyproject.toml", "reports/junit.xml", "out/a.xml")
    project.edit("pyproject.toml", "reports/ml_test.xml", "out/b.xml")


def only_collected(project: Project) -> None:
    project.edit("pyproject.toml", '"pytest ', '"pytest --collect-only ', every=True)
    ci = ".github/workflows/ci.yml"
    project.edit(ci, "pytest tests/features", "pytest --collect-only tests/features")


def all_sample_by_params(project: Project) -> None:
    """Say nothing on the data, where params.yaml says that it is the template's."""
    project.write("params.yaml", "data: {source: sample}\n")
    for path, nodes in ((to.JUNIT, passing()), (to.ML_TESTS, operated())):
        project.evidence[path] = junit(nodes, data=dict.fromkeys(nodes, ""))


def records(project: Project, **fields: object) -> None:
    """Leave records alone."""
    each(to.unmarked)(project)
    said = [{"id": test, **to.RECORD, "ran_on": "2026-06-01", **fields} for test in MARKED]
    kept = [{key: value for key, value in one.items() if value is not ...} for one in said]
    project.edit_yaml("maturity.yaml", lambda all_: all_.update(manual_runs=kept))


FAKES: dict[str, tuple[float, Change]] = {
    "assert True": (0, each(lambda p, t: to.body(p, t, "assert True"))),
    "no marker": (0, each(to.unmarked)),
    "a comment": (0, each(lambda p, t: to.rewrite(p, t, lambda block: f"# {block}"))),
    "skipif": (0, switched_off("@pytest.mark.skipif(True, reason='x')")),
    "xfail": (0, switched_off("@pytest.mark.xfail")),
    "skip, never ran": (0, lambda p: (switched_off("@pytest.mark.skip")(p), to.never_ran(p))),
    "skip, and a report that it passed": (
        0,
        lambda p: (switched_off("@pytest.mark.skip")(p), to.everywhere(p)),
    ),
    "skipped as it ran": (0, lambda p: ended(p, "skipped")),
    "local": (0.5, to.local),
    "old": (0.5, old),
    "stranger's commit": (0, lambda p: to.everywhere(p, commit=side_commit(p))),
    "no commit": (0, lambda p: to.everywhere(p, commit="")),
    "another report": (0.5, elsewhere),
    "only collected": (0.5, only_collected),
    "sample data": (0.5, lambda p: to.everywhere(p, data="sample")),
    "sample data by params.yaml": (0.5, all_sample_by_params),
    "unknown data": (0.5, lambda p: to.everywhere(p, data="unknown")),
    "no data version": (0.5, lambda p: to.everywhere(p, data="")),
    "no property": (0, lambda p: to.everywhere(p, ids={})),
    "records": (0.5, lambda p: records(p, max_age_days=30)),
    "old records": (0, lambda p: records(p, ran_on="2025-06-01", max_age_days=3650)),
    "records of nobody": (0, lambda p: records(p, by="")),
    "records of nothing": (0, lambda p: records(p, model_version=...)),
    "records of a stranger's commit": (0, lambda p: records(p, commit=side_commit(p))),
    "records without a result": (0, lambda p: records(p, result=True)),
    "records with a dead link": (0, lambda p: records(p, report="docs/nowhere.md")),
    "records for nobody": (0, lambda p: records(p, distributed_to=[])),
}
_SEEN: dict[str, dict[str, Scored]] = {}


@pytest.fixture
def scored(
    mature: Project, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, Scored]:
    """The 28 tests under one fake; each fake is made once."""
    name = request.param
    if name not in _SEEN:
        project = copy(mature, tmp_path_factory.mktemp("fake") / "churn")
        FAKES[name][1](project)
        _SEEN[name] = {one.test.id: one for one in score(project.snapshot()).tests}
    return _SEEN[name]


@pytest.mark.parametrize("test", MARKED)
@pytest.mark.parametrize(
    ("scored", "most"), [(n, f[0]) for n, f in FAKES.items()], indirect=["scored"]
)
def test_a_fake_earns_no_more(scored: dict[str, Scored], most: float, test: str) -> None:
    assert scored[test].points == most, scored[test].reason
    assert scored[test].remedy is not None


GITLAB = """
test:
  script: [uv run poe test]
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
monitor:
  script: [uv run poe ml-tests]
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
"""


def test_pipelines_of_gitlab_count_as_well(project: Project) -> None:
    project.remove(".github/workflows")
    project.write(".gitlab-ci.yml", GITLAB)
    project.edit(".copier-answers.yml", "forge: github", "forge: gitlab")
    assert {one.points for one in score(project.snapshot()).tests} == {1}
    swallowed = GITLAB.replace("monitor:\n", "monitor:\n  allow_failure: true\n")
    project.write(".gitlab-ci.yml", swallowed)
    points = {one.test.section: one.points for one in score(project.snapshot()).tests}
    assert points == {"data": 1, "model": 1, "infra": 1, "monitoring": 0.5}


def test_no_rules_or_no_receiver_is_no_route(project: Project) -> None:
    for path, content in (
        ("monitoring/rules.yml", "groups: []\n"),
        ("monitoring/rules.yml", "groups: ["),
        ("monitoring/alertmanager.yml", "receivers: ["),
        ("monitoring/alertmanager.yml", "route: {receiver: b}\nreceivers:\n  - name: a\n"
         "    email_configs: [{to: a@acme.io}]\n"),
        ("monitoring/alertmanager.yml", "route: {receiver: a}\nreceivers:\n  - name: a\n"
         "    email_configs: [{to: you@example.com}]\n"),
        ("monitoring/alertmanager.yml", "route: {receiver: a}\nreceivers:\n  - name: a\n"
         "    email_configs: [{send_resolved: true}]\n"),
    ):  # fmt: skip
        before = project.read(path)
        project.write(path, content)
        tests = score(project.snapshot()).tests
        points = {one.test.section: one.points for one in tests}
        assert points == {"data": 1, "model": 1, "infra": 1, "monitoring": 0.5}, content
        project.write(path, before)


def test_tests_of_the_template_are_no_word_on_another_model(
    mature: Project, tmp_path: Path
) -> None:
    """Trap 4: the tests are as the copy brought them, src/churn/model is not."""
    project = Project(tmp_path / "churn", dict(mature.evidence))
    project.root.mkdir()
    project.git("init", "-q", "-b", "main")
    for name in mature.git("ls-files").splitlines():
        project.write(name, mature.read(name))
    project.commit("Copy of the template")
    calm = [one.reason for one in score(project.snapshot()).tests]
    assert not any("template" in reason for reason in calm)
    project.edit("src/churn/model/train.py", "return rows", "return rows * 2")
    project.edit(to.source("data1"), "== 6", "== 7")
    warned = score(project.snapshot()).tests
    told = {one.test.section for one in warned if "as the template brought it" in one.reason}
    assert told == {"model", "infra", "monitoring"}
    assert {one.points for one in warned} == {1}
