"""MLflow's own database (mlflow.db in the work tree): runs, model versions, aliases; read only.

A server's database is out of reach, so what is read here was made on this machine. Nothing of
MLflow is imported: its tables are read for the revisions of its schema that are known here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from .document import Document, Malformed, text
from .files import WorkTree

PATH = "mlflow.db"
# Of the newest runs and versions so many; each with so many tags, metrics and parameters at most.
MOST_RUNS = 1_000
MOST_VERSIONS = 200
MOST_FACTS = 60_000
MAX_TEXT = 10_000
MAX_BYTES = 2_000_000_000
# Steps of SQLite's machine; a view that never ends is stopped after about a second.
MAX_STEPS = 20_000_000
# From the one that brought aliases (MLflow 2.3) to that of MLflow 3.17. Later ones may mean
# something else by the same names.
_KNOWN = """
3500859a5d39 7f2a7d5fae7d 2d6e25af4d3e acf3f17fdcc7 867495a8f9d4 5b0e9adcef9c 4465047574b1
f5a4f2784254 0584bdc529eb 400f98739977 6953534de441 bda7b8c39065 cbc13b556ace 770bee3ae1dd
a1b2c3d4e5f6 de4033877273 1a0cddfcaa16 534353b11cbc 71994744cf8e 3da73c924c2f bf29a5ff90ea
    1bd49d398cd23 b7c8d9e0f1a2 5d2d30f0abce c9d4e5f6a7b8 2c33131f4dae d3e4f5a6b7c8 d0e1f2a3b4c5
