"""Further fakes and honest variants of the statements on documents, beside the expected ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from trueline.maturity.score import Outcome
from unit.checker.building import HEAD, Project, ago
from unit.checker.forge import Github
from unit.checker.scenarios.api import described
from unit.checker.scenarios.architecture import DRAWING, LIST
from unit.checker.scenarios.decision import RECORD
from unit.checker.scenarios.docstrings import BUILD, CI, MKDOCS, PAGE
from unit.checker.scenarios.steps import refer, steps
from unit.checker.scenarios.team import OWNERS, TEAM
from unit.checker.tracking import RUNS, store

MET, PARTIAL, UNMET, UNKNOWN = Outcome.MET, Outcome.PARTIAL, Outcome.UNMET, Outcome.UNKNOWN
NUMBERS, STEPS = "docs/project/project.yaml", "docs/data/steps.yaml"
RUNNER = "src/churn/data/ingest.py"
LONG = """

def {name}(rows):
    \"\"\"{said}\"\"\"
    kept = [row for row in rows if row["radius"] > 3 and row["texture"] is not None]
    kept.sort(key=lambda row: (row["radius"], -row["texture"]))
    return sum(row["radius"] for row in kept) / max(1, len(kept))
"""


def roles(project: Project, ada: str) -> None:
    """Write the team as `trueline start` lays it out."""
    project.write(TEAM, f"""
roles:
  product: {{members: "{ada}", answers_for: goals}}
  data_science: {{members: ["{ada}"], answers_for: the metric}}
  ml_engineering: {{members: ["{ada}"], answers_for: tests}}
  operations: {{members: "@ben, @acme/platform", answers_for: alerts}}
  risk: {{members: ["@ben"], answers_for: "risk, with @acme/model-risk"}}
