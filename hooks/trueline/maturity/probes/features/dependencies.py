"""5.5: each feature says what it needs; a resolver orders them, and its tests passed."""

from __future__ import annotations

import re

from ....evidence.columns import Feature
from ....evidence.document import text
from ....evidence.snapshot import Snapshot
from ....evidence.sources import Piece
from ....evidence.suite import Case
from ...finding import Finding, Place, found, missing, unseen, weak
from ...parts import FEATURES, broken, feature_modules
from ...probe import Probe
from ...proof import tests
from ...registered import PATH, unusable

KEY = "depends_on"
# What a test must be about, by the words in its name and in what it says.
ABOUT = {
    "a cycle": re.compile(r"cycl|circ(le|ular)|\bloop"),
    "a missing name": re.compile(
        r"missing|unknown|absent|dangling|undefined|unlisted|not (listed|known)"
    ),
    "the order": re.compile(r"order|after|before|transitiv|topolog|upstream|distance"),
}
_RESOLVES = frozenset({"TopologicalSorter", "topological_sort", "lexicographical_topological_sort"})


class DependenciesAreManaged(Probe):
    """What a feature depends on is declared, and resolved by code."""

    statement = "5.5"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Check the declared graph, then the resolver's tests and how they ended."""
        bad = unusable(snapshot)
        if bad:
            return bad
        features = snapshot.columns.registered
        gap = _gap(features)
        if gap:
            return missing(gap[1], Place(PATH, gap[0].line or None, gap[0].name))
        resolvers = _resolvers(snapshot)
        if not resolvers:
            torn = broken(snapshot, FEATURES)
            if torn:
                return unseen(f"{torn[0]} cannot be read: {torn[1]}", Place(torn[0]))
            return missing(f"no code of the features orders them by {KEY}", Place(PATH))
        place = Place(resolvers[0].path, resolvers[0].line, resolvers[0].name)
        return _tested(snapshot, resolvers, place)


def _gap(features: tuple[Feature, ...]) -> tuple[Feature, str] | None:
    """Return the first entry that cannot be ordered, and why."""
    needs: dict[str, list[str]] = {}
    for feature in features:
        declared = feature.fields.get(KEY)
        if not isinstance(declared, list):
            return feature, f"{feature.name} in {PATH} has no list {KEY}"
        if feature.name in needs:
            return feature, f"{PATH} names {feature.name} twice"
        needs[feature.name] = [text(name) for name in declared]
    for feature in features:
        for name in needs[feature.name]:
            if name not in needs:
                return feature, f"{feature.name} depends on {name or 'nothing'}, no feature"
    stuck = _stuck(needs)
    for feature in features:
        if feature.name in stuck:
            return feature, f"{feature.name} depends on itself, directly or through others"
    return None


def _stuck(needs: dict[str, list[str]]) -> set[str]:
    """Return the names that no order can place: those of a cycle, and what needs one."""
    users: dict[str, list[str]] = {name: [] for name in needs}
    for name, wanted in needs.items():
        for one in wanted:
            users[one].append(name)
    open_ = {name: len(wanted) for name, wanted in needs.items()}
    ready = [name for name, count in open_.items() if not count]
    placed: set[str] = set()
    while ready:
        name = ready.pop()
        placed.add(name)
        for user in users[name]:
            open_[user] -= 1
            if not open_[user]:
                ready.append(user)
    return set(needs) - placed


def _resolvers(snapshot: Snapshot) -> list[Piece]:
    inside = snapshot.code.inside(feature_modules(snapshot))
    return [
        piece
        for piece in inside
        if piece.doing and (piece.calls & _RESOLVES or KEY in piece.words | piece.texts)
    ]


def _tested(snapshot: Snapshot, resolvers: list[Piece], place: Place) -> Finding:
    names = {piece.name for piece in resolvers}
    homes = {piece.module for piece in resolvers}
    cases = [
        case
        for case in snapshot.suite.cases
        if case.asserts and not case.skipped and case.calls & names and _uses(case, homes)
    ]
    by_kind = {kind: [c for c in cases if words.search(_said(c))] for kind, words in ABOUT.items()}
    lacking = [kind for kind, listed in by_kind.items() if not listed]
    if lacking:
        return missing(f"no test of {place.detail} is about {' and '.join(lacking)}", place)
    every = [case for listed in by_kind.values() for case in listed]
    tested = [Place(case.path, case.line, case.name) for case in dict.fromkeys(every)]
    proof = tests(snapshot, by_ci=False)
    if proof.run is None:
        return weak(proof.gap, place, *tested, remedy="run `poe test`")
    for kind, listed in by_kind.items():
        if not proof.passed(listed) or proof.failed(listed):
            return weak(f"the test of {kind} did not pass", *proof.places, place, *tested)
    return found("dependencies are declared, resolved and tested", *proof.places, place, *tested)


def _uses(case: Case, homes: set[str]) -> bool:
    return any(module in homes for module in case.modules)


def _said(case: Case) -> str:
    return " ".join((case.name, *sorted(case.own))).lower().replace("_", " ")
