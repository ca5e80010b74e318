"""A test of the ML Test Score as a subject: what earns half a point, and what the other half."""

from __future__ import annotations

from dataclasses import dataclass

from ..testscore.catalogue import MlTest, Proof, load
from ..testscore.ran import TOLERANCE

_OPERATIONS = "conf/operations.yaml"
_BATCH = {
    "na": "It does not apply where serving is batch: one job computes the features for both sides.",
    "optional": "Where serving is batch it counts only if it is done.",
}


@dataclass(frozen=True)
class MlSubject:
    """A test with what the release knows of it; `half` are two ways to half a point, `full` is
    all that a full one asks for.
    """

    test: MlTest
    section: str
    half: tuple[str, ...]
    full: tuple[str, ...]
    applies: str
    linked: tuple[str, ...]  # statements of the assessment that ask for something near it


def find(name: str) -> MlSubject | None:
    """Return what is known of a test; None for an id that no test has."""
    catalogue = load()
    test = next((test for test in catalogue.tests if test.id == name), None)
    if test is None:
        return None
    return MlSubject(
        test,
        catalogue.sections[test.section],
        (
            f'a test below tests/ that is marked ml_test("{test.id}") and asserts something, '
            "as long as its last run neither failed nor skipped it",
            f"or a run by hand, recorded under manual_runs in maturity.yaml: {test.record}; "
            f"it holds for {test.max_age_days:g} days",
        ),
        _full(test),
        _BATCH.get(test.batch, "every project"),
        tuple(name for name in test.linked if "." in name),
    )


def ids() -> dict[str, str]:
    """Return title and reason of each test by its id, for whoever looks for a word."""
    return {test.id: f"{test.title} {test.why}" for test in load().tests}


def _full(test: MlTest) -> tuple[str, ...]:
    """Return what a full point asks for, each in one line."""
    proof = test.proof
    fresh = (
        f"its report on branch evidence is at most {TOLERANCE:g} periods old ({_period(proof)})"
        if proof.by_data
        else "no code, test, setting or lock has changed since its report on branch evidence"
    )
    asked = [
        "that test passed in CI on a push, a pull request or a schedule, its failure not ignored",
        "it ran on the project's own data, not on the sample",
        fresh,
    ]
    if test.monitors:
        asked.append("an alert rule, and a route of the Alertmanager that reaches somebody")
    beside = _beside(proof)
    if proof.practice and beside:
        return (*asked, f"with practice {proof.practice}: {', '.join(beside)}")
    return (*asked, *beside)


def _beside(proof: Proof) -> list[str]:
    asked = []
    if proof.stage:
        asked.append(f"a stage of dvc.yaml named {_either(proof.stage)}")
    if proof.file:
        others = ", or its like for another bot" if len(proof.file) > 1 else ""
        asked.append(f"{proof.file[0]}{others}")
    young = "" if proof.by_data else f", at most {TOLERANCE:g} periods old ({_period(proof)})"
    if proof.report:
        files = _either(tuple(f"reports/{name}.json" for name in proof.report))
        holds = f" that holds {' and '.join(proof.holds)}" if proof.holds else ""
        every = ", no feature left out" if proof.covers else ""
        asked.append(f"{files} by CI on branch evidence{holds}{every}{young}")
    if proof.event:
        asked.append(f"an event {_either(proof.event)} by CI in events.jsonl{young}")
    return asked


def _period(proof: Proof) -> str:
    days = f"{proof.days:g} {'day' if proof.days == 1 else 'days'}"
    if not proof.period:
        return f"a period is {days}"
    return f"a period is {_either(proof.period)} of {_OPERATIONS}, else {days}"


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names)
