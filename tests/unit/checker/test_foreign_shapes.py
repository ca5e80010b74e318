"""Shapes of repositories that nobody made from the template: honest ways that count, and their fakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from trueline.evidence import changelog, history, tasks
from trueline.evidence.actions import read_tasks
from trueline.evidence.files import WorkTree
from trueline.maturity.score import Outcome
from unit.checker.building import Project

MET, PARTIAL, UNMET, UNKNOWN = Outcome.MET, Outcome.PARTIAL, Outcome.UNMET, Outcome.UNKNOWN
CI = ".github/workflows/ci.yml"
TRAIN, APP, SCORE = (
    f"src/churn/{path}.py" for path in ("model/train", "serving/app", "batch/score")
)
AZURE = "pr: [main]\nsteps:\n- script: python -m pytest .\n"


def by_mise(tasks_file: str, command: str = "mise run test") -> Callable[[Project], None]:
    def change(project: Project) -> None:
        project.edit(CI, "run: uv run poe test", f"run: {command}")
        project.write("mise.toml", tasks_file)

    return change


def without_pipeline(project: Project) -> None:
    """Modules for data, training and serving, and no dvc.yaml that runs them."""
    project.remove("dvc.yaml")


def without_data_code(project: Project) -> None:
    project.remove("dvc.yaml")
    project.remove("src/churn/data")


def without_training(project: Project) -> None:
    project.remove("dvc.yaml")
    project.remove(TRAIN)


def elsewhere_transformed(project: Project) -> None:
    """The transformation stands in the data's module, as a class with fit and transform."""
    project.remove("src/churn/features")
    project.write(
        "src/churn/data/prepare.py",
        '"""Rows."""\n\n\nclass Preprocessor:\n    """Rows as the model wants them."""\n\n'
        "    def fit(self, rows):\n        return self\n\n"
        "    def transform(self, rows):\n        return [row for row in rows if row]\n",
    )
    use = "from ..data import prepare\n\n\ndef {}(rows):\n    return prepare.Preprocessor().transform(rows)\n"
    project.write(TRAIN, use.format("train"))
    project.write("src/churn/predict.py", use.format("answer").replace("from ..", "from ."))
    route = (
        "from fastapi import FastAPI\n\nfrom churn import predict\n\napp = FastAPI()\n\n\n"
        '@app.post("/predict")\ndef ask(rows):\n    return predict.answer(rows)\n'
    )
    project.write(APP, route)
    project.remove("src/churn/batch")
    project.edit(".copier-answers.yml", "serving: both", "serving: realtime")


def not_transformed(project: Project) -> None:
    elsewhere_transformed(project)
    project.write(
        "src/churn/predict.py",
        '"""Answers."""\n\n\ndef answer(rows):\n    return [0 for _ in rows]\n',
    )


def other_ci(path: str, text: str) -> Callable[[Project], None]:
    def change(project: Project) -> None:
        project.remove(".github/workflows")
        project.write(path, text)

    return change


def without_reference(project: Project) -> None:
    project.remove("mkdocs.yml")
    project.remove("docs/reference.md")


def pdoc_on_release(project: Project) -> None:
    without_reference(project)
    project.write("mise.toml", '[tasks.docs]\nrun = "uv run pdoc -o site src/churn"\n')
    job = "{runs-on: ubuntu-latest, steps: [{run: mise run docs}]}"
    project.write(
        ".github/workflows/pages.yml",
        f"on: {{release: {{types: [published]}}}}\njobs: {{docs: {job}}}\n",
    )


