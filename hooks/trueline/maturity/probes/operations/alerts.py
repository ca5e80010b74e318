"""4.1.2: rules for four kinds of trouble, with runbooks and receivers, tested and drilled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import PurePosixPath

from ....evidence.alerting import tested
from ....evidence.document import text
from ....evidence.released import unwritten
from ....evidence.runs import age
from ....evidence.service import Alert
from ....evidence.snapshot import Snapshot
from ...alerting import KINDS, kinds
from ...ci import stepping
from ...finding import Finding, Place, found, missing, old, unseen, weak
from ...probe import Probe
from ...proof import foreign, tests

_URL = re.compile(r"https?://[^/]+/(.+?)/(?:-/)?(?:blob|tree|raw|src)/[^/]+/([^?#]+)")


class InfrastructureIsWatched(Probe):
    """The health of the infrastructure is monitored, and somebody is alerted."""

    statement = "4.1.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Rules, runbooks and receivers first; then their tests; then the last drill."""
        rules, manager = snapshot.alerts, snapshot.alertmanager
        for document in (rules, manager):
            if document.problem:
                return unseen(
                    f"{document.path} cannot be read: {document.problem}", Place(document.path)
                )
        if not rules.value:
            return missing(
                f"{rules.path} has no alert"
                if rules.value is not None
                else f"there is no {rules.path}"
            )
        watching = {kind: [a for a in rules.value if kind in kinds(a)] for kind in KINDS}
        unwatched = [kind for kind, alerts in watching.items() if not alerts]
        if unwatched:
            return missing(f"no alert of {rules.path} tells of {unwatched[0]}", Place(rules.path))
        for alert in rules.value:
            reason = _runbook(alert, snapshot)
            if reason:
                place = Place(rules.path, alert.line or None, alert.name)
                return missing(f"{alert.name} {reason}", place)
        if manager.value is None:
            return missing(
                f"there is no {manager.path}: no alert reaches anybody", Place(rules.path)
            )
        for alert in (alert for alerts in watching.values() for alert in alerts):
            receiver = manager.value.route.leads({"alertname": alert.name, **alert.labels})
            if not manager.value.reaching.get(receiver):
                who = f"the receiver {receiver}" if receiver else "no receiver"
                return missing(
                    f"{alert.name} goes to {who}, which reaches nobody", Place(manager.path)
                )
        places = [
            Place(rules.path, alerts[0].line or None, alerts[0].name)
            for alerts in watching.values()
        ]
        return self._at_work(snapshot, watching, [*places, Place(manager.path)])

    def _at_work(
        self, snapshot: Snapshot, watching: dict[str, list[Alert]], places: list[Place]
    ) -> Finding:
        proof = _tested(snapshot, watching, places)
        if isinstance(proof, Finding):
            return proof
        drills = [e for e in snapshot.runs.dated("alert_test") if e.at and e.at <= snapshot.now]
        by_ci = [event for event in drills if event.ci]
        if not by_ci:
            gap = (
                "the test of the way to a person was not recorded by CI"
                if drills
                else ("nobody ever tested that an alert arrives (event alert_test)")
            )
            return weak(gap, proof, *places)
        newest = by_ci[0]
        since = age(newest.at, snapshot.now) or timedelta()
        here = Place("evidence:events.jsonl", None, f"alert_test {since.days} days ago")
        days = self.entry.number("drill_days")
        if since > timedelta(days=days):
            return old(f"the last alert_test is {since.days} days ago, {days:g} are the most", here)
        if text(newest.fields.get("status")) != "success":
            return weak("the last test alert did not arrive", here, proof, *places)
        reason = foreign(text(newest.fields.get("git_sha")), snapshot)
        if reason:
            return weak(f"the last alert_test {reason}", here, proof, *places)
        return found("watched, tested, and a test alert arrived", here, proof, *places)


def _runbook(alert: Alert, snapshot: Snapshot) -> str | None:
    """Say what is wrong with an alert's runbook; None when it leads to one of the project's own."""
    if not alert.runbook:
        return "names no runbook_url"
    path = alert.runbook.partition("#")[0].removeprefix("./").lstrip("/")
    match = _URL.match(alert.runbook)
    if match:
        if snapshot.origin and match[1] != snapshot.origin:
            return f"leads to {match[1]}, which is another repository"
        path = match[2]
    content = snapshot.pages.text(path)
    if content.problem:
        return f"leads to {path}, which cannot be read: {content.problem}"
    if content.value is None:
        return f"leads to {alert.runbook[:100]}, where there is no tracked file"
    reason = unwritten(path, content.value, snapshot.released)
    return f"leads to {path}: {reason}" if reason else None


def _tested(
    snapshot: Snapshot, watching: dict[str, list[Alert]], places: list[Place]
) -> Place | Finding:
    """Return where it shows that the rules' tests passed."""
    files = [path for path in snapshot.pages.below("monitoring") if _fires(snapshot, path)]
    fired = frozenset(name for path in files for name in _fires(snapshot, path))
    untested = [kind for kind, found_ in watching.items() if not fired & {a.name for a in found_}]
    if untested:
        return weak(f"no test of the rules sees an alert on {untested[0]} fire", *places)

    checked = stepping(
        snapshot,
        lambda words: _tests(words, files),
        judged=lambda path: path.startswith("monitoring/"),
    )
    if checked.place:
        return checked.place
    by_pytest = list(_by_pytest(snapshot))
    if by_pytest:
        return by_pytest[0]
    return weak(f"the tests of the rules (promtool): {checked.gap}", *checked.at, *places)


def _tests(words: tuple[str, ...], files: list[str]) -> bool:
    """True for `promtool test rules` of one of the files, in a container or not."""
    pairs = list(pairwise(words))
    if words[0] == "echo" or ("test", "rules") not in pairs:
        return False
    at = pairs.index(("test", "rules"))
    names = {PurePosixPath(path).name for path in files}
    return any("promtool" in word for word in words[:at]) and any(
        PurePosixPath(word).name in names or "*" in word or "$" in word for word in words[at + 2 :]
    )


def _fires(snapshot: Snapshot, path: str) -> frozenset[str]:
    return tested(snapshot.pages.yaml(path).value, snapshot.alerts.path)


def _by_pytest(snapshot: Snapshot) -> Iterator[Place]:
    """Yield where CI's tests passed of which one runs promtool."""
    cases = [
        case
        for case in snapshot.suite.cases
        if case.asserts and not case.skipped and "promtool" in case.texts
    ]
    proof = tests(snapshot, by_ci=True)
    if cases and len(proof.passed(cases)) == len(cases):
        yield from proof.places
