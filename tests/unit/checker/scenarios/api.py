"""1.3.1: the description of the API, and the test that holds it to the API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from unit.checker.building import NODES, Project, junit, passing

from . import Scenarios

DOCUMENT, DRIFT, JUNIT = (
    "docs/openapi.json",
    "tests/serving/test_openapi_drift.py",
    "reports/junit.xml",
)
NODE = next(node for node in NODES if node[0] == "tests.serving.test_openapi_drift")
COMPARISON = "assert json.loads(OPENAPI.read_text()) == create_app().openapi()"
scenario = Scenarios("1.3.1")


def described(project: Project, change: Callable[[dict[str, Any]], object]) -> None:
    body = json.loads(project.read(DOCUMENT))
    change(body)
    project.write(DOCUMENT, json.dumps(body, indent=2))


def texture(body: dict[str, Any]) -> dict[str, Any]:
    """Return the property that only items and a reference lead to."""
    found: dict[str, Any] = body["components"]["schemas"]["Row"]["properties"]["mean_texture"]
    return found


def nullable(body: dict[str, Any]) -> None:
    texture(body).pop("type")
    texture(body)["anyOf"] = [{"type": "number"}, {"type": "null"}]


def only_health(body: dict[str, Any]) -> None:
    del body["paths"]["/predict"]
    body["paths"]["/readyz"] = body["paths"]["/healthz"]


def nodes(project: Project, **changes: str | None) -> None:
    kept = {node: changes.get("to", "passed") if node == NODE else "passed" for node in passing()}
    project.evidence[JUNIT] = junit({node: said for node, said in kept.items() if said})


scenario.simply(
    no_document=lambda p: p.remove(DOCUMENT),
    no_node=lambda p: nodes(p, to=None),
    no_post=lambda p: described(p, only_health),
    deep_property=lambda p: described(p, lambda body: texture(body).pop("description")),
    skipped=lambda p: nodes(p, to="skipped"),
    hollow_test=lambda p: p.edit(DRIFT, COMPARISON, "assert OPENAPI.is_file()"),
    nullable=lambda p: described(p, nullable),
    batch=lambda p: p.edit(".copier-answers.yml", "serving: both", "serving: batch"),
)


@scenario("ignored-file")
def ignored_file(project: Project) -> None:
    project.write(".gitignore", project.read(".gitignore") + f"/{DOCUMENT}\n")
    project.git("rm", "-q", "--cached", DOCUMENT)


@scenario("template-test")
def template_test(project: Project) -> None:
    project.write("src/churn/serving/app.py", project.read("src/churn/serving/app.py").replace(
        "REQUESTS =", 'OPENAPI = Path("docs/openapi.json")\nREQUESTS ='
    ).replace('"""The API."""\n', '"""The API."""\n\nfrom pathlib import Path\n'))  # fmt: skip
    project.remove(DRIFT)
    project.write("tests/serving/test_guard.py", (
        "import json\n\nfrom churn.serving.app import OPENAPI, create_app\n\n\n"
        "def test_the_description():\n    served = create_app().openapi()\n"
        "    if OPENAPI.is_file():\n        told = 'run poe openapi'\n"
        "        assert OPENAPI.read_text() == json.dumps(served), told\n"
    ))  # fmt: skip
    moved = {node: "passed" for node in passing() if node != NODE}
    moved["tests.serving.test_guard", "test_the_description"] = "passed"
    project.evidence[JUNIT] = junit(moved)
