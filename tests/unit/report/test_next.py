"""The order of what to do next, and how it is said."""

from __future__ import annotations

import json
from dataclasses import replace

from trueline.guidance.next import as_data, typed
from trueline.maturity.advice import EFFORTS, advice, waived
from trueline.maturity.catalogue import Remedy
from trueline.maturity.score import Outcome, Result, Statement
from unit.checker.building import Project
from unit.report.results import made
from unit.report.running import AT, refused, run


def one(statement: Statement, name: str, core: bool, effort: str, outcome: Outcome) -> Statement:
    entry = replace(
        statement.entry, id=f"{'1' if core else '5'}.{name}", remedy=Remedy("Do", effort, "x")
    )
    return replace(statement, entry=entry, outcome=outcome, remedy=entry.remedy, waiver=None)


def test_core_then_effort_then_what_lacks_least() -> None:
    first = made().statements[0]
    wanted = [
        one(first, f"{number}", core, effort, outcome)
        for number, (core, effort, outcome) in enumerate(
            (core, effort, outcome)
            for core in (True, False)
            # Nobody knows whether what could not be looked at lacks anything: it goes last.
            for group in ((Outcome.STALE, Outcome.PARTIAL, Outcome.UNMET), (Outcome.UNKNOWN,))
            for effort in EFFORTS
            for outcome in group
        )
    ]
    done = [
        one(first, f"9{n}", True, "minutes", o) for n, o in enumerate((Outcome.MET, Outcome.NA))
    ]
    mixed = replace(made(), statements=(*done, *reversed(wanted)))
    assert [s.entry.id for s in advice(mixed)] == [s.entry.id for s in wanted]


def test_what_a_waiver_accepts_waits(result: Result) -> None:
    (accepted,) = waived(result)
    assert accepted.waiver
    assert accepted not in advice(result)
    data = as_data(result, 2)
    assert data["waived"] == [accepted.entry.id]
    assert len(data["next"]) == 2
    assert data["left"] == len(advice(result))


def test_the_command_names_the_next_step(project: Project) -> None:
    project.remove("docs/project", "maturity.yaml")
    project.commit()
    project.publish()
    done = run("next", project.root, *AT)
    assert (done.returncode, done.stderr) == (0, "")
    assert "begin with:" in done.stdout
    data = json.loads(run("next", project.root, "-n", "99", "--format", "json", *AT).stdout)
    assert data["left"] == len(data["next"]) > 0
    lost = next(step for step in data["next"] if step["id"] == "1.1.3")
    assert (lost["outcome"], lost["remedy"]["start"]) == ("unmet", "docs/project/risk.yaml")


def test_a_missing_signature_begins_with_signing(project: Project) -> None:
    project.remove("maturity.yaml")
    project.commit()
    data = json.loads(run("next", project.root, "-n", "99", "--format", "json", *AT).stdout)
    (step,) = [step for step in data["next"] if step["id"] == "1.1.3"]
    assert (step["outcome"], step["remedy"]["start"]) == ("partial", "trueline attest 1.1.3")


def test_bad_input_is_one_line(project: Project) -> None:
    refused(run("next", project.root, "-n", "0"))
    refused(run("next", project.root / "nowhere"))
    refused(run("next", project.root, "--now", "soon"))


def test_nothing_left_is_said() -> None:
    result = made({s.entry.id: Outcome.MET for s in made().statements})
    assert as_data(result, 3)["next"] == []


def test_a_command_is_named_as_it_is_typed_in_the_project() -> None:
    tasks = frozenset({"trueline", "test"})
    assert typed("trueline start docs/x.md", tasks) == "uv run poe trueline start docs/x.md"
    assert typed("poe test --cov", tasks) == "uv run poe test --cov"
    # No such task, no poe at all, or no command: it stays what the catalogue says.
    assert typed("poe load-test", tasks) == "poe load-test"
    assert typed("trueline attest 1.1.3", frozenset()) == "trueline attest 1.1.3"
    assert typed("docs/project/risk.yaml", tasks) == "docs/project/risk.yaml"


def test_what_was_begun_is_gone_on_with(project: Project) -> None:
    def start() -> str:
        data = json.loads(run("next", project.root, "-n", "99", "--format", "json", *AT).stdout)
        return next(s["remedy"]["start"] for s in data["next"] if s["id"] == "1.2.1")

    project.remove("docs/data/steps.yaml")
    project.commit()
    assert start() == "trueline start docs/data/steps.yaml"
    project.write("docs/data/steps.yaml", "steps: # fill: all of them\n")
    project.commit()
    assert start() == "docs/data/steps.yaml"
