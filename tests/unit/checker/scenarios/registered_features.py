"""5.3, 5.5 to 5.7: the register of features, its order, its use, and that it is the only one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from unit.checker.building import Project, ago, junit, passing

from . import Scenarios
from .features import manifest, side_commit

FEATURES, ANSWERS, JUNIT = "conf/features.yaml", ".copier-answers.yml", "reports/junit.xml"
TRAIN, REGISTRY, TRACKING = (
    "src/churn/model/train.py",
    "src/churn/features/registry.py",
    "src/churn/tracking.py",
)
SCORE, TESTS, USAGE = (
    "src/churn/batch/score.py",
    "tests/features/test_features.py",
    "reports/feature_usage.json",
)
GROUP = "tests.features.test_features"
CYCLE, MISSING, ORDER = (
    (GROUP, "test_a_cycle_is_refused"),
    (GROUP, "test_a_missing_name_is_refused"),
    (GROUP, "test_a_feature_comes_after_all_that_it_needs"),
)
FIT = "    return pipeline.build"
NAMES = '"mean_radius", "mean_texture", "mean_area"'
inputs, order, use, file = Scenarios("5.3"), Scenarios("5.5"), Scenarios("5.6"), Scenarios("5.7")


def practices(*names: str) -> Callable[[Project], None]:
    return lambda p: p.edit_yaml(ANSWERS, lambda body: body.update(practices=[*names]))


def entry(project: Project, **fields: Any) -> None:
    def change(body: dict[str, Any]) -> None:
        for name, needs in fields.items():
            body["features"][name]["depends_on"] = needs

    project.edit_yaml(FEATURES, change)


def before_fit(line: str) -> Callable[[Project], None]:
    return lambda p: p.edit(TRAIN, FIT, f"    {line}\n{FIT}")


@inputs("no-registry")
def no_registry(project: Project) -> None:
    project.edit(TRAIN, "import pipeline, registry", "import pipeline")
    project.edit(
        TRAIN,
        "name for name in registry.load() if name in frame",
        "name for name in frame if name != target",
    )


@inputs("elsewhere")
def elsewhere(project: Project) -> None:
    path = "src/churn/monitoring/drift.py"
    added = '\n\ndef widened(frame):\n    """Return more."""\n    frame["gap"] = frame["a"] - frame["b"]\n    return frame\n'
    project.write(path, project.read(path) + added)


inputs.simply(
    no_model=lambda p: p.remove("models"),
    assigned=before_fit('frame["ratio"] = frame["mean_area"] / frame["mean_radius"]'),
    assign_method=before_fit('frame = frame.assign(ratio=frame["mean_area"] / frame["mean_radius"])'),
    foreign=lambda p: manifest(p, features=[{"name": "mean_radius"}, {"name": "customer_age"}]),
    no_inputs=lambda p: manifest(p, features=[]),
    not_asked=practices("personal_data", "ab_testing"),
    subset=lambda p: manifest(p, features=[{"name": "mean_radius"}, {"name": "mean_texture"}]),
)  # fmt: skip


@order("no-cycle-test")
def no_cycle_test(project: Project) -> None:
    body = project.read(TESTS)
    start, end = body.index("def test_a_cycle"), body.index("def test_a_missing")
    project.write(TESTS, body[:start] + body[end:])
    project.evidence[JUNIT] = junit({k: v for k, v in passing().items() if k != CYCLE})


@order("one-test")
def one_test(project: Project) -> None:
    body = project.read(TESTS)
    start, end = body.index("def test_a_cycle"), body.index("def test_a_feature")
    whole = (
        '@pytest.mark.parametrize("needs", ["a", "b"], ids=["cycle", "missing"])\n'
        "def test_what_cannot_be_ordered_is_refused(needs):\n"
        '    with pytest.raises(ValueError):\n        registry.resolve({"a": feature(needs)})\n\n\n'
    )
    project.write(TESTS, body[:start] + whole + body[end:])
    nodes = {k: v for k, v in passing().items() if k not in (CYCLE, MISSING)}
    name = "test_what_cannot_be_ordered_is_refused"
    nodes |= {(GROUP, f"{name}[{kind}]"): "passed" for kind in ("cycle", "missing")}
    project.evidence[JUNIT] = junit(nodes)


@order("raises")
def raises(project: Project) -> None:
    project.write("src/churn/errors.py", 'class BadInput(ValueError):\n    """Wrong."""\n')
    project.edit(
        TESTS, "from churn.features", "from churn.errors import BadInput\nfrom churn.features"
    )
    project.edit(REGISTRY, "import yaml\n", "import yaml\n\nfrom ..errors import BadInput\n")
    project.edit(REGISTRY, "raise ValueError", "raise BadInput")
    project.edit(TESTS, 'ValueError, match="a"', "BadInput")
    project.edit(TESTS, 'ValueError, match="b"', "BadInput")


order.simply(
    no_depends=lambda p: p.edit_yaml(FEATURES, lambda b: b["features"]["mean_area"].pop("depends_on")),
    no_junit=lambda p: p.evidence.pop(JUNIT),
    cycle=lambda p: entry(p, mean_area=["mean_radius"], mean_radius=["mean_area"]),
    dangling=lambda p: entry(p, mean_area=["mean_width"]),
    failed=lambda p: p.evidence.update({JUNIT: junit({**passing(), ORDER: "failed"})}),
    broken=lambda p: p.write(FEATURES, "features: {"),
    not_asked=practices(),
)  # fmt: skip


def versions(change: Callable[[list[dict[str, Any]]], object]) -> Callable[[Project], None]:
    """Return a change of the report's versions."""

    def apply(project: Project) -> None:
        found = json.loads(project.evidence[USAGE])["versions"]
        change(found)
        project.report(USAGE, versions=found)

    return apply


