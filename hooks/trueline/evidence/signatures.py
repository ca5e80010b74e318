"""The inputs of models that were really trained: exported, reported, or logged by MLflow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import jsontext, yamltext
from .document import Malformed, mapping, sequence, text
from .files import WorkTree
from .mlflow import Tracking
from .runs import Record, Runs

MOST = 50
MOST_LOGGED = 10
# Where MLflow 3 keeps a logged model, with a server's artifacts and without, and MLflow 2 a run's.
_LOGGED = (
    "mlartifacts/models/*/artifacts/MLmodel",
    "mlartifacts/*/models/*/artifacts/MLmodel",
    "mlruns/*/models/*/artifacts/MLmodel",
    "mlruns/*/*/artifacts/*/MLmodel",
)


@dataclass(frozen=True)
class Signature:
    """The inputs of a model that was really trained, and the commit it was trained at."""

    features: frozenset[str]
    commit: str
    path: str


def read(tree: WorkTree, runs: Runs, tracking: Tracking | None) -> tuple[Signature, ...]:
    """Read exported models, then reports; where there are none, what MLflow logged."""
    known = (*_manifests(tree), *_reported(runs))
    return known or tuple(_logged(tree, tracking or Tracking()))


def _manifests(tree: WorkTree) -> list[Signature]:
    """Read models/<version>/manifest.json; git does not track models, a run leaves them on disk."""
    found: list[Signature] = []
    for path in sorted(_left(tree, "models/*/manifest.json"))[:MOST]:
        document = tree.loose(path)
        try:
            manifest = mapping(jsontext.load(document.value or "{}"))
        except Malformed as error:
            tree.broken(path, str(error))
            continue
        names = _names(manifest.get("features"))
        found.append(Signature(names, text(manifest.get("git_commit")), path))
    return found


def _left(tree: WorkTree, pattern: str) -> Iterator[str]:
    """Yield what runs left on disk, which git does not track; a linked folder is not entered."""
    folder = tree.root / pattern.partition("/")[0]
    if not folder.is_symlink() and folder.is_dir():
        for path in tree.root.glob(pattern):
            yield path.relative_to(tree.root).as_posix()


def _logged(tree: WorkTree, tracking: Tracking) -> Iterator[Signature]:
    """Yield the inputs of the models that were logged last; their runs tell of which commit."""
    paths = {path for pattern in _LOGGED for path in _left(tree, pattern)}
    for path in sorted(paths, key=lambda path: _age(tree.root / path))[:MOST_LOGGED]:
        document = tree.loose(path)
        try:
            body = mapping(yamltext.load(document.value or ""))
            inputs = jsontext.load(text(mapping(body.get("signature")).get("inputs")) or "[]")
        except Malformed as error:
            tree.broken(path, str(error))
            continue
        run = tracking.runs.get(text(body.get("run_id")))
        yield Signature(_names(inputs), run.tags.get("git.commit", "") if run else "", path)


def _age(path: Path) -> float:
    try:
        return -path.lstat().st_mtime
    except OSError:
        return 0.0


def _reported(runs: Runs) -> list[Signature]:
    """Take the inputs from a report on training, for models that were trained where no disk is
    kept.
    """
    reports: list[Record[dict[str, object]]] = [*runs.report("train"), *runs.report("metrics")]
    return [
        Signature(_names(report.body.get("features")), report.commit, report.where)
        for report in reports
        if _names(report.body.get("features"))
    ]


def _names(features: object) -> frozenset[str]:
    if isinstance(features, dict):
        return frozenset(str(name) for name in features)
    return frozenset(
        text(item.get("name")) if isinstance(item, dict) else text(item)
        for item in sequence(features)
    ) - {""}
