"""Test functions that show something, each by what it says itself, and whether they passed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from ..evidence.snapshot import Snapshot
from ..evidence.suite import Case
from .finding import Finding, Place, found, unseen, weak
from .proof import Proof, tests

Shows = Callable[[Case], bool]


@lru_cache(maxsize=20_000)
def _finds(pattern: str, word: str) -> bool:
    # Hundreds of tests use the same few modules and words.
    return re.search(pattern, word, re.I) is not None


def says(case: Case, *patterns: str) -> bool:
    """True when for each pattern the test itself has a name or a text that it finds."""
    own = {case.name, *case.own}
    return all(any(_finds(pattern, word) for word in own) for pattern in patterns)


def uses(case: Case, pattern: str) -> bool:
    """True when the test uses a module, or something of it, that the pattern finds."""
    return any(_finds(pattern, module) for module in case.modules)


def proved(snapshot: Snapshot, wanted: Mapping[str, Shows], reason: str, *places: Place) -> Finding:
    """Return what the tests are worth: for each thing wanted, one that asserts and passed whole.

    A test of which some parameters were skipped did not pass whole.
    """
    listed = [case for case in snapshot.suite.cases if case.asserts and not case.skipped]
    cases = {what: [case for case in listed if shows(case)] for what, shows in wanted.items()}
    untested = [what for what, found_ in cases.items() if not found_]
    if untested:
        broken = snapshot.suite.broken
        if broken:
            return unseen(f"{broken[0][0]} cannot be read: {broken[0][1]}", Place(broken[0][0]))
        remedy = f"add a test of {untested[0]}"
        return weak(f"no test of {', none of '.join(untested)}", *places, remedy=remedy)
    proof = tests(snapshot, by_ci=False)
    if proof.run is None:
        return weak(proof.gap, *places, remedy="run `poe test`")
    failing = [what for what, found_ in cases.items() if not any(_whole(c, proof) for c in found_)]
    if failing:
        return weak(f"the test of {failing[0]} did not pass", *proof.places, *places)
    shown = [Place(cs[0].path, cs[0].line, what) for what, cs in cases.items()]
    return found(reason, *places, *shown, *proof.places)


def _whole(case: Case, proof: Proof) -> bool:
    outcomes = proof.run.body.nodes.get(case.node, ()) if proof.run else ()
    return bool(outcomes) and set(outcomes) == {"passed"}
