"""1.2.2: the same features in words, in the schema and in the model."""

from __future__ import annotations

from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, missing, unseen
from ...inputs import held
from ...probe import Probe


class FeaturesAreDefined(Probe):
    """Every feature is defined, with its meaning."""

    statement = "1.2.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Compare conf/features.yaml with the schema class, then with what a model really took."""
        documented, typed = snapshot.columns.documented, snapshot.columns.typed
        for document in (documented, typed):
            if document.problem:
                return unseen(
                    f"{document.path} cannot be read: {document.problem}", Place(document.path)
                )
            if document.value is None:
                return missing(f"there is no {document.path}")
        features, columns = documented.value or (), typed.value or frozenset()
        names = frozenset(feature.name for feature in features)
        if not columns or not names:
            empty = typed.path if not columns else documented.path
            return missing(f"{empty} names no feature", Place(empty))
        if names != columns:
            return missing(_difference(names, columns), Place(documented.path), Place(typed.path))
        for feature in features:
            if feature.lacking:
                lacks = ", ".join(feature.lacking)
                return missing(
                    f"{feature.name} lacks {lacks}", Place(documented.path, feature.line or None)
                )
        return held(
            snapshot.columns.signatures,
            names,
            snapshot,
            Place(documented.path, None, f"{len(names)} features"),
            good="documented, typed and used alike",
            strange="which is not documented",
            remedy="run the pipeline and promote a model, so that its inputs can be compared",
        )


def _difference(names: frozenset[str], columns: frozenset[str]) -> str:
    parts = []
    if columns - names:
        parts.append(f"{', '.join(sorted(columns - names)[:3])} not in conf/features.yaml")
    if names - columns:
        parts.append(f"{', '.join(sorted(names - columns)[:3])} not in the schema")
    return "; ".join(parts)