CASES: list[tuple[str, Outcome, Callable[[Project], object]]] = [
    ("2.2.2", MET, without_pipeline),
    ("2.2.2", UNMET, without_data_code),
    ("2.2.2", UNMET, without_training),
    ("3.2.3", MET, by_mise('[tasks.test]\nrun = "uv run pytest"\n')),
    ("3.2.3", MET, by_mise('[tasks]\nt = ["ruff check", "pytest"]\n', "mise r t")),
    ("3.2.3", MET, by_mise('[tasks.a]\nrun = "mise run b"\n[tasks.b]\nrun = "pytest"\n', "mise run a")),
    ("3.2.3", MET, by_mise('[tasks.a]\ndepends = ["b"]\n[tasks.b]\nrun = "pytest"\n', "mise run a")),
    ("3.2.3", UNMET, by_mise('[tasks.test]\nrun = "echo pytest"\n')),
    ("3.2.3", PARTIAL, by_mise('[tasks.test]\nrun = "pytest || true"\n')),
    ("3.2.3", UNKNOWN, other_ci("azure-pipelines.yml", AZURE)),
    ("3.2.3", UNKNOWN, other_ci(".pipelines/pr.yml", AZURE)),
    ("3.2.3", UNKNOWN, other_ci("Jenkinsfile", "pipeline { }")),
    ("3.2.3", UNKNOWN, other_ci(".circleci/config.yml", "version: 2.1\n")),
    ("3.2.3", UNMET, other_ci("azure-pipelines.yml", "# nothing yet\n")),
    ("3.2.3", UNMET, lambda p: p.edit(CI, "run: uv run poe test", "run: echo") or p.write("Jenkinsfile", "")),
    ("3.2.7", UNMET, without_reference),
    ("3.2.7", PARTIAL, pdoc_on_release),
    ("5.2", PARTIAL, elsewhere_transformed),
    ("5.2", UNMET, not_transformed),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected", "change"), CASES)
def test_a_shape(
    project: Project, statement: str, expected: Outcome, change: Callable[[Project], object]
) -> None:
    project.holds(statement, expected, change)


@pytest.mark.parametrize(
    ("tag", "version"),
    [("v20250625", "20250625"), ("release-20250625", "20250625"), ("v1.2.0", "1.2.0"),
     ("v1", ""), ("20250625", ""), ("v2025", ""), ("v20251399", ""), ("data-2026-06", "")],
)  # fmt: skip
def test_a_tag_may_be_a_day_with_a_v(tag: str, version: str) -> None:
    assert history.version(tag) == version


def test_a_section_may_be_named_by_a_day_with_a_v() -> None:
    notes = "# Log\n\n## [v20250625](https://a.org/v20250625)\n\n* One\n\n## v20240930\n\nTwo\n"
    found = changelog.sections(notes)
    assert list(found) == ["20250625", "20240930"]
    assert "One" in found["20250625"]
    assert changelog.sections("## 20250625\n\nA diary.\n") == {}
    assert not changelog.same("20250625", "20240930")


def test_tasks_of_mise_that_name_each_other_end() -> None:
    ring = '[tasks.a]\nrun = "mise run b"\ndepends = ["a", "b"]\n[tasks.b]\nrun = ["mise run a"]\n'
    assert set(tasks.mise(ring)) == {("mise", "a"), ("mise", "b")}
    many = "".join(f'[tasks.a{n}]\ndepends = ["a{n + 1}", "a{n + 1}"]\n' for n in range(200))
    assert len(tasks.mise(many)) == 200
    assert tasks.mise("[tasks") == tasks.mise("tasks = 3") == {}


def test_stages_are_told_where_src_is_the_package(project: Project) -> None:
    """What is lacking is named, and nothing else: src/data, eval and re-exported classes count."""
    project.remove("tests")
    for path, text in {
        "src/data/rows.py": '"""Rows."""\n\n\ndef rows():\n    return [1]\n',
        "src/eval.py": '"""Eval."""\n\n\ndef evaluate():\n    return 1\n',
        "src/churn/__init__.py": '"""All."""\n\nfrom .model.train import fit\n',
        "tests/test_all.py": (
            "import churn\nfrom src.data.rows import rows\nfrom src.eval import evaluate\n\n\n"
            "def test_all():\n    assert rows() and evaluate() and churn.fit\n"
        ),
    }.items():
        project.write(path, text)
    found = project.judged("3.2.2")
    assert found.reason == "no test that asserts uses features, serving, batch"


def test_tasks_of_mise_are_read_from_either_file(tmp_path: Path) -> None:
    for name in ("mise.toml", ".mise.toml"):
        (tmp_path / name).write_text('[tasks]\ntest = "pytest -q"\n', "utf-8")
        found = read_tasks(WorkTree(tmp_path, frozenset({name})))
        assert found.known["mise", "test"][0].words == ("pytest", "-q")
