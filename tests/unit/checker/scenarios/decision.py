"""1.2.3: the record of the decision, and the runs behind its figures."""

from __future__ import annotations

from unit.checker.building import Project
from unit.checker.tracking import RUNS, store

from . import Scenarios, shipped

RECORD = "docs/adr/0001-baseline.md"
BASELINE, LOGISTIC, TREES = RUNS
scenario = Scenarios("1.2.3")

scenario.simply(
    no_record=lambda p: p.remove("docs/adr"),
    no_store=lambda p: p.remove("mlflow.db"),
    shipped=lambda p: p.write(RECORD, shipped(RECORD)),
    only_proposed=lambda p: p.edit(RECORD, "status: accepted", "status: proposed\n# accepted"),
    other_model=lambda p: p.edit(RECORD, "model: boosted_trees", "model: logistic_regression"),
    rounded_up=lambda p: p.edit(RECORD, "value: 0.88", "value: 0.89"),
    ghost_run=lambda p: p.edit(RECORD, LOGISTIC, "f" * 32),
    last_digit=lambda p: p.edit(RECORD, "value: 0.88", "value: 0.8800005"),
)


@scenario("no-baseline")
def no_baseline(project: Project) -> None:
    project.edit(
        RECORD,
        f"  - name: baseline\n    metric: baseline.roc_auc\n    value: 0.71\n    run_id: {BASELINE}\n",
        "",
    )


@scenario("one-run")
def one_run(project: Project) -> None:
    project.edit(RECORD, BASELINE, TREES)
    both = {**RUNS[BASELINE], **RUNS[TREES]}
    store(project.root / "mlflow.db", {LOGISTIC: RUNS[LOGISTIC], TREES: both})
