"""Every fake of fakes.py on every statement and on every test of the ML Test Score: all are noticed.

What each tick rests on stands in relies.yaml. By default as many fakes are tried at once as have
nothing to do with each other: each tick then rests on one changed thing, and what rests on none
must stay as it was. All that is put in the place of one piece of evidence is tried with its removal.
The long lane tries each fake alone as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from trueline.maturity import catalogue as statements
from trueline.testscore import catalogue as tests
from unit.checker import faking as do
from unit.checker.building import Project
from unit.checker.fakes import ALWAYS, NAMES, Fake
from unit.checker.packing import Case, packs
from unit.checker.relies import JUNIT, ML_TESTS
from unit.checker.trying import RELIES, Bench, Worth, cases

CASES = cases()
PACKS = packs(CASES, RELIES.values())
# A test of the ML Test Score that does not run, or asks nothing, earns nothing at all.
LOCAL = ("local report posing as CI",)
WORTHLESS = ("skipped test", "failed test", "test without assertion")


def noticed(cases: Iterable[Case], found: dict[str, Worth]) -> None:
    """Hold that all that rest on what fakes change are worth less, unless they are exempt."""
    left: dict[str, dict[str, float]] = {}  # subject -> fake -> what it leaves of the worth
    for case in cases:
        for subject in case.subjects:
            left.setdefault(subject, {})[case.name] = _left(case, subject)
    for subject, by in left.items():
        assert 1 not in by.values() or set(by.values()) == {1}, f"{subject} hides one of {by}"
        worth = found[subject]
        assert worth.points == max(by.values()), f"{subject} by {sorted(by)}: {worth.reason}"


def _left(case: Case, subject: str) -> float:
    relies = RELIES[subject]
    if relies.lets_pass(case.fake.name, case.fake.target):
        return 1
    return 0 if _worthless(case) or not relies.scored else 0.5


def _worthless(case: Case) -> bool:
    """True for a fake that leaves a test of the ML Test Score nothing; others leave it half.

    A test is worth half once it was seen to pass on a commit of this repository, on a laptop too.
    """
    if (
        case.fake.worthless
        or case.fake.name in WORTHLESS
        or any(c.startswith("tests/") for c in case.fake.claims)
    ):
        return True
    return case.fake.target in (JUNIT, ML_TESTS) and case.fake.name not in LOCAL


@pytest.mark.parametrize("number", range(len(PACKS)))
def test_fakes_are_noticed(bench: Bench, tmp_path: Path, number: int) -> None:
    pack = PACKS[number]
    found = bench.tried(pack.cases, tmp_path / "churn")
    noticed(pack.cases, found)
    for subject in RELIES.keys() - pack.hit:
        assert found[subject].points == 1, f"{subject} relies on more: {found[subject].reason}"


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_fake_is_noticed_alone(bench: Bench, tmp_path: Path, case: Case) -> None:
    noticed([case], bench.tried([case], tmp_path / "churn"))


def rewritten(project: Project) -> None:
    """Change what the fakes change, and nothing of what it says."""
    workflows = sorted((project.root / ".github/workflows").iterdir())
    for path in workflows:
        do.edited(project, path.relative_to(project.root).as_posix(), lambda _: None)
    project.edit_yaml("maturity.yaml", lambda _: None)
    project.write("README.md", "# Churn, explained\n")


def test_what_the_fakes_do_besides_changes_nothing(bench: Bench, tmp_path: Path) -> None:
    control = Case(Fake("none", "", frozenset(), change=rewritten))
    found = bench.tried([control], tmp_path / "churn")
    assert {subject: worth for subject, worth in found.items() if worth.points < 1} == {}
    assert found.keys() == RELIES.keys()


def test_every_statement_and_every_test_has_its_fakes() -> None:
    listed = [entry.id for entry in statements.load().entries]
    assert list(RELIES) == [*listed, *(test.id for test in tests.load().tests)]
    kinds: dict[str, set[str]] = {subject: set() for subject in RELIES}
    for case in CASES:
        for subject in case.subjects:
            kinds[subject].add(case.fake.name)
    lacking = {subject: set(ALWAYS) - names for subject, names in kinds.items()}
    assert not any(lacking.values()), lacking
    assert set.union(*kinds.values()) == set(NAMES)
    assert sum(len(case.subjects) for case in CASES) > 1500
    assert sorted(id(case) for pack in PACKS for case in pack.cases) == sorted(map(id, CASES))


def test_exemptions_are_few_and_name_a_fake() -> None:
    made = {
        (subject, case.fake.name, case.fake.target) for case in CASES for subject in case.subjects
    }
    exempt = [(relies.subject, one) for relies in RELIES.values() for one in relies.exempt]
    for subject, one in exempt:
        assert (subject, one.fake, one.target) in made, one
        assert len(one.because.split()) >= 8, one
    assert max(Counter((subject, one.fake, one.target) for subject, one in exempt).values()) == 1
    assert len(exempt) < 0.03 * len(made)
    assert not any(RELIES[subject].scored for subject, _ in exempt)
