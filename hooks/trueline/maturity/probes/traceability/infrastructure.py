"""2.1.1: whatever runs is defined in a file, and CI finds the files valid."""

from __future__ import annotations

from ....evidence.document import mapping, sequence, text
from ....evidence.infra import concerns
from ....evidence.shell import Command
from ....evidence.snapshot import Snapshot
from ...ci import stepping
from ...finding import Finding, Place, found, missing, unseen, weak
from ...infrastructure import checked
from ...probe import Probe

COMPONENTS = "docs/architecture/components.yaml"


class InfrastructureIsCode(Probe):
    """Infrastructure is defined as code."""

    statement = "2.1.1"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Look for each component that runs in Terraform, compose files and manifests."""
        listed = snapshot.pages.yaml(COMPONENTS)
        if listed.problem:
            return unseen(f"{COMPONENTS} cannot be read: {listed.problem}", Place(COMPONENTS))
        if not snapshot.infra.code:
            return missing("there is no Terraform, no compose file and no Kubernetes manifest")
        if listed.absent:
            return missing(f"there is no {COMPONENTS} that says what runs")
        components = [mapping(item) for item in sequence(mapping(listed.value).get("components"))]
        running = [text(c.get("name")) for c in components if c.get("runtime") is True]
        if not any(running):
            return missing(f"no component in {COMPONENTS} has runtime: true", Place(COMPONENTS))
        return self._defined(snapshot, running)

    def _defined(self, snapshot: Snapshot, running: list[str]) -> Finding:
        infra = snapshot.infra
        by_name = {_bare(item.name): item for item in infra.definitions}
        lacking = [name for name in running if _bare(name) not in by_name]
        if lacking and infra.broken:
            path, problem = infra.broken[0]
            return unseen(
                f"{path} cannot be read ({problem}); it may define {lacking[0]}", Place(path)
            )
        if lacking:
            return missing(
                f"{', '.join(lacking[:3])} of {COMPONENTS} is no resource and no service",
                Place(COMPONENTS),
            )
        used = [by_name[_bare(name)] for name in running]
        places = [Place(item.path, item.line or None, item.name) for item in used]
        if infra.broken:
            path, problem = infra.broken[0]
            return weak(f"{path} cannot be read: {problem}", Place(path), *places)
        if infra.unbuilt:
            built, path, line = infra.unbuilt[0]
            reason = f"{path} builds from {built}, which is not there or says nothing"
            return weak(reason, Place(path, line or None))
        if infra.images:
            image, path, line = infra.images[0]
            name = image.partition("@")[0]
            return weak(
                f"{path}: {name} is not pinned by a digest",
                Place(path, line or None),
                remedy=f"write the digest of {name} behind it: {name}@sha256:...",
            )
        kinds = {item.kind for item in used}
        seen = stepping(
            snapshot, lambda words: bool(checked(Command(words)) & kinds), judged=concerns
        )
        if seen.place is None:
            gap = seen.gap if seen.at else "no job of CI checks the infrastructure code"
            return weak(gap, *places, *seen.at)
        return found(f"{len(running)} components, all in code that CI checks", *places, seen.place)


def _bare(name: str) -> str:
    return name.lower().replace("_", "-")
