"""Which part of the system a module belongs to, told by the names of its folders."""

from __future__ import annotations

import re
from functools import lru_cache

from ..evidence.snapshot import Snapshot
from ..evidence.sources import Piece

DATA = re.compile(r"data|datasets?|data_?modules?|ingest\w*|validat\w*")
FEATURES = re.compile(
    r"features?|feature_(store|engineering|pipelines?)|transform(s|ers?|ations?)?|preprocess(ing|ors?)?"
)
MODEL = re.compile(r"models?|modell?ing|train\w*")
TRAINING = re.compile(r"train\w*|fit")
SERVING = re.compile(r"serving|serve|service|api|app")
BATCH = re.compile(r"batch|batch_\w+|score|scoring|inference")
# What must not be needed to compute a feature.
BEYOND_FEATURES = re.compile(r"models?|train\w*|serving|serve|api|batch|registry|tracking")


def parts(module: str, *, several: bool = False) -> tuple[str, ...]:
    """Return the parts of a module's name that tell what it is for.

    The name of the one package is the project's and says nothing; `several` at the top are parts.
    """
    names = tuple(module.lower().split("."))
    return names if several else names[1:]


def several(snapshot: Snapshot) -> bool:
    """True when the code lies in more than one package at the top."""
    return len(snapshot.code.tops) > 1


def modules(pattern: re.Pattern[str], snapshot: Snapshot) -> list[str]:
    """Return the modules with a part that matches, sorted."""
    return list(_matching(pattern, tuple(snapshot.code.modules), more=several(snapshot)))


@lru_cache(maxsize=32)
def _matching(pattern: re.Pattern[str], names: tuple[str, ...], *, more: bool) -> tuple[str, ...]:
    found = (n for n in names if any(map(pattern.fullmatch, parts(n, several=more))))
    return tuple(sorted(found))


def feature_modules(snapshot: Snapshot) -> list[str]:
    """Return the modules that compute features."""
    return modules(FEATURES, snapshot)


def training(snapshot: Snapshot) -> list[Piece]:
    """Return the code of the training stage: `train` by name, else all of the model's code."""
    inside = set(modules(TRAINING, snapshot)) - set(feature_modules(snapshot))
    return snapshot.code.inside(inside or modules(MODEL, snapshot))


def broken(snapshot: Snapshot, *patterns: re.Pattern[str]) -> tuple[str, str] | None:
    """Return (path, problem) of the first file of these parts that could not be parsed."""
    for path, problem in snapshot.code.broken:
        names = path.lower().removesuffix(".py").split("/")
        if any(p.fullmatch(name) for p in patterns for name in names):
            return path, problem
    return None
