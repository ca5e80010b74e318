"""5.2: what turns rows into features is one code, in training and wherever predictions are made."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ....evidence.snapshot import Snapshot
from ....evidence.sources import Piece
from ....evidence.suite import Case
from ...finding import Finding, Place, found, missing, unseen, weak
from ...parts import BATCH, FEATURES, MODEL, SERVING, broken, feature_modules, modules, training
from ...probe import Probe
from ...proof import tests

PIPELINES = frozenset(
    {"Pipeline", "make_pipeline", "ColumnTransformer", "make_column_transformer",
     "FunctionTransformer", "TransformedTargetRegressor"}
)  # fmt: skip
ANSWERS = frozenset({"predict", "predict_proba", "decision_function", "predict_many"})
# Names that tell that a function makes features; a second one beside prediction is a second code.
TRANSFORMS = re.compile(
    r"_?(derive|transform|featuri[sz]e|preprocess|engineer|impute)\w*"
    r"|_?(make|build|compute|create|extract|add|prepare)_(\w+_)?features?"
)
# Modules beside the transformation: which features there are, how rows are split.
BESIDE = re.compile(r"registry|catalog\w*|split\w*|schema|names|settings|config|value|selection")
ASKS = frozenset(
    {"post", "request", "send", "predict", "score", "run", "invoke", "urlopen", "score_rows"}
)


@dataclass(frozen=True)
class Path:
    """One way to predictions: its code, and all that this reaches."""

    name: str
    pieces: tuple[Piece, ...]
    reached: frozenset[Piece]


class OneTransformation(Probe):
    """Training and prediction share one transformation."""

    statement = "5.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Follow the code of training and of each way to predictions, then read the skew test."""
        bad = broken(snapshot, FEATURES, MODEL, SERVING, BATCH)
        if bad:
            return unseen(f"{bad[0]} cannot be read: {bad[1]}", Place(bad[0]))
        trained = snapshot.code.reached(training(snapshot))
        if not trained:
            return missing("no code below src trains a model")
        paths = _paths(snapshot)
        if not paths:
            return missing("no code below src serves a model or scores batches")
        asked = {"serving": snapshot.project.realtime, "batch": snapshot.project.batch}
        absent = [name for name in asked if asked[name] and name not in {p.name for p in paths}]
        if absent:
            return missing(f"`serving` names {absent[0]}, of which there is no code below src")
        shared = _transforms(trained, snapshot)
        for path in paths:
            second = _second(path, shared, snapshot)
            if second:
                return missing(f"{second.path} has {second.detail} of its own", second)
            if not _common(path, trained, shared):
                place = Place(path.pieces[0].path)
                return missing(f"{path.name} does not call what training transforms with", place)
        places = [Place(path.pieces[0].path, None, path.name) for path in paths]
        return _skew(snapshot, paths, places)


def _paths(snapshot: Snapshot) -> list[Path]:
    wanted = {"serving": SERVING, "batch": BATCH}
    asked = {"serving": snapshot.project.realtime, "batch": snapshot.project.batch}
    found_: list[Path] = []
    for name, pattern in wanted.items():
        inside = [p for p in snapshot.code.inside(modules(pattern, snapshot)) if p.words]
        if name == "serving":
            routes = {p.module for p in inside if _routes(p)}
            inside = [p for p in inside if p.module in routes] or inside
        if asked[name] is not False and inside:
            found_.append(Path(name, tuple(inside), snapshot.code.reached(inside)))
    return found_


def _routes(piece: Piece) -> bool:
    return bool(piece.calls & {"post", "route", "add_api_route", "api_route"}) and any(
        text.startswith("/") for text in piece.texts
    )


def _transforms(trained: frozenset[Piece], snapshot: Snapshot) -> frozenset[Piece]:
    """Return the functions and classes of the features' code that training uses.

    In code without a module for features: what transforms by its name, or by that of a method.
    """
    names = set(feature_modules(snapshot))
    doing = [piece for piece in trained if piece.doing]
    if not names:
        return frozenset(
            piece
            for piece in doing
            if any(TRANSFORMS.fullmatch(name) for name in (piece.name, *piece.functions))
        )
    return frozenset(
        piece
        for piece in doing
        if piece.module in names and not BESIDE.fullmatch(piece.module.rpartition(".")[2])
    )


def _common(path: Path, trained: frozenset[Piece], shared: frozenset[Piece]) -> bool:
    """True when a path calls a function that training uses, or asks a model that holds it."""
    if shared & path.reached:
        return True
    within = {piece.dotted for piece in shared}
    held = any(
        piece.calls & PIPELINES and (not shared or piece.dotted in within) for piece in trained
    )
    return held and any(piece.calls & ANSWERS for piece in path.reached)


def _second(path: Path, shared: frozenset[Piece], snapshot: Snapshot) -> Place | None:
    """Return where a path transforms rows by code of its own."""
    pattern = {"serving": SERVING, "batch": BATCH}[path.name]
    names = set(modules(pattern, snapshot)) - set(feature_modules(snapshot))
    known = {n for piece in shared for n in piece.functions if not n.startswith("__")} - _COMMON
    for piece in snapshot.code.inside(names):
        for name in sorted(piece.functions):
            if (name in known or TRANSFORMS.fullmatch(name)) and not _hands_on(piece, shared):
                return Place(piece.path, piece.line, f"a function {name}")
    paths = {snapshot.code.modules[name] for name in names}
    for column in snapshot.code.columns:
        if column.path in paths and column.computed:
            return Place(column.path, column.line, f"a computation of {column.name}")
    return None


_COMMON = frozenset({"build", "fit", "load", "main", "predict", "read", "run", "save", "get"})


def _hands_on(piece: Piece, shared: frozenset[Piece]) -> bool:
    """True for a function that only calls the one of training."""
    uses = piece.uses
    return any(one.dotted in uses for one in shared)


def _skew(snapshot: Snapshot, paths: list[Path], places: list[Place]) -> Finding:
    cases = [case for case in snapshot.suite.cases if _compares(case, paths, snapshot)]
    if not cases:
        gap = "no test sends training rows through the path of predictions and compares"
        return weak(gap, *places, remedy="add tests/serving/test_skew.py")
    tested = [Place(case.path, case.line, case.name) for case in cases]
    proof = tests(snapshot, by_ci=False)
    if proof.run is None:
        return weak(proof.gap, *tested, *places, remedy="run `poe test`")
    if not proof.passed(cases) or proof.failed(cases):
        return weak("the test of skew did not pass", *proof.places, *tested)
    return found("one transformation, and the test of skew passed", *proof.places, *tested, *places)


def _compares(case: Case, paths: list[Path], snapshot: Snapshot) -> bool:
    """True for a test that asks the first way to predictions and holds it against training."""
    asked = {piece.module for piece in paths[0].pieces}
    computed = {*feature_modules(snapshot), *(p.module for p in training(snapshot))}
    said = " ".join((case.path, case.name, *sorted(case.own))).lower()
    return (
        case.asserts
        and not case.skipped
        and bool(_meant(case, snapshot) & asked)
        and bool(case.own & ASKS)
        and any(word in said for word in ("skew", "train", "offline"))
        and bool(_meant(case, snapshot) & computed)
    )


def _meant(case: Case, snapshot: Snapshot) -> set[str]:
    """Return the modules of the project that a test uses."""
    return {name for name in case.modules if name in snapshot.code.modules}