@use("forgotten")
def forgotten(project: Project) -> None:
    versions(lambda found: found.pop())(project)
    told = {"mean_radius": ["16"], "mean_texture": ["16"]}
    unused = ["mean_area", "mean_smoothness"]
    project.report(USAGE, usage=told, unused=unused, created_at=ago(days=10))


@use("all-used")
def all_used(project: Project) -> None:
    body = json.loads(project.evidence[USAGE])
    body["versions"][1]["features"].append("mean_smoothness")
    body["usage"]["mean_smoothness"] = ["17"]
    project.report(USAGE, versions=body["versions"], usage=body["usage"], unused=[])


use.simply(
    no_tag=lambda p: p.edit(TRACKING, '        "features.list": ",".join(names),\n', ""),
    no_report=lambda p: p.evidence.pop(USAGE),
    no_list=versions(lambda found: found[0].update(features=[])),
    no_unused=lambda p: p.report(USAGE, unused=None),
    wrong_unused=lambda p: p.report(USAGE, unused=[]),
    no_ancestor=lambda p: p.report(USAGE, commit=side_commit(p)),
    old_version=versions(
        lambda found: found.append({"model_version": "9", "registered_at": ago(days=200)})
    ),
)


@file("not-loaded")
def not_loaded(project: Project) -> None:
    project.edit(REGISTRY, 'PATH = Path("conf/features.yaml")\n', "PATH = Path()\n")


@file("loaded-in-comment")
def loaded_in_comment(project: Project) -> None:
    project.edit(REGISTRY, 'Path("conf/features.yaml")', "Path()  # conf/features.yaml")
    project.edit(REGISTRY, '"""The register of features."""', '"""conf/features.yaml"""')


@file("tuple-default")
def tuple_default(project: Project) -> None:
    project.edit(
        SCORE, "def answers(model, rows):", f"def answers(model, rows, columns=({NAMES})):"
    )


@file("in-tests")
def in_tests(project: Project) -> None:
    path = "tests/features/test_derive.py"
    project.write(path, project.read(path) + f'\n\nALL = [{NAMES}, "mean_smoothness"]\n')


file.simply(
    no_file=lambda p: p.remove(FEATURES),
    empty=lambda p: p.write(FEATURES, ""),
    list=lambda p: p.write(TRAIN, f"{p.read(TRAIN)}\n\nINPUTS = [{NAMES}]\n"),
    broken=lambda p: p.write(FEATURES, "features: ["),
    two_names=lambda p: p.write(TRAIN, f'{p.read(TRAIN)}\n\nPAIR = ["mean_radius", "mean_texture"]\n'),
)  # fmt: skip