c8d9e0f1a2b3 1b5f0d9ad7c1 e1f2a3b4c5d6 76601a5f987d c3d6457b6d8a a5b4c3d2e1f0 ae8bbe7743c9
7d34483879f0 da6fb0208061 89d3d66ed43f b7e4c1a90f23 a8b9c0d1e2f3 c1d2e3f4a5b6 c3d9e7f1a2b4
6f8d9c3b2a1e 1971f2d9a75b 17e22815139b b7e2c1a4d9f3 75868b020152 dc11669786a5
"""
REVISIONS = frozenset(_KNOWN.split())
_TABLES = (
    "runs",
    "tags",
    "params",
    "latest_metrics",
    "model_versions",
    "model_version_tags",
    "registered_model_aliases",
)


@dataclass(frozen=True)
class Run:
    """One run that was not deleted, with its last value of each metric."""

    id: str
    status: str = ""
    at: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Version:
    """One registered version of a model."""

    model: str
    number: int
    run_id: str = ""
    source: str = ""  # where its files lie
    at: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tracking:
    """What the database holds; the newest first."""

    runs: Mapping[str, Run] = field(default_factory=dict)
    versions: tuple[Version, ...] = ()
    aliases: Mapping[tuple[str, str], int] = field(default_factory=dict)  # (model, alias)


def read(tree: WorkTree) -> Document[Tracking]:
    """Read mlflow.db, which git does not track: absent, of an unknown schema, or its content."""
    path = tree.root / PATH
    try:
        if path.is_symlink():
            raise Malformed("a link")
        if not path.exists():
            return Document(PATH)
        if not path.is_file():
            raise Malformed("not a regular file")
        if path.stat().st_size > MAX_BYTES:
            raise Malformed(f"larger than {MAX_BYTES:,} bytes")
        return Document(PATH, load(path))
    except Malformed as error:
        return tree.broken(PATH, str(error))
    except OSError as error:
        return tree.broken(PATH, error.strerror or "cannot be read")


def load(path: Path) -> Tracking:
    """Return what a database holds; raises Malformed for none, or one of an unknown schema."""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as error:
        raise Malformed("no SQLite database") from error
    try:
        return _tracking(_guarded(connection))
    except Malformed:
        raise
    # A damaged schema is quoted in the message of an error, whose bytes may be no text.
    except (sqlite3.Error, ValueError, OverflowError) as error:
        raise Malformed(f"no readable SQLite database ({type(error).__name__})") from error
    finally:
        connection.close()


def _guarded(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Bound what a database made by a stranger can cost."""
    steps = iter(range(MAX_STEPS // 10_000))
    # Anything but None or 0 stops the statement.
    connection.set_progress_handler(lambda: 0 if next(steps, None) is not None else 1, 10_000)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 5_000_000)
    connection.text_factory = lambda raw: raw[:MAX_TEXT].decode("utf-8", "replace")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    return connection


def _tracking(connection: sqlite3.Connection) -> Tracking:
    named = "SELECT name FROM sqlite_master WHERE type = 'table'"
    tables = {text(name) for (name,) in _rows(connection, named)}
    if "alembic_version" not in tables:
        raise Malformed("not a database of MLflow")
    revisions = [text(row[0]) for row in _rows(connection, "SELECT * FROM alembic_version")]
    if len(revisions) != 1 or revisions[0] not in REVISIONS:
        said = revisions[0][:40] if revisions else "none"
        raise Malformed(f"its schema ({said}) is not one that this release knows")
    if not tables.issuperset(_TABLES):
        raise Malformed("tables of MLflow are missing")
    return Tracking(_runs(connection), _versions(connection), _aliases(connection))


def _rows(
    connection: sqlite3.Connection, query: str, *values: object
) -> Iterator[tuple[object, ...]]:
    yield from connection.execute(f"{query} LIMIT ?", (*values, MOST_FACTS))


# Of the newest runs alone: a database may hold millions.
_NEWEST = """ FROM runs JOIN {} AS facts USING (run_uuid) WHERE run_uuid IN (
SELECT run_uuid FROM runs WHERE lifecycle_stage = 'active' ORDER BY start_time DESC LIMIT ?)"""


def _runs(connection: sqlite3.Connection) -> dict[str, Run]:
    of_runs = "SELECT run_uuid, facts.key, facts.value" + _NEWEST
    tags, params = (_facts(connection, of_runs.format(table)) for table in ("tags", "params"))
    metrics: dict[str, dict[str, float]] = {}
    measured = of_runs.format("latest_metrics") + " AND facts.is_nan = 0"
    for run_id, key, value in _rows(connection, measured, MOST_RUNS):
        if isinstance(value, (int, float)):
            metrics.setdefault(text(run_id), {})[text(key)] = float(value)
    query = """SELECT run_uuid, status, start_time FROM runs WHERE lifecycle_stage = 'active'
    ORDER BY start_time DESC LIMIT ?"""
    found: dict[str, Run] = {}
    for run_id, status, start in connection.execute(query, (MOST_RUNS,)):
        key = text(run_id)
        found[key] = Run(
            key,
            text(status),
            _moment(start),
            tags.get(key, {}),
            params.get(key, {}),
            metrics.get(key, {}),
        )
    return found


def _facts(connection: sqlite3.Connection, query: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for run_id, key, value in _rows(connection, query, MOST_RUNS):
        found.setdefault(text(run_id), {})[text(key)] = text(value)
    return found


def _versions(connection: sqlite3.Connection) -> tuple[Version, ...]:
    tags: dict[tuple[str, int], dict[str, str]] = {}
    for model, number, key, value in _rows(
        connection, "SELECT name, version, key, value FROM model_version_tags"
    ):
        tags.setdefault((text(model), _number(number)), {})[text(key)] = text(value)
    query = """SELECT name, version, run_id, source, creation_time FROM model_versions
    ORDER BY creation_time DESC, version DESC LIMIT ?"""
    return tuple(
        Version(
            text(model),
            _number(number),
            text(run_id),
            text(source),
            _moment(created),
            tags.get((text(model), _number(number)), {}),
        )
        for model, number, run_id, source, created in connection.execute(query, (MOST_VERSIONS,))
    )


def _aliases(connection: sqlite3.Connection) -> dict[tuple[str, str], int]:
    query = "SELECT name, alias, version FROM registered_model_aliases"
    return {
        (text(model), text(alias)): _number(number)
        for model, alias, number in _rows(connection, query)
    }


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _moment(milliseconds: object) -> datetime | None:
    """Return a time that MLflow keeps in milliseconds since 1970."""
    if not isinstance(milliseconds, int):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
