"""Shapes of a made project that a team met in operation: what the template writes has to be read."""

from __future__ import annotations

import pytest
from trueline.maturity.score import Outcome
from unit.checker.building import Project, junit, passing

CLI, OPERATE = "src/churn/cli.py", "src/churn/operate.py"
GO_BACK = '@main.command("rollback")\ndef go_back() -> None:\n'
BESIDE = (
    'import click\n\n\n@click.command("rollback")\ndef go_back() -> None:\n    """Go back."""\n'
)
ADDED = (
    "from . import operate\n\nfor _command in operate.COMMANDS:\n    main.add_command(_command)\n"
)
SKEW, JUNIT = "tests/serving/test_skew.py", "reports/junit.xml"
NODE = ("tests.serving.test_skew", "test_served_rows_equal_training_rows")


@pytest.mark.parametrize(
    ("last", "expected"), [(ADDED, Outcome.MET), ("", Outcome.UNMET)], ids=["added", "left-alone"]
)
def test_commands_may_lie_beside_the_command_line(
    project: Project, last: str, expected: Outcome
) -> None:
    project.edit(CLI, GO_BACK, "def go_back() -> None:\n")
    project.write(CLI, f"{project.read(CLI)}\n\n{last}")
    project.write(OPERATE, f"{BESIDE}\n\nCOMMANDS = (go_back,)\n")
    assert project.outcome("2.2.9") is expected


@pytest.mark.parametrize(
    ("said", "expected"), [("offline", Outcome.MET), ("other", Outcome.PARTIAL)]
)
def test_answers_are_held_against_offline_ones(
    project: Project, said: str, expected: Outcome
) -> None:
    name = f"test_answers_equal_the_{said}_ones"
    project.edit(SKEW, NODE[1], name)
    project.edit(SKEW, "TRAINING", "ROWS", every=True)
    project.git("mv", SKEW, "tests/serving/test_answers.py")
    nodes = {node: outcome for node, outcome in passing().items() if node != NODE}
    project.evidence[JUNIT] = junit({**nodes, ("tests.serving.test_answers", name): "passed"})
    assert project.outcome("5.2") is expected


@pytest.mark.parametrize("cases", [None, {"every_days": "soon"}], ids=["no-section", "no-period"])
def test_a_review_without_a_period_is_a_detector_at_work_all_the_same(
    project: Project, cases: dict[str, str] | None
) -> None:
    """The catalogue asks for detector, threshold and test first; the period belongs to the report."""

    def change(body: dict[str, object]) -> None:
        del body["cases"]
        if cases:
            body["cases"] = cases

    project.edit_yaml("conf/operations.yaml", change)
    assert project.outcome("4.4.2") is Outcome.PARTIAL
