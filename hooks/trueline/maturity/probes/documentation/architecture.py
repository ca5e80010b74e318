"""1.3.2: the parts of the system as listed, as drawn and as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....evidence.document import mapping, sequence, text
from ....evidence.snapshot import Snapshot
from ... import attestation
from ...finding import Finding, Place, missing, unseen
from ...forms import filler, form, page
from ...probe import Probe

LIST = "docs/architecture/components.yaml"
DRAWING = "docs/architecture/README.md"
FIELDS = ("name", "kind", "purpose")
MOST = 1_000
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FENCES = ("```", "~~~")
# Resources of Terraform that run something of the project's own; all others carry or guard it.
_RUNS = re.compile(r"_(service|service_v2|function|deployment|deployment_v1|stateful_set|app)$")
_CARRIES = re.compile(r"discovery|policy|permission|endpoint|^kubernetes_service$|service_account")
# Such a name does not say which part it is; the module that holds it does.
_PLAIN = frozenset({"this", "main", "default", "service", "app"})


class ArchitectureIsDescribed(Probe):
    """The architecture of the software is described, and kept current."""

    statement = "1.3.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Hold the list against the files, the drawing against the list; then who vouches."""
        body = form(snapshot, LIST)
        if isinstance(body, Finding):
            return body
        components = [mapping(item) for item in sequence(body.get("components"))]
        gap = _gap(components) or _drift(components, snapshot)
        if gap:
            return missing(f"{LIST}: {gap}", Place(LIST))
        ghost = _ghost(components, snapshot)
        if ghost and snapshot.infra.broken:
            path, problem = snapshot.infra.broken[0]
            return unseen(f"{path} cannot be read: {problem}", Place(path))
        if ghost:
            reason = f"{LIST}: neither compose.yaml nor infra/ defines {ghost}"
            return missing(reason, Place(LIST))
        drawn = page(snapshot, DRAWING)
        if isinstance(drawn, Finding):
            return drawn
        names = [text(item.get("name")) for item in components]
        gap = _undrawn(names, drawn)
        if gap:
            return missing(f"{DRAWING}: {gap}", Place(DRAWING))
        places = (Place(LIST, None, f"{len(components)} components"), Place(DRAWING))
        return attestation.judge(self.entry, snapshot, *places)


def _gap(components: list[dict[str, object]]) -> str | None:
    if not 0 < len(components) <= MOST:
        return f"{len(components)} components are listed, 1 to {MOST} make sense"
    for item in components:
        name = text(item.get("name")) or "a component without name"
        lacking = [field for field in FIELDS if filler(text(item.get(field)))]
        if lacking:
            return f"{name} lacks {', '.join(lacking)}"
        if not isinstance(item.get("runtime"), bool):
            return f"{name} does not say whether it runs (runtime: true or false)"
    return None


def _drift(components: list[dict[str, object]], snapshot: Snapshot) -> str | None:
    """Name what the list lacks, and a package that it has too much."""
    known, running = _listed(components, "package"), _listed(components, "service")
    packages = {_plain(name): name for name in _packages(snapshot)}
    services = {_plain(name): name for name in _services(snapshot)}
    lost = sorted(packages.keys() - known)
    if lost:
        return f"the package {packages[lost[0]]} is not in it"
    lost = sorted(services.keys() - known - running)
    if lost:
        return f"the service {services[lost[0]]} is not in it"
    ghosts = sorted(known - packages.keys())
    return f"there is no package {ghosts[0]}" if ghosts else None


def _ghost(components: list[dict[str, object]], snapshot: Snapshot) -> str | None:
    """Name a service of the list that no file defines."""
    known = {_plain(defined.name) for defined in snapshot.infra.definitions}
    return next(iter(sorted(_listed(components, "service") - known)), None)


def _listed(components: list[dict[str, object]], kind: str) -> set[str]:
    """Return the names of one kind; all that runs is a service, and other kinds are free."""
    return {
        _plain(text(item.get("name")))
        for item in components
        if text(item.get("kind")).lower() == kind
        or (kind == "service" and item.get("runtime") is True)
    }


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "-", name).lower()


def _packages(snapshot: Snapshot) -> set[str]:
    """Return the folders with Python one level below the project's packages."""
    return {
        module.name.split(".")[1]
        for module in snapshot.imports.modules.values()
        if module.name.count(".") > (0 if module.is_package else 1)
    }


def _services(snapshot: Snapshot) -> Iterator[str]:
    """Yield the names of what runs: services of compose, workloads, and such of Terraform."""
    terraform = {
        (path, block.line): block
        for blocks in snapshot.infra.folders.values()
        for path, block in blocks
        if block.type == "resource" and len(block.labels) == 2
    }
    for defined in snapshot.infra.definitions:
        if defined.kind != "terraform":
            yield defined.name
            continue
        block = terraform.get((defined.path, defined.line))
        kind = block.labels[0] if block else ""
        if _RUNS.search(kind) and not _CARRIES.search(kind) and defined.name not in _PLAIN:
            yield defined.name


def _undrawn(names: list[str], content: str) -> str | None:
    """Say which component no mermaid diagram names; a remark or comment draws nothing."""
    drawn = _drawn(_COMMENT.sub("", content)).lower()
    if not drawn.strip():
        return "it has no mermaid diagram"
    words = set(re.findall(r"[\w-]+", drawn))
    plain = [name for name in names if re.fullmatch(r"[\w-]+", name)]
    lost = [name for name in plain if name.lower() not in words]
    lost += [name for name in names if name not in plain and name.lower() not in drawn]
    return f"its diagram does not name {lost[0]}" if lost else None


def _drawn(content: str) -> str:
    """Return the lines of all mermaid blocks, without their remarks."""
    found: list[str] = []
    fence, mermaid = "", False
    for line in content.splitlines():
        plain = line.strip()
        if fence:
            if plain.startswith(fence) and not plain.strip(fence[0]):
                fence = ""
            elif mermaid and not plain.startswith("%%"):
                found.append(plain)
        elif plain.startswith(_FENCES):
            said = plain.lstrip(plain[0])
            fence, mermaid = plain[: len(plain) - len(said)], said.strip(" {}").lower() == "mermaid"
    return "\n".join(found)
