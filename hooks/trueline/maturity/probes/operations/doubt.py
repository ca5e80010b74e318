"""4.4.2: rows unlike those of the training are flagged in each answer, and people review them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from ....evidence.document import mapping, sequence, text
from ....evidence.modules import Function
from ....evidence.moment import period
from ....evidence.released import unwritten
from ....evidence.snapshot import Snapshot
from ....evidence.suite import Case
from ... import attestation
from ...finding import Finding, Place, missing, weak
from ...predicting import paths, unread
from ...probe import Probe
from ...proof import tests
from ...reports import Report, by_ci, number, stale
from ...settings import PATH as SETTINGS
from ...settings import Section, section

PAGE = "docs/runbooks/case_review.md"
_DETECTS = re.compile(
    r"(^|_)(flags?|outliers?|uncertain(ty)?|anomal(y|ies)|novelty|in_domain|out_of_domain"
    r"|out_of_range|low_certainty|doubts?)(_|$)"
)
_PREDICTS = re.compile(r"/(serving|serve|api|batch|inference|predict(or|ions?)?)[/.]")
# A personal column can be told by none of these: letters, digits, dashes, as ids are made of.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
SECTIONS = ("guard", "outliers", "uncertainty")


class DoubtIsReviewed(Probe):
    """Outliers are detected, and cases of low certainty are reviewed regularly."""

    statement = "4.4.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Detector, limits, log and test first; then the cases; then who reviewed them."""
        detector = next(_detectors(snapshot), None)
        if detector is None:
            return missing("nothing in the way of a prediction flags what the model does not know")
        where = Place(detector.path, detector.line, detector.name)
        for way, starts in paths(snapshot).items():
            if not starts:
                return unread(snapshot, f"no code of {way} was found", where)
        if not _logged(snapshot, detector):
            return missing(f"what {detector.name} finds is written to no log of predictions", where)
        limits = next(
            (s for name in SECTIONS if isinstance(s := section(snapshot, name), Section)), None
        )
        if limits is None:
            found_ = section(snapshot, SECTIONS[0])
            return found_ if isinstance(found_, Finding) else missing("no limits", where)
        if all(limits.number(name) is None for name in limits.values):
            return missing(f"{limits.place.detail} sets no limit", limits.place, where)
        page = snapshot.pages.text(PAGE)
        unedited = (
            unwritten(PAGE, page.value, snapshot.released) if page.value is not None else None
        )
        if unedited:
            return weak(f"{PAGE}: {unedited}", Place(PAGE), where)
        return self._seen(snapshot, detector, [where, limits.place])

    def _seen(self, snapshot: Snapshot, detector: Function, places: list[Place]) -> Finding:
        known = [case for case in snapshot.suite.cases if _flags(case, detector)]
        if not known:
            return missing("no test looks for the flag of a known outlier", *places)
        proof = tests(snapshot, by_ci=True)
        if proof.run is None:
            return weak(f"the test of {detector.name}: {proof.gap}", *places)
        if len(proof.passed(known)) < len(known):
            return weak(f"not every test of {detector.name} passed", *proof.places, *places)
        every = _period(snapshot)
        if every is None:
            reason = f"{SETTINGS} does not say how often cases are reviewed (cases.every_days)"
            return weak(reason, *proof.places, *places)
        report = by_ci(snapshot, "uncertain_cases", *places)
        if isinstance(report, Finding):
            return report
        here = Place(report.where)
        gap = _gap(report)
        if gap:
            return weak(f"{report.where} {gap}", here, *places)
        late = stale(snapshot, report, every, *places)
        return late or attestation.judge(self.entry, snapshot, here, *proof.places, *places)


def _period(snapshot: Snapshot) -> timedelta | None:
    """Return how old the report of the cases may be."""
    cases = section(snapshot, "cases")
    if isinstance(cases, Finding):
        return None
    return period(cases.number("every_days") or cases.values.get("period"))


def _detectors(snapshot: Snapshot) -> Iterator[Function]:
    """Yield the functions that flag a row and that serving or batch code calls.

    That the detector's own file calls it shows nothing.
    """
    for function in snapshot.modules.functions:
        if _DETECTS.search(function.name) and any(
            function.name in names
            for path, names in snapshot.modules.calls.items()
            if _PREDICTS.search(path) and path != function.path
        ):
            yield function


def _logged(snapshot: Snapshot, detector: Function) -> bool:
    """True when a log that the predicting code uses has a word for what the detector found."""
    predicting = [path for path in snapshot.modules.imports if _PREDICTS.search(path)]
    return any(
        re.search(r"log|store|record", path.rpartition("/")[2])
        and any(_DETECTS.search(word) for word in snapshot.modules.words(path) if len(word) < 40)
        for path in snapshot.modules.reach(predicting)
        if path != detector.path
    )


def _flags(case: Case, detector: Function) -> bool:
    """True for a test that uses the detector and asserts what it says."""
    module = detector.path.removesuffix(".py").rpartition("/")[2]
    uses = any(name.rpartition(".")[2] == module or f".{module}." in name for name in case.modules)
    return case.asserts and not case.skipped and uses and detector.name in case.own


def _gap(report: Report) -> str | None:
    counts = {name: number(value) for name, value in mapping(report.body.get("counts")).items()}
    if not counts.get("rows"):
        return "looked at no rows (counts.rows)"
    flagged = [value for name, value in counts.items() if name != "rows"]
    if not flagged or None in flagged:
        return "does not count what was flagged"
    if "sampled" not in report.body:
        return "names no cases that were sampled"
    sampled = sequence(report.body["sampled"])
    if any(not _ID.fullmatch(text(case)) for case in sampled):
        return "holds more of a case than its id"
    if any(flagged) and not sampled:
        return "sampled none of the cases that it counts"
    return None
