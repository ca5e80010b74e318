"""Writes a database as MLflow keeps it: the tables and columns that the checker looks at."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

REVISION = "dc11669786a5"  # of MLflow 3.17
# The runs that docs/adr/0001-baseline.md compares.
RUNS = {
    "0" * 31 + "a": {"baseline.roc_auc": 0.71},
    "0" * 31 + "b": {"roc_auc": 0.83},
    "0" * 31 + "c": {"roc_auc": 0.88},
}
_SCHEMA = """
create table alembic_version (version_num text);
create table runs (run_uuid text, status text, start_time integer, lifecycle_stage text);
create table tags (key text, value text, run_uuid text);
create table params (key text, value text, run_uuid text);
create table latest_metrics (key text, value real, is_nan boolean, run_uuid text);
create table model_versions
  (name text, version integer, run_id text, source text, creation_time integer);
create table model_version_tags (name text, version integer, key text, value text);
create table registered_model_aliases (name text, alias text, version integer);
"""


def store(path: Path, runs: Mapping[str, Mapping[str, float]], *, status: str = "FINISHED") -> None:
    """Write a database with these runs, each with its metrics."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(_SCHEMA)
        database.execute("insert into alembic_version values (?)", (REVISION,))
        for run_id, metrics in runs.items():
            row = (run_id, status, 1_780_000_000_000, "active")
            database.execute("insert into runs values (?, ?, ?, ?)", row)
            facts = [(name, value, False, run_id) for name, value in metrics.items()]
            database.executemany("insert into latest_metrics values (?, ?, ?, ?)", facts)
