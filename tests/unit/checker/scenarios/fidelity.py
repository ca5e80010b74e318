"""6.3: explanations, held against the model."""

from __future__ import annotations

from unit.checker.building import Project, ago

from . import Scenarios

CODE, PARAMS, REPORT = (
    "src/churn/explain/fidelity.py",
    "params.yaml",
    "reports/explanations.json",
)
scenario = Scenarios("6.3")


def loose(project: Project) -> None:
    limits = {"min_fidelity": -1, "min_stability": -1}
    project.edit_yaml(PARAMS, lambda body: body["explain"].update(limits))


scenario("no-limits")(loose)
scenario.simply(
    no_code=lambda p: p.remove(CODE),
    no_report=lambda p: p.evidence.pop(REPORT),
    below=lambda p: p.report(REPORT, fidelity=0.41, limits={"min_fidelity": 0.2}),
    other_version=lambda p: p.report(REPORT, model_version="16"),
    no_number=lambda p: p.report(REPORT, stability=float("nan")),
    future=lambda p: p.report(REPORT, created_at=ago(days=-1)),
    edge=lambda p: p.report(REPORT, fidelity=0.5, stability=0.8),
    surrogate=lambda p: p.report(
        REPORT, method="surrogate: a tree of depth 4, R2", fidelity=0.9, additivity_error=None
    ),
)
