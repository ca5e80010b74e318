"""Writes an mlflow.db as MLflow 3.17 leaves it, with the tables and columns that are read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

REVISION = "dc11669786a5"
SCHEMA = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), status VARCHAR(9),
  start_time BIGINT, end_time BIGINT, lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200),
  experiment_id INTEGER);
CREATE TABLE tags (key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32));
CREATE TABLE params (key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32));
CREATE TABLE latest_metrics (key VARCHAR(250), value FLOAT, timestamp BIGINT, step BIGINT,
  is_nan BOOLEAN, run_uuid VARCHAR(32));
CREATE TABLE registered_models (name VARCHAR(256), creation_time BIGINT, workspace VARCHAR(63));
CREATE TABLE model_versions (name VARCHAR(256), version INTEGER, creation_time BIGINT,
  source VARCHAR(500), run_id VARCHAR(32), workspace VARCHAR(63));
CREATE TABLE model_version_tags (key VARCHAR(250), value TEXT, name VARCHAR(256), version INTEGER,
  workspace VARCHAR(63));
CREATE TABLE registered_model_aliases (alias VARCHAR(256), version INTEGER, name VARCHAR(256),
  workspace VARCHAR(63));
"""


class Store:
    """A database under construction; close it (or leave its `with`) before it is read."""

    def __init__(self, path: Path, revision: str = REVISION) -> None:
        self._db = sqlite3.connect(path)
        self._db.executescript(SCHEMA)
        self._db.execute("INSERT INTO alembic_version VALUES (?)", (revision,))

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        with closing(self._db):
            self._db.commit()

    def run(
        self,
        run_id: str,
        *,
        at: int = 0,
        status: str = "FINISHED",
        stage: str = "active",
        tags: dict[str, str] | None = None,
        params: dict[str, str] | None = None,
        metrics: dict[str, float] | None = None,
    ) -> None:
        """Add one run; `at` is its start in milliseconds since 1970."""
        self._db.execute(
            "INSERT INTO runs VALUES (?, '', ?, ?, ?, ?, '', 1)", (run_id, status, at, at, stage)
        )
        for table, facts in (("tags", tags), ("params", params)):
            rows = [(key, value, run_id) for key, value in (facts or {}).items()]
            self._db.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", rows)
        self._db.executemany(
            "INSERT INTO latest_metrics VALUES (?, ?, 0, 0, ?, ?)",
            [
                (key, 0.0 if value != value else value, value != value, run_id)
                for key, value in (metrics or {}).items()
            ],
        )

    def version(
        self, number: int, run_id: str, *, at: int = 0, alias: str = "", **tags: str
    ) -> None:
        """Register a version of the model churn."""
        self._db.execute(
            "INSERT INTO model_versions VALUES ('churn', ?, ?, ?, ?, 'default')",
            (number, at, f"models:/m-{run_id}", run_id),
        )
        rows = [(key, value, number) for key, value in tags.items()]
        self._db.executemany(
            "INSERT INTO model_version_tags VALUES (?, ?, 'churn', ?, 'default')", rows
        )
        if alias:
            self._db.execute(
                "INSERT INTO registered_model_aliases VALUES (?, ?, 'churn', 'default')",
                (alias, number),
            )
