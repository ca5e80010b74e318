"""Make projects as a user does, by the command line, and look into what they registered."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import Any

from machine import Machine

# The sample is read from scikit-learn's files, since importing it takes longer: the same numbers.
SAMPLE = {
    "classification": """
import pandas, sklearn.datasets
there = sklearn.datasets.load_breast_cancer(as_frame=True).frame
mine = pandas.read_parquet("data/raw/source.parquet")
assert [*mine.columns[:-1]] == [name.replace(" ", "_") for name in there.columns[:-1]]
assert (mine.iloc[:, :-1].to_numpy() == there.iloc[:, :-1].to_numpy()).all()
assert (mine["malignant"] == 1 - there["target"]).all() and len(mine) == 569
""",
    "regression": """
import pandas, sklearn.datasets
there = sklearn.datasets.load_diabetes(as_frame=True, scaled=False).frame
mine = pandas.read_parquet("data/raw/source.parquet")
assert (mine.to_numpy() == there.to_numpy()).all() and len(mine) == 442
""",
}


def make_project(
    machine: Machine, template_repo: Path, answers: dict[str, Any], *, sync: bool = True
) -> Path:
    """Copy the template on `machine`, commit, sync and commit the lock; return the project."""
    project = machine.root / "project"
    given = [part for key, value in answers.items() for part in ("-d", f"{key}={value}")]
    source = f"git+file://{template_repo}"
    copy = [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", "--vcs-ref", "main"]
    machine.run([*copy, *given, source, str(project)])
    machine.git("init", "-q", cwd=project)
    machine.git("add", "-A", cwd=project)
    machine.git("commit", "-qm", "Made from the template", cwd=project)
    if sync:
        machine.run(["uv", "sync", "-q"], project)
        machine.git("add", "uv.lock", cwd=project)
        machine.git("commit", "-qm", "Lock the environment", cwd=project)
    return project


def registered_versions(project: Path) -> dict[str, str]:
    """Give the registry's versions with their alias ('' if none), read from MLflow's SQLite."""
    query = """select v.version, coalesce(group_concat(a.alias), '') from model_versions v
               left join registered_model_aliases a on a.name = v.name and a.version = v.version
               group by v.version order by v.version"""
    with sqlite3.connect(f"file:{project / 'mlflow.db'}?mode=ro", uri=True) as database:
        return {str(version): alias for version, alias in database.execute(query)}
