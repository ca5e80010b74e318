"""Decoys are what they say: all of them are seen, and beside real evidence they do no harm.

A decoy that nobody can see would be noticed for the piece alone that it stands in for.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from trueline.evidence.runs import BRANCH, LOCAL
from trueline.evidence.snapshot import Snapshot
from unit.checker import decoys
from unit.checker.claiming import Claim
from unit.checker.fakes import ALWAYS
from unit.checker.packing import Case
from unit.checker.trying import RELIES, Bench, cases, worths

MADE = [case for case in cases() if " without " in case.fake.target]
ALONE = [case for case in MADE if case.fake.name != decoys.AT_ONCE]
KINDS = sorted(decoys.PUT)


def claims(kind: str) -> list[Claim]:
    """Return what the decoys of one kind say."""
    found = [case for case in ALONE if case.fake.name == kind]
    return [decoys.claim(RELIES[s], case.fake.take) for case in found for s in case.subjects]


@pytest.fixture(scope="module")
def littered(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The mature project with every decoy in it, and nothing taken away."""
    put = [Case(replace(case.fake, take="")) for case in ALONE]
    return bench.read(put, tmp_path_factory.mktemp("littered") / "churn")


def test_decoys_beside_the_evidence_take_nothing_from_it(littered: Snapshot) -> None:
    found = worths(littered)
    assert {subject: worth for subject, worth in found.items() if worth.points < 1} == {}


def test_every_report_is_read(littered: Snapshot) -> None:
    pushed = {(r.path, r.place) for r in littered.runs.reports}
    for kind, place, part in (
        ("old report", BRANCH, slice(0, None, 2)),
        ("report of another repository", BRANCH, slice(1, None, 2)),
        ("local report posing as CI", LOCAL, slice(None)),
    ):
        for claim in claims(kind):
            if "::" in claim.piece:
                runs = [run for run in littered.runs.ml_tests if run.place == LOCAL]
                assert claim.subject in {i for r in runs for c in r.body.ml_cases for i in c.ids}
                continue
            missing = {(f"reports/{name}.json", place) for name in claim.names[part]} - pushed
            assert not missing, claim


def test_every_test_is_read_as_one_that_proves_nothing(littered: Snapshot) -> None:
    cases_ = {(case.path, case.name): case for case in littered.suite.cases}
    for claim in claims("skipped test"):
        skipped, idle = (cases_[test] for test in claim.tests)
        assert (skipped.asserts, skipped.skipped) == (True, True)
        assert (idle.asserts, idle.skipped) == (False, False)
        run = next(run for run in littered.runs.tests if run.ci)
        assert run.body.nodes[skipped.node] == ("skipped",)
        assert run.body.passed(idle.node)


def test_every_job_is_read(littered: Snapshot) -> None:
    workflows = {workflow.path: workflow for workflow in littered.workflows.readable}
    for kind, ending in (
        ("swallowed failure", "check"),
        ("continue on error", "gate"),
        ("job switched off", "verify"),
        ("trigger switched off", "by-hand"),
    ):
        for claim in claims(kind):
            name = claim.probe.replace("_", "-")
            workflow = workflows[f".github/workflows/{name}-{ending}.yml"]
            jobs = workflow.runnable("push") if "push" in workflow.triggers else ()
            assert bool(list(jobs)) == (ending in ("check", "gate")), claim
    assert not littered.workflows.broken


def test_every_signature_is_read(littered: Snapshot) -> None:
    for claim in claims("attestation of a stranger"):
        record = littered.vouched.latest(claim.subject)
        assert record is not None
        assert record.fields["owner"] == "@acme/nobody"


def test_all_kinds_have_a_decoy() -> None:
    assert {case.fake.name for case in ALONE} == set(KINDS)
    assert set(KINDS) < set(ALWAYS)
    assert len(ALONE) > 300
