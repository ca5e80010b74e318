"""For each of the 28: what speaks for it is taken away piece by piece, and the points fall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from trueline.evidence.document import Document
from trueline.evidence.runs import Runs
from trueline.evidence.snapshot import Snapshot
from trueline.evidence.suite import Suite
from trueline.testscore.catalogue import MlTest, load
from trueline.testscore.scoring import TestScore, score
from unit.checker.building import Project
from unit.checker.score_evidence import MARKED

TESTS = load().tests


@pytest.fixture(scope="session")
def whole(mature: Project) -> Snapshot:
    """What is to be seen of the mature project."""
    return mature.snapshot()


def fell(found: TestScore, test: MlTest, to: float, *others: str) -> None:
    """Hold that one test (and others that share its evidence) lost points, and no other one."""
    lost = {one.test.id: one.points for one in found.tests if one.points < 1}
    assert lost.pop(test.id) == to
    assert set(lost) == set(others)
    if not others:
        assert found.totals.sums[test.section] == 6 + to
        assert found.totals.final == 6 + to
        assert found.totals.limiting == (test.section,)


def test_with_all_of_it_the_score_is_full(whole: Snapshot) -> None:
    found = score(whole)
    assert [(one.points, one.remedy) for one in found.tests] == [(1, None)] * 28
    assert found.totals.final == 7
    assert all(one.evidence for one in found.tests)


def test_the_score_is_pure(project: Project) -> None:
    snapshot = project.snapshot()
    first = score(snapshot)
    project.remove("src", "tests", "conf")
    assert score(snapshot) == first


@pytest.mark.parametrize("test", TESTS, ids=[test.id for test in TESTS])
def test_without_its_code(whole: Snapshot, test: MlTest) -> None:
    kept = tuple(case for case in whole.suite.cases if test.id not in case.ml_tests)
    assert len(kept) == len(whole.suite.cases) - 1
    fell(score(replace(whole, suite=Suite(kept))), test, 0)


@pytest.mark.parametrize("test", TESTS, ids=[test.id for test in TESTS])
def test_without_its_run(whole: Snapshot, test: MlTest) -> None:
    def without(run: Any) -> Any:
        kept = tuple(case for case in run.body.ml_cases if test.id not in case.ids)
        return replace(run, body=replace(run.body, ml_cases=kept))

    fell(score(rerun(whole, without)), test, 0)


@pytest.mark.parametrize("test", TESTS, ids=[test.id for test in TESTS])
def test_failed(whole: Snapshot, test: MlTest) -> None:
    def failing(run: Any) -> Any:
        cases = tuple(
            replace(case, outcome="failed") if test.id in case.ids else case
            for case in run.body.ml_cases
        )
        return replace(run, body=replace(run.body, ml_cases=cases))

    fell(score(rerun(whole, failing)), test, 0)


def rerun(snapshot: Snapshot, change: Callable[[Any], Any]) -> Snapshot:
    runs = snapshot.runs
    tests, ml_tests = tuple(map(change, runs.tests)), tuple(map(change, runs.ml_tests))
    return replace(snapshot, runs=replace(runs, tests=tests, ml_tests=ml_tests))


ASKED = [test for test in TESTS if test.proof.report]


def test_the_catalogue_asks_for_the_reports_that_it_names() -> None:
    named = {test.id for test in ASKED}
    assert {"data2", "data3", "model4", "model6", "mon2", "mon3", "mon6", "mon7"} <= named
    assert {test.id for test in TESTS if test.proof.event} == {"infra4", "infra6", "infra7"}


def reports(snapshot: Snapshot, name: str, change: Callable[[Any], Any]) -> Runs:
    kept = [
        change(report) if report.path == f"reports/{name}.json" else report
        for report in snapshot.runs.reports
    ]
    return replace(snapshot.runs, reports=tuple(one for one in kept if one is not None))


SPOILT: dict[str, Callable[[Any], Any]] = {
    "gone": lambda _: None,
    "hollow": lambda report: replace(report, body={}),
    "nothing seen": lambda report: replace(report, body={**report.body, "status": "unknown"}),
    "local": lambda report: replace(report, source="local"),
    "of the work tree": lambda report: replace(report, place="work tree"),
    "of no commit": lambda report: replace(report, commit=""),
    "of a stranger": lambda report: replace(report, commit="f" * 40),
    "old": lambda report: replace(report, at=report.at.replace(year=2025)),
    "of no time": lambda report: replace(report, at=None),
    "of the future": lambda report: replace(report, at=report.at.replace(year=2027)),
}


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("test", ASKED, ids=[test.id for test in ASKED])
def test_its_report_is_spoilt(whole: Snapshot, test: MlTest, how: str) -> None:
    name = test.proof.report[0]
    shared = [one.id for one in ASKED if one.proof.report[0] == name and one is not test]
    runs = reports(whole, name, SPOILT[how])
    fell(score(replace(whole, runs=runs)), test, 0.5, *shared)


def test_a_report_names_every_feature(whole: Snapshot) -> None:
    def short(report: Any) -> Any:
        kept = {k: v for k, v in report.body["features"].items() if k != "mean_texture"}
        return replace(report, body={**report.body, "features": kept})

    found = score(replace(whole, runs=reports(whole, "feature_value", short)))
    reasons = [one.reason for one in found.tests if one.points == 0.5]
    assert len(reasons) == 2
    assert all("leaves out mean_texture" in reason for reason in reasons)


EVENTS = [test for test in TESTS if test.proof.event]
DOUBTFUL: dict[str, dict[str, Any]] = {
    "by hand": {"source": "local"},
    "of a stranger": {"git_sha": "f" * 40},
    "of no commit": {"git_sha": None},
}


@pytest.mark.parametrize("test", EVENTS, ids=[test.id for test in EVENTS])
def test_its_event_is_doubtful(whole: Snapshot, test: MlTest) -> None:
    for fields in ({}, *DOUBTFUL.values()):
        kept = [
            replace(event, fields={**event.fields, **fields})
            if event.type in test.proof.event
            else event
            for event in whole.runs.events
            if fields or event.type not in test.proof.event
        ]
        runs = replace(whole.runs, events=tuple(kept))
        fell(score(replace(whole, runs=runs)), test, 0.5)


def test_a_stage_or_a_file_that_is_gone(whole: Snapshot) -> None:
    stages = tuple(stage for stage in whole.stages.value or () if stage.name != "validate")
    less = replace(whole, stages=Document("dvc.yaml", stages))
    fell(score(less), load()["data1"], 0.5)
    fell(score(replace(whole, files=whole.files - {"renovate.json"})), load()["mon1"], 0.5)


def test_what_only_a_practice_asks_for(whole: Snapshot) -> None:
    runs = reports(whole, "retention", SPOILT["gone"])
    bare = replace(whole, runs=runs, project=replace(whole.project, practices=frozenset()))
    assert score(bare).totals.final == 7


def test_every_test_is_marked_once() -> None:
    assert sorted(MARKED) == sorted(test.id for test in TESTS)
