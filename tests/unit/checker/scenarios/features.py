"""1.2.2: features in words, in the schema, in the model."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from unit.checker.building import Project

from . import Scenarios

FEATURES, SCHEMA, MANIFEST = (
    "conf/features.yaml",
    "src/churn/data/schema.py",
    "models/1/manifest.json",
)
scenario = Scenarios("1.2.2")


def features(project: Project, change: Any) -> None:
    project.edit_yaml(FEATURES, lambda body: change(body["features"]))


def manifest(project: Project, **fields: Any) -> None:
    project.write(MANIFEST, json.dumps({**json.loads(project.read(MANIFEST)), **fields}))


scenario.simply(
    feature_gone=lambda p: features(p, lambda f: f.pop("mean_texture")),
    file_gone=lambda p: p.remove(FEATURES),
    no_model=lambda p: p.remove("models"),
    empty=lambda p: p.write(FEATURES, ""),
    two_words=lambda p: features(p, lambda f: f["mean_radius"].update(description="mean radius")),
    no_pii=lambda p: features(p, lambda f: f["mean_radius"].pop("pii")),
    extra=lambda p: features(p, lambda f: f.update(age=f["mean_radius"])),
    no_inputs=lambda p: manifest(p, features=[]),
    foreign_input=lambda p: manifest(p, features=[{"name": "mean_radius"}, {"name": "zip_code"}]),
    broken=lambda p: p.write(FEATURES, "features: ["),
    broken_schema=lambda p: p.write(SCHEMA, "class Source(:\n"),
)


@scenario("commented")
def commented(project: Project) -> None:
    lines = project.read(FEATURES).splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if "mean_texture" in line)
    project.write(FEATURES, "".join([*lines[:start], *("#" + line for line in lines[start:])]))


@scenario("both-empty")
def both_empty(project: Project) -> None:
    project.write(FEATURES, "features: {}\n")
    lines = project.read(SCHEMA).splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("    mean_")]
    project.write(SCHEMA, "".join(kept))


@scenario("no-ancestor")
def no_ancestor(project: Project) -> None:
    manifest(project, git_commit=side_commit(project))


@scenario("odd-store")
def odd_store(project: Project) -> None:
    project.remove("models", "mlflow.db")
    with sqlite3.connect(project.root / "mlflow.db") as store:
        store.execute("create table alembic_version (version_num text)")
        store.execute("insert into alembic_version values ('of another world')")
    store.close()


def side_commit(project: Project) -> str:
    """Return a commit that HEAD does not hold."""
    tree = project.git("rev-parse", "HEAD^{tree}")
    return project.git("commit-tree", tree, "-m", "Foreign")
