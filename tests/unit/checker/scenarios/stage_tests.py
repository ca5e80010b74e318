"""3.2.2: tests of every stage."""

from __future__ import annotations

from unit.checker.building import Project, coverage, junit, passing

from . import Scenarios
from .features import side_commit

TRAIN, JUNIT, COVERAGE = "tests/model/test_train.py", "reports/junit.xml", "reports/coverage.xml"
NODE = ("tests.model.test_train", "test_training_learns")
scenario = Scenarios("3.2.2")


def assertion(project: Project, instead: str) -> None:
    project.edit(TRAIN, "    assert train(3) == 3\n", instead)


scenario.simply(
    stage_untested=lambda p: p.remove(TRAIN),
    no_junit=lambda p: p.evidence.pop(JUNIT),
    no_coverage=lambda p: p.evidence.pop(COVERAGE),
    empty_file=lambda p: p.write(TRAIN, ""),
    commented=lambda p: p.write(TRAIN, "".join(f"# {x}\n" for x in p.read(TRAIN).splitlines())),
    no_assert=lambda p: assertion(p, "    train(3)\n"),
    assert_true=lambda p: assertion(p, "    train(3)\n    assert True\n"),
    not_imported=lambda p: p.write(
        TRAIN,
        'def test_training_learns():\n    """Tests churn.model.train."""\n    x = "churn.model.train"\n    assert x\n',
    ),
    not_collected=lambda p: p.edit(TRAIN, "def test_training_learns", "def check_train"),
    forged_junit=lambda p: p.remove(TRAIN),
    thin=lambda p: p.evidence.update({COVERAGE: coverage(features=0.05)}),
    broken_test=lambda p: p.write(TRAIN, "def test_training_learns(:\n"),
)


@scenario("skip-mark")
def skip_mark(project: Project) -> None:
    project.edit(TRAIN, "def test", "@pytest.mark.skip\ndef test")
    project.evidence[JUNIT] = junit({**passing(), NODE: "skipped"})


@scenario("no-ancestor")
def no_ancestor(project: Project) -> None:
    project.evidence[JUNIT] = junit(passing(), commit=side_commit(project))


@scenario("failed")
def failed(project: Project) -> None:
    project.evidence[JUNIT] = junit({**passing(), NODE: "failed"})


@scenario("raises")
def raises(project: Project) -> None:
    project.write(
        "tests/data/test_ingest.py",
        "import pytest\nfrom churn.data import ingest\n\n\n"
        "def test_rows_without_a_label_are_dropped():\n"
        "    with pytest.raises(KeyError):\n        ingest.rows([{}])\n",
    )


@scenario("local")
def local(project: Project) -> None:
    head = project.git("rev-parse", "HEAD")
    del project.evidence[JUNIT], project.evidence[COVERAGE]
    project.write(JUNIT, junit(passing(), source="local", commit=head))
    project.write(COVERAGE, coverage())


@scenario("batch-project")
def batch_project(project: Project) -> None:
    project.edit(".copier-answers.yml", "serving: both", "serving: batch")
    project.remove("tests/serving")
