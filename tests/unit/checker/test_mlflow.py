"""MLflow's database: read for the schemas that are known, never changed, bounded."""

from __future__ import annotations

import hashlib
import math
import sqlite3
import time
from pathlib import Path

import pytest
from trueline.evidence import mlflow
from trueline.evidence.document import Malformed
from trueline.evidence.files import WorkTree
from trueline.maturity.score import Outcome
from unit.checker.building import Project
from unit.checker.operating import FACTS, SHA256, VERSION
from unit.checker.tracking_store import Store

RUN = "0123456789abcdef0123456789abcdef"


def test_runs_versions_and_aliases_are_read(tmp_path: Path) -> None:
    with Store(tmp_path / "mlflow.db") as store:
        store.run(RUN, at=1000, tags={"git.dirty": "false"}, metrics={"auc": 0.9, "f1": math.nan})
        store.run("f" * 32, at=2000, params={"depth": "3"})
        store.run("d" * 32, at=3000, stage="deleted", tags={"git.dirty": "true"})
        store.version(9, RUN, at=1, sha256="ab")
        store.version(10, "f" * 32, at=2, alias="champion")
    found = mlflow.load(tmp_path / "mlflow.db")
    assert list(found.runs) == ["f" * 32, RUN]
    assert found.runs[RUN].tags == {"git.dirty": "false"}
    assert found.runs[RUN].metrics == {"auc": 0.9}
    assert found.runs["f" * 32].params == {"depth": "3"}
    assert [(v.number, v.run_id, dict(v.tags)) for v in found.versions] == [
        (10, "f" * 32, {}),
        (9, RUN, {"sha256": "ab"}),
    ]
    assert found.aliases == {("churn", "champion"): 10}


def test_reading_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    with Store(path) as store:
        store.run(RUN)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    mlflow.load(path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert [file.name for file in tmp_path.iterdir()] == ["mlflow.db"]


def test_an_unknown_schema_is_said_and_not_read(tmp_path: Path) -> None:
    with Store(tmp_path / "mlflow.db", revision="ffffffffffff") as store:
        store.run(RUN)
    tree = WorkTree(tmp_path, frozenset())
    found = mlflow.read(tree)
    assert found.value is None
    assert "ffffffffffff" in (found.problem or "")
    assert tree.seen == {"mlflow.db": found.problem}


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"x" * 5000, b"no database"])
def test_what_is_no_database_of_mlflow_is_malformed(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mlflow.db").write_bytes(content)
    with pytest.raises(Malformed):
        mlflow.load(tmp_path / "mlflow.db")


def test_a_view_that_never_ends_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    with Store(path):
        pass
    database = sqlite3.connect(path)
    database.execute("DROP TABLE alembic_version")
    database.execute(
        "CREATE VIEW alembic_version AS WITH RECURSIVE n(x) AS"
        " (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) AS version_num FROM n"
    )
    database.commit()
    database.close()
    started = time.perf_counter()
    with pytest.raises(Malformed):
        mlflow.load(path)
    assert time.perf_counter() - started < 5


def test_many_facts_of_many_runs_are_bounded(tmp_path: Path) -> None:
    with Store(tmp_path / "mlflow.db") as store:
        for number in range(1200):
            store.run(f"{number:032x}", at=number, tags={f"t{n}": "x" for n in range(60)})
    found = mlflow.load(tmp_path / "mlflow.db")
    assert len(found.runs) == mlflow.MOST_RUNS
    assert sum(len(run.tags) for run in found.runs.values()) <= mlflow.MOST_FACTS


@pytest.mark.parametrize(("dirty", "worth"), [("false", Outcome.MET), ("true", Outcome.PARTIAL)])
def test_the_newest_registered_version_counts(project: Project, dirty: str, worth: Outcome) -> None:
    facts = {f"{key}": str(value).lower() for key, value in FACTS.items()}
    facts |= {"git.commit": project.git("rev-parse", "HEAD"), "git.dirty": dirty}
    del facts["git_dirty"]
    (project.root / "mlflow.db").unlink(missing_ok=True)
    with Store(project.root / "mlflow.db") as store:
        store.run(RUN, tags=facts)
        store.version(int(VERSION) + 1, RUN, sha256=SHA256)
    project.write(".git/info/exclude", "mlflow.db\n")
    assert project.outcome("2.2.7") is worth


def test_a_store_of_a_later_release_is_unknown_where_no_file_tells(project: Project) -> None:
    (project.root / "mlflow.db").unlink(missing_ok=True)
    with Store(project.root / "mlflow.db", revision="ffffffffffff"):
        pass
    project.write(".git/info/exclude", "mlflow.db\n")
    assert project.outcome("2.2.7") is Outcome.MET
    project.remove("models")
    assert project.outcome("2.2.7") is Outcome.UNKNOWN
