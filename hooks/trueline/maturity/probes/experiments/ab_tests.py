"""7.2: an experiment on users was concluded lately, written down, counted, and vouched for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import PurePosixPath

from ....evidence.document import mapping, text
from ....evidence.moment import day
from ....evidence.released import unwritten
from ....evidence.snapshot import Snapshot
from ... import attestation
from ...experiments import FOLDER, records, variants
from ...finding import Finding, Place, missing, old, unseen, weak
from ...probe import Probe
from ...reports import by_ci, number

STARTER, REPORT = f"{FOLDER}/0001-first.yaml", "experiments"
WORDS = ("hypothesis", "unit", "metric", "result", "decision")
# How large it had to be, by one of these.
SIZES = ("power", "sample_size")


class ExperimentsAreMade(Probe):
    """A/B tests are performed regularly."""

    statement = "7.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Read the records first; the newest that ended counts, and what the log says of it."""
        ended: dict[str, date] = {}
        gap = f"there is no record of an experiment in {FOLDER}/"
        running = ""
        for path in records(snapshot):
            document = snapshot.pages.yaml(path)
            if document.problem:
                return unseen(f"{path} cannot be read: {document.problem}", Place(path))
            record = mapping(document.value)
            reason = self._unwritten(path, snapshot) or _gap(record)
            until = day(record.get("end"))
            if reason or until is None:
                gap = f"{path}: {reason}"
            elif until > snapshot.now.date():
                running = path
            else:
                ended[path] = until
        if not ended and running:
            return weak(f"{running} has not ended yet: nothing is concluded", Place(running))
        if not ended:
            return missing(gap)
        newest = max(ended, key=lambda path: (ended[path], path))
        days = self.entry.number("end_days")
        if snapshot.now.date() - ended[newest] > timedelta(days=days):
            reason = f"the last experiment ended on {ended[newest]}, {days:.0f} days are the most"
            return old(reason, Place(newest), remedy="make the next one")
        return self._counted(newest, snapshot)

    def _unwritten(self, path: str, snapshot: Snapshot) -> str | None:
        # A form that was copied under another name is the same form.
        known = path if path in snapshot.released.paths else STARTER
        return unwritten(known, snapshot.pages.text(path).value or "", snapshot.released)

    def _counted(self, path: str, snapshot: Snapshot) -> Finding:
        report = by_ci(snapshot, REPORT, Place(path))
        if isinstance(report, Finding):
            return report
        name = PurePosixPath(path).stem
        counts = mapping(mapping(report.body.get("experiments")).get(name))
        wanted = variants(mapping(snapshot.pages.yaml(path).value))
        for variant in wanted.values():
            if (number(counts.get(variant)) or 0.0) <= 0:
                reason = f"{report.where} counts nobody with variant {variant} of {name}"
                return weak(reason, Place(report.where), Place(path))
        return attestation.judge(self.entry, snapshot, Place(path), Place(report.where))


def _gap(record: Mapping[str, object]) -> str | None:
    lacking = [name for name in WORDS if not _said(record.get(name))]
    if not any(_said(record.get(name)) for name in SIZES):
        lacking.append(" or ".join(SIZES))
    lacking += [name for name in ("start", "end") if day(record.get(name)) is None]
    if lacking:
        return f"it lacks {', '.join(lacking)}"
    if len(set(variants(record).values())) < 2:
        return "it compares fewer than two variants"
    start, end = day(record.get("start")), day(record.get("end"))
    return "it ends before it starts" if start and end and end < start else None


def _said(value: object) -> bool:
    return bool(value) if isinstance(value, (dict, list)) else bool(text(value))
