"""2.1.7: every environment reads the same data, says how, and has the same version of it."""

from __future__ import annotations

from collections.abc import Mapping

from ....evidence.document import Document, mapping, text
from ....evidence.runs import Event
from ....evidence.snapshot import Snapshot
from ... import attestation
from ...deployments import where
from ...finding import Finding, Place, Strength, found, missing, unseen, weak
from ...probe import Probe
from ...proof import foreign

MODES = ("read", "read-only", "read-write", "write")

Settings = Mapping[str, Document[dict[str, object]]]


class EnvironmentsShareData(Probe):
    """All environments read the same production data."""

    statement = "2.1.7"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Compare the settings, then the signature, then what the newest deployments read."""
        settings = snapshot.environments.settings
        for document in settings.values():
            if document.problem:
                return unseen(
                    f"{document.path} cannot be read: {document.problem}", Place(document.path)
                )
        if len(settings) < 2:
            return missing(f"{len(settings)} environments below conf/environments, two are needed")
        params = snapshot.pages.yaml("params.yaml")
        if params.problem:
            return unseen(f"params.yaml cannot be read: {params.problem}", Place("params.yaml"))
        shared = text(mapping(mapping(params.value).get("data")).get("source"))
        gap = _gap(settings, shared, snapshot.environments.remote)
        if gap:
            return missing(gap[0], Place(gap[1]))
        places = [Place(document.path) for document in settings.values()]
        signed = attestation.judge(self.entry, snapshot, *places)
        return signed if signed.strength is not Strength.PROVED else _read(snapshot, signed)


def _gap(settings: Settings, shared: str, default: str) -> tuple[str, str] | None:
    """Return what the settings lack or where they differ, and the file that shows it."""
    said: dict[str, dict[str, tuple[str, str]]] = {"source": {}, "remote": {}}
    for name, document in settings.items():
        body = document.value or {}
        data = mapping(body.get("data"))
        source = text(body.get("data_source")) or text(data.get("source")) or shared
        remote = text(body.get("dvc_remote")) or text(data.get("remote")) or default
        said["source"][name] = source, document.path
        said["remote"][name] = remote, document.path
        if (text(body.get("data_access")) or text(data.get("access"))).lower() not in MODES:
            return (
                f"{document.path} does not say how it may use the data (data_access)",
                document.path,
            )
        if not (text(body.get("personal_data")) or text(data.get("personal_data"))):
            return f"{document.path} does not say how it treats personal data", document.path
    for what, by_name in said.items():
        values = {value for value, _ in by_name.values()}
        if len(values) > 1:
            names = ", ".join(f"{name} {value or 'none'}" for name, (value, _) in by_name.items())
            return f"the environments differ in the data's {what}: {names}", _odd(by_name)
        if what == "remote" and values <= {""}:
            return "no environment says where the data lies (dvc_remote)", _odd(by_name)
    return None


def _odd(by_name: dict[str, tuple[str, str]]) -> str:
    values = [value for value, _ in by_name.values()]
    return min(by_name.values(), key=lambda pair: values.count(pair[0]))[1]


def _read(snapshot: Snapshot, signed: Finding) -> Finding:
    """Compare the version of the data that the newest deployments of the same day had."""
    events = [
        event
        for event in snapshot.runs.latest(snapshot.now, "model_deployed")
        if event.ci and text(event.fields.get("env")) in snapshot.environments.settings
    ]
    places = (*signed.evidence, *(Place(where(event)) for event in events[:1]))
    if len(events) < 2:
        return weak("fewer than two environments were deployed to by CI", *places)
    for event in events:
        reason = foreign(text(event.fields.get("git_sha")), snapshot)
        if reason:
            return weak(f"the newest deployment to {_of(event, 'env')} {reason}", *places)
        if not _of(event, "data_version"):
            return weak(
                f"the newest deployment to {_of(event, 'env')} names no data_version", *places
            )
    dates = {_of(event, "logical_date") for event in events}
    if len(dates) > 1 or "" in dates:
        return weak("the newest deployments are not of the same logical_date", *places)
    if len({_of(event, "data_version") for event in events}) > 1:
        return weak(f"of {min(dates)} the environments had different data", *places)
    return found(f"{signed.reason}; {len(events)} environments had the same data", *places)


def _of(event: Event, name: str) -> str:
    return text(event.fields.get(name))
