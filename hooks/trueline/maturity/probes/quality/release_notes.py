"""3.2.8: each released version says what changed, in the repository and on the forge."""

from __future__ import annotations

from ....evidence import changelog
from ....evidence.document import text
from ....evidence.history import Tag
from ....evidence.released import prompted
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, unseen, weak
from ...probe import Probe

NOTES = "CHANGELOG.md"
MODELS = "docs/model/releases.md"


class ReleasesHaveNotes(Probe):
    """There are release notes for every release."""

    statement = "3.2.8"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Hold each tag against the changelog, then the models, then the forge's releases."""
        document = snapshot.pages.text(NOTES)
        if document.problem:
            return unseen(f"{NOTES} cannot be read: {document.problem}", Place(NOTES))
        tags = snapshot.history.tags
        if not tags and snapshot.shallow:
            return unseen("a shallow clone without tags does not show the releases")
        if document.value is None:
            return missing(f"there is no {NOTES}")
        if not tags:
            return missing("no version was released yet: HEAD holds no tag of one", Place(NOTES))
        sections = changelog.sections(document.value)
        for tag in tags:
            said = [body for name, body in sections.items() if changelog.same(name, tag.version)]
            if not said:
                return missing(f"{NOTES} has no section for {tag.name}", Place(NOTES))
            if not any(map(changelog.says_something, said)):
                return missing(f"the section of {tag.name} in {NOTES} is empty", Place(NOTES))
        gap = _models(snapshot, document.value)
        place = Place(NOTES, None, f"{len(tags)} versions")
        if gap:
            return weak(gap, place)
        return _published(snapshot, tags, place)


def _models(snapshot: Snapshot, notes: str) -> str | None:
    """Say what is lacking of the notes on models: version, metric, version of the data."""
    page = snapshot.pages.text(MODELS).value or ""
    written = "" if prompted(page) else page
    listed = [*changelog.model_releases(written), *changelog.models_named(notes)]
    if not listed:
        return f"neither {MODELS} nor {NOTES} lists a released model"
    whole = {release.version for release in listed if release.metric and release.data}
    if not whole:
        first = listed[0]
        lacks = "metric" if not first.metric else "version of the data"
        return f"no {lacks} stands beside model version {first.version}"
    deployed = _deployed(snapshot)
    if deployed and deployed not in whole:
        return f"model version {deployed} is deployed, and no release note tells of it"
    return None


def _deployed(snapshot: Snapshot) -> str:
    """Return the model version that was deployed to production last; '' if no event names one."""
    events = [
        event
        for event in snapshot.runs.events
        if event.type == "model_deployed"
        and event.at is not None
        and event.at <= snapshot.now
        and event.fields.get("status", "success") == "success"
        and text(event.fields.get("env")) in ("production", "")
    ]
    newest = max(events, key=lambda e: e.at.timestamp() if e.at else 0.0, default=None)
    return text(newest.fields.get("model_version")) if newest else ""


def _published(snapshot: Snapshot, tags: tuple[Tag, ...], place: Place) -> Finding:
    releases = snapshot.forge.releases
    if releases.value is None:
        return weak(
            f"the releases of the forge were not seen: {releases.problem or 'no answer'}",
            place,
            remedy="run `trueline check --forge` with a token that may read",
        )
    bodies = {release.tag: release.body for release in releases.value}
    for tag in tags:
        if not changelog.says_something(bodies.get(tag.name, "")):
            gap = "has no notes" if tag.name in bodies else "does not exist"
            return weak(f"the forge's release of {tag.name} {gap}", place)
    return found(f"{len(tags)} versions, each with its notes here and on the forge", place)
