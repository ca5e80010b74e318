"""2.2.5: a lock that fits, images held by digest, one Python, and CI that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....evidence.document import mapping, text
from ....evidence.environment import Dockerfile
from ....evidence.runs import Event
from ....evidence.snapshot import Snapshot
from ...ci import stepping
from ...finding import Finding, Place, found, missing, unseen, weak
from ...probe import Probe
from ...proof import foreign

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_JUDGED = ("pyproject.toml", "uv.lock", "Dockerfile", ".python-version")


class EnvironmentIsReproducible(Probe):
    """The environment is code and can be rebuilt."""

    statement = "2.2.5"

    def observe(self, snapshot: Snapshot) -> Finding:
        """The lock decides between no and yes; image, Python and CI between half and whole."""
        environment = snapshot.environment
        for document in (environment.pyproject, environment.lock, environment.dockerfile):
            if document.problem:
                return unseen(
                    f"{document.path} cannot be read: {document.problem}", Place(document.path)
                )
        lock = Place("uv.lock")
        if environment.pyproject.absent:
            return missing("there is no pyproject.toml")
        if not environment.pyproject.value:
            return missing("pyproject.toml says nothing", Place("pyproject.toml"))
        if environment.lock.value is None:
            return missing("uv.lock is not tracked", remedy="run `uv lock` and commit uv.lock")
        if not environment.lock.value:
            return missing("uv.lock locks no package", lock)
        behind = sorted(environment.direct - environment.lock.value) or list(environment.stale)
        if behind:
            return missing(f"uv.lock lacks {', '.join(behind[:3])}", lock, remedy="run `uv lock`")
        image = self._image(snapshot) if snapshot.project.phase == "production" else None
        for gap in (image, _python(snapshot)):
            if gap:
                return gap
        return self._at_work(snapshot, lock)

    def _image(self, snapshot: Snapshot) -> Finding | None:
        docker = snapshot.environment.dockerfile.value
        if docker is None:
            return weak("there is no Dockerfile", remedy="describe the image in a Dockerfile")
        loose = next((image for image in docker.images if not image.pinned), None)
        if loose:
            name = loose.name.partition("@")[0]
            return weak(
                f"{name} is not pinned by a digest",
                Place("Dockerfile", loose.line),
                remedy=f"write the digest of {name} behind it: {name}@sha256:<digest>",
                start="Dockerfile",
            )
        if not docker.images or not docker.locked:
            return weak("the image does not install from the lock", Place("Dockerfile"))
        return None

    def _at_work(self, snapshot: Snapshot, lock: Place) -> Finding:
        places = [lock, Place("Dockerfile")] if snapshot.environment.dockerfile.value else [lock]
        checked = stepping(snapshot, _checks_lock, judged=_JUDGED.__contains__)
        if checked.place is None:
            return weak(checked.gap, *places, *checked.at)
        places += [*checked.at, checked.place]
        if snapshot.project.phase == "production":
            newest = _deployment(snapshot)
            if newest is None:
                return weak("no deployment recorded by CI says which image it ran", *places)
            strange = foreign(text(newest.fields.get("git_sha")), snapshot)
            if strange:
                return weak(f"the newest deployment {strange}", *places)
            if not _DIGEST.search(" ".join(_image_words(newest.fields))):
                return weak("the newest deployment does not name its image by digest", *places)
        return found("locked, pinned, and checked by CI", *places)


def _checks_lock(words: tuple[str, ...]) -> bool:
    if words[:2] == ("uv", "lock"):
        return "--check" in words or "--locked" in words
    return words[:2] == ("uv", "sync") and "--locked" in words


def _python(snapshot: Snapshot) -> Finding | None:
    environment = snapshot.environment
    if not environment.python:
        return weak("there is no .python-version")
    named = {".python-version": {environment.python}, "CI": set(snapshot.workflows.pythons)}
    docker: Dockerfile | None = environment.dockerfile.value
    named["Dockerfile"] = set(docker.pythons) if docker else set()
    said = {f"{place} {version}" for place, versions in named.items() for version in versions}
    if len({version for versions in named.values() for version in versions}) > 1:
        return weak(f"the versions of Python differ: {', '.join(sorted(said))}")
    return None


def _deployment(snapshot: Snapshot) -> Event | None:
    """Return the newest deployment that CI recorded."""
    events = [e for e in snapshot.runs.events if e.type == "model_deployed" and e.ci]
    done = [event for event in events if event.at is not None and event.at <= snapshot.now]
    if not done:
        return None
    return max(done, key=lambda event: event.at.timestamp() if event.at else 0.0)


def _image_words(fields: dict[str, object]) -> Iterator[str]:
    yield text(fields.get("image_digest"))
    yield text(fields.get("image.digest"))
    yield text(mapping(fields.get("image")).get("digest"))