teams: ["@acme/churn", "@acme/product", "@acme/data-science", "@acme/security", "@acme/analysts"]
""")  # fmt: skip


def as_a_list(project: Project) -> None:
    """Write the steps as `trueline start` lays them out."""

    def change(body: dict[str, object]) -> None:
        entries = body["steps"]
        assert isinstance(entries, dict)
        body["steps"] = [
            {**entry, "stage": name, "code_ref": f"data.{name}:run"}
            for name, entry in entries.items()
        ]

    project.edit_yaml(STEPS, change)


def published(project: Project, *, by_ci: bool) -> None:
    """Let the list of runs stand in for the database, as `poe experiments --json` prints it."""
    project.remove("mlflow.db")
    runs = [
        {"run_id": run, "metric": values.get("roc_auc"), "baseline": values.get("baseline.roc_auc")}
        for run, values in RUNS.items()
    ]
    at = {"commit": HEAD, "created_at": ago(hours=3), "source": "ci"}
    body = json.dumps({**at, "metric": "roc_auc", "runs": runs})
    if by_ci:
        project.evidence["reports/experiments.json"] = body
    else:
        project.write(
            "reports/experiments.json", body.replace(HEAD, project.git("rev-parse", "HEAD"))
        )


def without_example(body: dict[str, Any]) -> None:
    del body["paths"]["/predict"]["post"]["responses"]["200"]["content"]["application/json"][
        "example"
    ]


def of_unknown_type(body: dict[str, Any]) -> None:
    body["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]["schema"] = {}


def described_later(project: Project) -> None:
    project.frozen = project.git("rev-parse", "HEAD")
    project.edit("docs/openapi.json", "Spread of the grey values.", "Spread of the greys.")


def copied(project: Project, name: str) -> None:
    for folder, given in (("features", "mean"), ("serving", name)):
        path = f"src/churn/{folder}/more.py"
        project.write(path, '"""More."""\n' + LONG.format(name=given, said=f"For {folder}."))


def member(project: Project, source: str) -> None:
    project.write(
        "services/api/pyproject.toml",
        f'[project]\nname = "api"\ndependencies = ["churn"]\n[tool.uv.sources]\nchurn = {source}\n',
    )


def drawn_in_a_remark(project: Project) -> None:
    project.edit(DRAWING, "  model --> batch\n", "  %% batch\n")


def outside_part(project: Project) -> None:
    part = {"name": "registry", "kind": "store", "runtime": False, "purpose": "Biopsies, not ours"}
    project.edit_yaml(LIST, lambda body: body["components"].append(part))
    project.edit(DRAWING, "  data --> features", "  registry --> data --> features")


def broken_infrastructure(project: Project) -> None:
    project.edit_yaml("compose.yaml", lambda body: body["services"].pop("prometheus"))
    project.write("infra/modules/service/more.tf", 'resource "aws_ecs_service" "prometheus" {\n')


def exploring(project: Project) -> None:
    project.edit(".copier-answers.yml", "phase: production", "phase: exploration")
    del project.evidence["reports/kpi.json"]


def build_with(project: Project, command: str) -> None:
    project.edit(CI, BUILD, command)


def strict_by_configuration(project: Project) -> None:
    build_with(project, "uv run mkdocs build")
    project.write(MKDOCS, project.read(MKDOCS) + "strict: true\n")


def by_task(project: Project) -> None:
    build_with(project, "uv run poe docs")
    path = "pyproject.toml"
    project.write(path, project.read(path) + '\n[tool.poe.tasks]\ndocs = "mkdocs build -s"\n')


def pdoc(project: Project, command: str) -> None:
    project.remove(MKDOCS, PAGE)
    build_with(project, command)


def starters_headings(project: Project) -> None:
    path = "docs/model/explanations.md"
    for ours, theirs in (("Audience", "Who reads it"), ("Wording", "The wording"),
                         ("Worked example", "A worked example")):  # fmt: skip
        project.edit(path, f"## {ours}", f"## {theirs}")


CASES: list[tuple[str, str, Outcome, Callable[[Project], object]]] = [
    ("1.1.1", "vague target", UNMET, lambda p: p.edit(NUMBERS, "target: 0.4", "target: fewer")),
    ("1.1.1", "broken", UNKNOWN, lambda p: p.write(NUMBERS, "kpis: [")),
    ("1.1.1", "report of tomorrow", PARTIAL, lambda p: p.report("reports/kpi.json", created_at=ago(days=-1))),
    ("1.1.1", "exploring", MET, exploring),
    ("1.1.2", "starter's form", MET, lambda p: roles(p, "Ada <ada@acme.example>")),
    ("1.1.2", "account alone", MET, lambda p: roles(p, "@ada")),
    ("1.1.2", "somebody else", PARTIAL, lambda p: roles(p, "@eve")),
    ("1.1.2", "no owners", MET, lambda p: p.write(OWNERS, "# nobody\n* \n") or p.edit("maturity.yaml", "owner: \"@acme/model-risk\"", "owner: \"@ben\"")),
    ("1.2.1", "starter's form", MET, as_a_list),
    ("1.2.1", "a class", PARTIAL, lambda p: refer(p, "src/churn/data/schema.py:Source")),
    ("1.2.1", "a sigh", UNMET, lambda p: steps(p, lambda e: e["ingest"].update(why="because"))),
    ("1.2.1", "an opened prompt", UNMET, lambda p: p.edit(STEPS, "    inputs: [registry.biopsies]", "    inputs: # fill: which")),
    ("1.2.3", "published by CI", MET, lambda p: published(p, by_ci=True)),
    ("1.2.3", "a file on a laptop", PARTIAL, lambda p: published(p, by_ci=False)),
    ("1.2.3", "failed runs", PARTIAL, lambda p: store(p.root / "mlflow.db", RUNS, status="FAILED")),
    ("1.2.3", "no value", UNMET, lambda p: p.edit(RECORD, "value: 0.83", "value: null")),
    ("1.2.3", "a large value", UNMET, lambda p: p.edit(RECORD, "value: 0.83", f"value: {'9' * 400}")),
    ("1.2.3", "unnamed in params", PARTIAL, lambda p: p.edit("params.yaml", "name: boosted_trees, ", "")),
    ("1.3.1", "no example", UNMET, lambda p: described(p, without_example)),
    ("1.3.1", "no schema", UNMET, lambda p: described(p, of_unknown_type)),
    ("1.3.1", "tested before", PARTIAL, described_later),
    ("1.3.1", "broken", UNKNOWN, lambda p: p.write("docs/openapi.json", "{")),
    ("1.3.2", "a remark", UNMET, drawn_in_a_remark),
    ("1.3.2", "an outside part", MET, outside_part),
    ("1.3.2", "unreadable infrastructure", UNKNOWN, broken_infrastructure),
    ("2.2.2", "a renamed copy", UNMET, lambda p: copied(p, "average")),
    ("2.2.2", "a workspace member", MET, lambda p: member(p, "{workspace = true}")),
    ("2.2.2", "another release", UNMET, lambda p: member(p, '{git = "https://git.acme.example/churn"}')),
    ("3.2.7", "strict by configuration", MET, strict_by_configuration),
    ("3.2.7", "by task", MET, by_task),
    ("3.2.7", "swallowed", PARTIAL, lambda p: build_with(p, f"{BUILD} || true")),
    ("3.2.7", "pdoc", PARTIAL, lambda p: pdoc(p, "uv run pdoc churn -o site")),
    ("3.2.7", "strict pdoc", MET, lambda p: pdoc(p, "uv run python -W error -m pdoc churn -o site")),
    ("3.2.7", "broken code", UNKNOWN, lambda p: p.write("src/churn/odd.py", "def (")),
    ("6.2", "starter's headings", MET, starters_headings),
]  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "expected", "change"),
    [(statement, expected, change) for statement, _, expected, change in CASES],
    ids=[f"{statement} {name}" for statement, name, _, _ in CASES],
)
def test_a_change_from_met(
    project: Project, statement: str, expected: Outcome, change: Callable[[Project], object]
) -> None:
    project.holds(statement, expected, change)


def test_a_release_to_try_needs_no_notes(project: Project, github: Github) -> None:
    project.git("tag", "-a", "v2.0.0rc1", "-m", "To try")
    assert project.outcome("3.2.8") is MET
    assert any("/releases" in path for path in github.asked)


def test_the_deployed_model_has_to_be_in_the_notes(project: Project, github: Github) -> None:
    event = {"type": "model_deployed", "ts": ago(hours=1), "env": "production", "status": "success",
             "model_version": "3", "event_id": "9", "source": "github:run/8"}  # fmt: skip
    project.evidence["events.jsonl"] += f"{json.dumps(event)}\n"
    found = project.judged("3.2.8")
    assert found.outcome is PARTIAL
    assert re.search(r"model version 3 is deployed", found.reason)
    assert github.asked


def test_a_release_without_an_answer_of_the_forge(project: Project, github: Github) -> None:
    del github.releases[1]
    assert project.outcome("3.2.8") is PARTIAL
