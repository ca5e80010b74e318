"""Further ways to seem to share features, and honest ways that are written otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from trueline.maturity.score import Outcome
from unit.checker.building import Project, ago, junit, passing
from unit.checker.scenarios.registered_features import USAGE, before_fit
from unit.checker.scenarios.shared_features import APP, CI, DERIVE, NODE, SCORE, SKEW, TEST, TRAIN

MET, PARTIAL, UNMET, UNKNOWN = Outcome.MET, Outcome.PARTIAL, Outcome.UNMET, Outcome.UNKNOWN
BUILD = "uv build --wheel"
FEATURES, JUNIT, CI_REPORT = "conf/features.yaml", "reports/junit.xml", "reports/ci.json"
REGISTRY = "src/churn/features/registry.py"
ASKED = "pipeline.predict(model, rows)"


def start(path: str, line: str) -> Callable[[Project], None]:
    """Return a change that puts a line at the top of a file."""
    return lambda p: p.write(path, f"{line}\n{p.read(path)}")


def job(build: str, *commands: str) -> Callable[[Project], None]:
    """Return a change of what the job `features` runs."""

    def change(project: Project) -> None:
        project.edit(CI, BUILD, build)
        project.edit(CI, TEST, "|\n" + "".join(f"          {one}\n" for one in commands))

    return change


def moved_on(project: Project) -> None:
    project.frozen = project.git("rev-parse", "HEAD")
    project.edit(DERIVE, "return a / b", "return b / a")


def renamed(project: Project) -> None:
    project.git("mv", "src/churn/features", "src/churn/transforms")
    for path in (TRAIN, APP, SCORE):
        project.edit(path, "from ..features import", "from ..transforms import")
    project.edit("tests/features/test_derive.py", "churn.features", "churn.transforms")
    project.edit("tests/features/test_features.py", "churn.features", "churn.transforms")
    project.edit(SKEW, "churn.features", "churn.transforms")


def store_only(project: Project) -> None:
    project.remove("src/churn/features")
    project.write("feature_store.yaml", "project: churn\nregistry: data/registry.db\n")


def src_is_the_package(project: Project) -> None:
    """The layout of some templates: src/features, imported as src.features."""
    project.git("mv", "src/churn/features", "src/features")
    project.git("mv", "src/churn/model", "src/models")
    project.edit(
        DERIVE.replace("churn/", ""),
        "def ratio",
        "from src.models.train import train\n\n\ndef ratio",
    )


def exported(project: Project) -> None:
    project.write("src/churn/features/__init__.py", "from .pipeline import predict\n")
    project.edit(APP, "from ..features import pipeline", "from ..features import predict as answer")
    project.edit(APP, ASKED, "answer(model, rows)")


def own_row(project: Project) -> None:
    loop = '[row.update() for row in rows]\n        row = rows[0]\n        row["spread"] = row["mean_texture"] / row["mean_radius"]\n'
    project.edit(APP, f"        return {ASKED}", f"        {loop}        return {ASKED}")


def own_function(name: str, body: str) -> Callable[[Project], None]:
    def change(project: Project) -> None:
        project.edit(APP, ASKED, f"pipeline.predict(model, {name}(rows))")
        project.write(APP, f"{project.read(APP)}\n\ndef {name}(rows):\n    return {body}\n")

    return change


def handed_on(project: Project) -> None:
    own_function("transform", "derive.derive(rows)")(project)
    project.edit(APP, "from ..features import pipeline", "from ..features import derive, pipeline")


def only_looks(project: Project) -> None:
    project.edit(SKEW, 'client.post("/predict", json=TRAINING)', 'client.get("/healthz")')


def batch_alone(project: Project) -> None:
    project.edit(".copier-answers.yml", "serving: both", "serving: batch")


def sorter(project: Project) -> None:
    body = project.read(REGISTRY).partition("def resolve")[0]
    project.write(
        REGISTRY,
        "from graphlib import TopologicalSorter\n"
        f"{body}def resolve(entries):\n    graph = {{n: e['depends_on'] for n, e in entries.items()}}\n"
        "    return [*TopologicalSorter(graph).static_order()]\n",
    )


def unused_resolver(project: Project) -> None:
    tests = "tests/features/test_features.py"
    project.write(tests, project.read(tests).replace("registry.resolve(", "sorted("))


def entry(name: str, **fields: Any) -> Callable[[Project], None]:
    return lambda p: p.edit_yaml(FEATURES, lambda body: body["features"][name].update(fields))


def usage(change: Callable[[dict[str, Any]], object]) -> Callable[[Project], None]:
    def apply(project: Project) -> None:
        body = json.loads(project.evidence[USAGE])
        change(body)
        project.evidence[USAGE] = json.dumps(body)

    return apply


CASES: list[tuple[str, Outcome, Callable[[Project], object]]] = [
    ("5.1", UNMET, start(DERIVE, 'import importlib\n\nTRAIN = importlib.import_module("churn.model.train")')),
    ("5.1", UNMET, lambda p: p.write("src/churn/__init__.py", "from .model import train\n")),
    ("5.1", UNMET, start(DERIVE, "import mlflow.sklearn")),
    ("5.1", UNMET, src_is_the_package),
    ("5.1", UNKNOWN, lambda p: p.write(DERIVE, "def ratio(:\n")),
    ("5.1", PARTIAL, job(BUILD, "uv run pytest tests/features")),
    ("5.1", PARTIAL, job("uv build --sdist", TEST)),
    ("5.1", PARTIAL, job("echo built", TEST)),
    ("5.1", PARTIAL, job(BUILD, "pip install -e . dist/*.whl pytest", "pytest tests/features")),
    ("5.1", PARTIAL, job(BUILD, TEST.replace("tests/features", "tests/model"))),
    ("5.1", PARTIAL, job(BUILD, f"{TEST} --collect-only")),
    ("5.1", MET, job("python -m build --wheel", "pip install dist/*.whl pytest", "pytest tests/features")),
    ("5.1", MET, job(BUILD, "uvx --with dist/*.whl pytest tests/features")),
    ("5.1", PARTIAL, lambda p: p.report(CI_REPORT, jobs={"features": {"result": "failure"}})),
    ("5.1", PARTIAL, lambda p: p.report(CI_REPORT, jobs={"test": "success"})),
    ("5.1", PARTIAL, moved_on),
    ("5.1", PARTIAL, store_only),
    ("5.1", MET, renamed),
    ("5.2", MET, renamed),
    ("5.2", MET, exported),
    ("5.2", MET, handed_on),
    ("5.2", UNMET, own_row),
    ("5.2", UNMET, own_function("prepare_features", "[dict(row) for row in rows]")),
    ("5.2", UNMET, lambda p: p.edit(APP, ASKED, "[0.5 for _ in rows]")),
    ("5.2", UNKNOWN, lambda p: p.write(APP, "def create_app(:\n")),
    ("5.2", PARTIAL, only_looks),
    ("5.2", PARTIAL, batch_alone),
    ("5.2", PARTIAL, lambda p: p.evidence.update({JUNIT: junit({**passing(), NODE: "failed"})})),
    ("5.3", UNMET, before_fit('frame.loc[:, "ratio"] = 1.0')),
    ("5.3", UNMET, before_fit('frame.insert(0, "ratio", 1.0)')),
    ("5.3", UNMET, before_fit('frame["mean_area"] *= 2')),
    ("5.3", MET, before_fit('seen = {}\n    seen["rows"] = len(frame)')),
    ("5.3", MET, before_fit('frame["prediction"] = estimator.predict(frame)')),
    ("5.3", PARTIAL, lambda p: p.report("reports/ci.json") or p.edit("models/1/manifest.json", p.commits["signed"], "ab" * 20)),
    ("5.5", UNMET, lambda p: p.edit(FEATURES, "    depends_on: [spread, mean_area]\n", "")),
    ("5.5", UNMET, entry("mean_area", depends_on=["mean_area"])),
    ("5.5", UNMET, entry("mean_area", depends_on="mean_radius")),
    ("5.5", UNMET, unused_resolver),
    ("5.5", MET, sorter),
    ("5.6", PARTIAL, lambda p: p.report(USAGE, created_at=ago(days=-1))),
    ("5.6", PARTIAL, lambda p: p.report(USAGE, created_at=None)),
    ("5.6", PARTIAL, usage(lambda b: b["usage"].update(mean_area=[]))),
    ("5.6", PARTIAL, usage(lambda b: b["usage"].update(mean_smoothness=["17"]) or b.update(unused=[]))),
    ("5.6", PARTIAL, usage(lambda b: b["versions"][0].update(registry_sha256="unknown"))),
    ("5.6", PARTIAL, usage(lambda b: b["unused"].append("mean_area"))),
    ("5.6", UNKNOWN, lambda p: p.write("reports/feature_usage.json", "{") or p.evidence.pop(USAGE)),
    ("5.7", PARTIAL, entry("mean_area", depend_on=[])),
    ("5.7", UNMET, lambda p: p.edit_yaml(FEATURES, lambda b: b["features"].update(mean_area=None))),
    ("5.7", UNMET, start(SCORE, 'WANTED = {"mean_radius", "mean_texture", "mean_area"}')),
    ("5.7", UNMET, start(SCORE, 'WANTED = ("mean_radius", "spread", "contrast")')),
    ("5.7", MET, lambda p: p.edit(REGISTRY, 'Path("conf/features.yaml")', 'Path("conf") / "features.yaml"')),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected", "change"), CASES)
def test_a_change_from_met(
    project: Project, statement: str, expected: Outcome, change: Callable[[Project], object]
) -> None:
    project.holds(statement, expected, change)


def test_tests_may_be_spread_over_jobs_and_a_few_are_not_the_tests(project: Project) -> None:
    most = "tests/data tests/model tests/serving tests/monitoring tests/score tests/pipeline"
    project.edit(CI, "run: uv run poe test", f"run: pytest {most}")
    assert project.outcome("3.2.3") is MET
    project.edit(CI, f"run: pytest {most}", "run: pytest tests/data")
    assert project.outcome("3.2.3") is UNMET
    project.edit(CI, "run: pytest tests/data", "run: pytest tests/gone tests/gone.py")
    assert project.outcome("3.2.3") is UNMET
