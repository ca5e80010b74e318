"""5.1: features are a package that anything may import, without the code of any model."""

from __future__ import annotations

from pathlib import PurePosixPath

from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, unseen, weak
from ...isolation import isolated
from ...parts import BEYOND_FEATURES, FEATURES, broken, feature_modules, modules
from ...probe import Probe

STORE = "feature_store.yaml"
FOREIGN = frozenset({"mlflow"})


class FeaturesAreShared(Probe):
    """Features are computed once and stored, or are code that others can import."""

    statement = "5.1"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Follow all that the package imports; then see CI test it from its wheel alone."""
        names = feature_modules(snapshot)
        own = [p for p in snapshot.code.inside(names) if p.doing]
        bad = broken(snapshot, FEATURES)
        if bad:
            return unseen(f"{bad[0]} cannot be read: {bad[1]}", Place(bad[0]))
        if not own:
            return self._stored(snapshot)
        places = [Place(path) for path in sorted({piece.path for piece in own})]
        for name in names:
            needed = _needed(name, names, snapshot)
            if needed:
                path = snapshot.code.modules[name]
                return missing(f"{path} imports {needed}, by itself or through others", Place(path))
        if not snapshot.environment.pyproject.value and "setup.py" not in snapshot.files:
            return weak("no wheel can be built of it: pyproject.toml says nothing", *places)
        if not any(
            case.asserts and not case.skipped and _about(case.path) for case in snapshot.suite.cases
        ):
            return weak("no test below tests/ is of the features alone", *places)  # fmt: skip
        tests = isolated(
            snapshot,
            _about,
            lambda path: path.startswith(("src/", "tests/")) or path == "pyproject.toml",
        )
        if tests.place is None:
            return weak(tests.gap, *tests.at, *places)
        return found(
            "importable without any model, and tested from its wheel",
            tests.place,
            *tests.at,
            *places,
        )

    def _stored(self, snapshot: Snapshot) -> Finding:
        stores = [path for path in sorted(snapshot.files) if PurePosixPath(path).name == STORE]
        if stores:
            return weak("a feature store is configured, but nothing shows it", Place(stores[0]))
        return missing("no package of features with code of its own")


def _about(path: str) -> bool:
    return any(FEATURES.fullmatch(part) for part in PurePosixPath(path).with_suffix("").parts)


def _needed(name: str, features: list[str], snapshot: Snapshot) -> str:
    """Return the first module beyond features that importing this one needs, '' when none."""
    beyond = set(modules(BEYOND_FEATURES, snapshot)) - set(features)
    reached = _reached(name, snapshot)
    outside = snapshot.imports.foreign({name, *reached})
    return next(iter(sorted((reached & beyond) | (outside & FOREIGN))), "")


def _reached(name: str, snapshot: Snapshot) -> set[str]:
    """Return what importing a module imports; the packages around each are run as well."""
    seen = {name}
    while True:
        more = {
            parent
            for one in (*seen, *snapshot.imports.reached(*seen))
            for parent in (one, *_around(one))
            if parent in snapshot.imports.modules
        }
        if more <= seen:
            return seen - {name}
        seen |= more


def _around(name: str) -> list[str]:
    pieces = name.split(".")
    return [".".join(pieces[:end]) for end in range(1, len(pieces))]
