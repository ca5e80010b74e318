"""5.6: which registered model uses which feature is recorded, and what none uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ....evidence.document import mapping, sequence, text
from ....evidence.moment import moment
from ....evidence.runs import Record
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, old, unseen, weak
from ...probe import Probe
from ...proof import foreign
from ...registered import unusable, upstream

REPORT = "feature_usage"
LIST = "features.list"
HASH = re.compile(r"features\.registry(_sha256|_hash)?|features\.sha256")
_SHA = re.compile(r"(sha256:)?[0-9a-f]{64}")


@dataclass(frozen=True)
class Version:
    """A registered version of the model as the report tells of it."""

    name: str
    at: datetime | None
    features: frozenset[str]
    digest: str


class UsageIsRecorded(Probe):
    """The use of features by each model is recorded."""

    statement = "5.6"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Training must tag each version; the report must tell of all that are young enough."""
        bad = unusable(snapshot)
        if bad:
            return bad
        pieces = list(snapshot.code.pieces.values())
        listing = next((p for p in pieces if LIST in p.texts), None)
        if listing is None:
            return missing(f"no code below src gives a version the tag {LIST}")
        place = Place(listing.path, listing.line)
        if not any(HASH.fullmatch(said) for piece in pieces for said in piece.texts):
            return missing("no code below src gives a version the register's sha256", place)
        return self._reported(snapshot, place)

    def _reported(self, snapshot: Snapshot, place: Place) -> Finding:
        reports = snapshot.runs.report(REPORT)
        gap = f"there is no reports/{REPORT}.json"
        for report in reports:
            reason = foreign(report.commit, snapshot)
            if reason is None and (report.at is None or report.at > snapshot.now):
                reason = "has no time, or one in the future"
            if reason is None:
                return self._told(report, snapshot, place)
            gap = f"{report.where} {reason}"
        broken = None if reports else snapshot.runs.unreadable(f"reports/{REPORT}.json")
        if broken:
            return unseen(f"{broken.path} cannot be read: {broken.problem}", Place(broken.path))
        return weak(gap, place)

    def _told(self, report: Record[dict[str, object]], snapshot: Snapshot, place: Place) -> Finding:
        here = Place(report.where)
        since = snapshot.now - timedelta(days=self.entry.number("days"))
        versions = list(_versions(report.body))
        young = [v for v in versions if v.at is None or v.at >= since]
        late = _untold({v.name for v in versions}, since, snapshot)
        if late:
            name, at = late
            if report.at and report.at < at:
                return old(f"{report.where} is older than version {name}", here, place)
            return weak(f"{report.where} does not tell of version {name}", here, place)
        if not young:
            return weak(f"{report.where} tells of no version", here, place)
        for version in young:
            if version.at is None or not version.features or not _SHA.fullmatch(version.digest):
                gap = f"{report.where} lacks time, features or sha256 of version {version.name}"
                return weak(gap, here, place)
        wrong = _wrong(report.body, versions, young, snapshot)
        if wrong:
            return weak(f"{report.where} {wrong}", here, place)
        return found(f"{len(young)} versions tell which features they use", here, place)


def _versions(body: dict[str, object]) -> Iterator[Version]:
    for item in sequence(body.get("versions")):
        fields = mapping(item)
        names = fields.get("features")
        yield Version(
            text(fields.get("model_version", fields.get("version"))),
            moment(fields.get("registered_at")),
            frozenset(text(name) for name in (names if isinstance(names, list) else [])) - {""},
            text(fields.get("registry_sha256")),
        )


def _untold(told: set[str], since: datetime, snapshot: Snapshot) -> tuple[str, datetime] | None:
    """Return a version that the events name first after `since` and the report does not name."""
    first: dict[str, datetime] = {}
    for event in snapshot.runs.events:
        name = text(event.fields.get("model_version"))
        if name and event.at is not None and event.at <= snapshot.now:
            first[name] = min(event.at, first.get(name, event.at))
    late = [(name, at) for name, at in first.items() if at >= since and name not in told]
    return max(late, key=lambda pair: pair[1], default=None)


def _wrong(
    body: dict[str, object], versions: list[Version], young: list[Version], snapshot: Snapshot
) -> str | None:
    """Say what of `usage` and `unused` does not follow from the versions."""
    usage = {
        name: {text(version) for version in sequence(listed)}
        for name, listed in mapping(body.get("usage")).items()
    }
    for version in young:
        told = {name for name, listed in usage.items() if version.name in listed}
        # What a derived feature is made of may be counted as used.
        for name in sorted(version.features - told):
            return f"does not say that version {version.name} uses {name}"
        for name in sorted(told - upstream(version.features, snapshot)):
            return f"says that version {version.name} uses {name}, which its own list lacks"
    if not isinstance(body.get("unused"), list):
        return "does not list what is unused"
    unused = {text(name) for name in sequence(body.get("unused"))}
    for name in sorted(unused & {name for version in young for name in version.features}):
        return f"calls {name} unused, which a version uses"
    columns = {feature.name for feature in snapshot.columns.documented.value or ()}
    used = upstream(frozenset(n for version in versions for n in version.features), snapshot)
    for name in sorted(columns - used - unused):
        return f"does not list {name}, which no version uses"
    return None
