"""Every statement can be explained from the catalogue and its probe, every test of the ML Test Score
from its proof; inside a project, how that one stands is told too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from trueline.errors import BadInput
from trueline.guidance import ml_subject
from trueline.guidance.explained import data as as_data
from trueline.guidance.subject import nearest, subject
from trueline.maturity.catalogue import Entry, load
from trueline.testscore.catalogue import MlTest
from trueline.testscore.catalogue import load as load_tests
from unit.checker.building import Project
from unit.report.running import AT, refused, run

ENTRIES = load().entries
TESTS = load_tests().tests


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in no project, so that none is told of unless a test names it."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.id for entry in ENTRIES])
def test_every_statement_is_explained_in_full(entry: Entry) -> None:
    found = subject(entry.id)
    assert found.asked
    assert not found.asked.startswith(entry.id)
    assert all(found.judged)
    assert found.judged
    data = json.loads(json.dumps(as_data(found), default=str))
    assert {"title", "why", "asked", "judged", "limits", "remedy", "documents"} <= set(data)
    assert data["remedy"]["start"]


def test_the_command_tells_it_to_people_and_machines() -> None:
    entry = next(entry for entry in ENTRIES if entry.evidence == "attest")
    done = run("explain", entry.id, COLUMNS="200")
    assert (done.returncode, done.stderr) == (0, "")
    for part in (
        entry.title,
        entry.why,
        entry.remedy.text,
        entry.remedy.start,
        f"trueline attest {entry.id}",
    ):
        assert part in " ".join(done.stdout.split())
    assert "\x1b" not in done.stdout
    data = json.loads(run("explain", entry.id, "--format", "json").stdout)
    assert (data["id"], data["kind"], data["schema"]) == (entry.id, "statement", 1)
    listed = run("explain", "--list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == [one.id for one in (*ENTRIES, *TESTS)]


@pytest.mark.parametrize("test", TESTS, ids=[test.id for test in TESTS])
def test_every_test_of_the_score_is_explained_in_full(test: MlTest) -> None:
    found = ml_subject.find(test.id)
    assert found
    half, full = "\n".join(found.half), "\n".join(found.full)
    assert f'ml_test("{test.id}")' in half
    assert test.record in half
    assert f"{test.max_age_days:g} days" in half
    proof = test.proof
    for name in (*proof.report, *proof.event, *proof.stage, *proof.holds, *proof.file[:1]):
        assert name in full
    assert ("route" in full) == test.id.startswith("mon")
    assert ("batch" in found.applies) == bool(test.batch)
    data = json.loads(json.dumps(as_data(found)))
    assert (data["kind"], data["id"], data["section"]) == ("test", test.id, test.section)
    assert data["remedy"]["start"]


def test_the_command_tells_what_each_half_point_asks_for() -> None:
    done = run("explain", "data2", COLUMNS="120")
    assert (done.returncode, done.stderr) == (0, "")
    # data2 of tests.yaml, in words: age code, model.max_age_days else 30 days, feature_value or
    # ablation with `features`, every feature covered.
    for part in (
        "Every feature does the model good (ML Test Score, Features and data)",
        "no code, test, setting or lock has changed since its report",
        "reports/feature_value.json or reports/ablation.json by CI on branch evidence",
        "no feature left out",
        "model.max_age_days of conf/operations.yaml, else 30 days",
        "manual_runs",
        "poe feature-value",
    ):
        assert part in " ".join(done.stdout.split()), part
    assert "here" not in done.stdout
    data = json.loads(run("explain", "data2", "--format", "json").stdout)
    assert (data["id"], data["kind"], data["here"]) == ("data2", "test", None)


def test_in_a_project_it_tells_how_that_one_stands(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.publish()
    done = run("explain", "infra7", project.root, *AT, COLUMNS="200")
    assert "here        1 of 1: passed in CI (evidence:reports/junit.xml)" in done.stdout, (
        done.stdout
    )
    monkeypatch.chdir(project.root)
    here = json.loads(run("explain", "2.2.2", "--format", "json", *AT).stdout)["here"]
    assert (here["outcome"], here["points"], here["remedy"]) == ("met", None, None)
    assert here["places"]
    # Much later every report is old: the test is still written, and it is told what is left.
    late = json.loads(
        run("explain", "mon7", "--format", "json", "--now", "2027-07-01T00:00:00Z").stdout
    )["here"]
    assert (late["outcome"], late["points"]) == ("half", 0.5)
    assert "hours old" in late["reason"]
    assert late["remedy"]["start"] == "conf/operations.yaml"


def test_a_path_that_is_no_project_is_refused_but_being_in_none_is_not(tmp_path: Path) -> None:
    assert "git" in refused(run("explain", "data1", tmp_path))
    assert run("explain", "data1").returncode == 0
    help_ = run("explain", "--help").stdout
    assert all(word in help_ for word in ("2.2.9", "data1 to data7", "0.5", "PATH"))


def test_an_unknown_id_names_its_neighbours() -> None:
    assert "2.2.9" in refused(run("explain", "2.2.99"))
    assert "near: data7" in refused(run("explain", "data8"))
    assert "near: data1," in refused(run("explain", "DATA1"))
    assert "mon1, mon2" in refused(run("explain", "mon"))
    assert "--list" in refused(run("explain", "zzz"))
    refused(run("explain"))
    with pytest.raises(BadInput, match="near: 2"):
        subject("2.2")
    assert all(name.startswith("2.2.") for name in nearest("2.2"))
    assert "2.2.9" in nearest("rollback")
    assert nearest("\x00\n") == []
