"""3.2.6: no operation without a key, no root, no open door, no secret in files; and a signature."""

from __future__ import annotations

import re

from ....evidence.released import unwritten
from ....evidence.snapshot import Snapshot
from ....evidence.suite import Case
from ... import attestation
from ...finding import Finding, Place, missing, unseen, weak
from ...probe import Probe
from ...proof import tests

PAGE = "docs/runbooks/security.md"
# Probes and scrapers hold no key, and what these tell is not about data.
_OPEN = re.compile(
    r"(/[\w-]+){0,2}/(healthz?|readyz?|livez?|alive|ping|metrics|status)(/(live|ready|startup))?/?"
)
_REFUSED = {401, 403}
_REFUSED_WORDS = {"UNAUTHORIZED", "FORBIDDEN", "unauthorized", "forbidden"}


class AccessIsSecured(Probe):
    """Authentication and networking of the API follow security guidelines."""

    statement = "3.2.6"

    def observe(self, snapshot: Snapshot) -> Finding:
        """What files show goes before the signature: nobody can sign for an open door."""
        operations = snapshot.access.operations
        if operations.problem:
            return unseen(
                f"{operations.path} cannot be read: {operations.problem}", Place(operations.path)
            )
        if not operations.value:
            return missing(f"there is no {operations.path} that describes the API")
        where = Place(operations.path)
        open_to_all = [
            operation
            for operation in operations.value
            if not operation.secured
            and not (operation.method in ("get", "head") and _OPEN.fullmatch(operation.path))
        ]
        if open_to_all:
            name = f"{open_to_all[0].method.upper()} {open_to_all[0].path}"
            return missing(f"{operations.path}: {name} asks for no key", where)
        cases = [case for case in snapshot.suite.cases if _refuses(case)]
        if not cases:
            return missing("no test sees the API refuse a caller without a key (401 or 403)", where)
        test = Place(cases[0].path, cases[0].line, cases[0].name)
        gap = _network(snapshot)
        if gap:
            return gap
        proof = tests(snapshot, by_ci=False)
        if proof.run is None:
            return weak(f"the test of the key: {proof.gap}", where, test)
        if not proof.passed(cases):
            return weak(f"{cases[0].name} did not pass", *proof.places, where, test)
        page = snapshot.pages.text(PAGE)
        reason = unwritten(PAGE, page.value, snapshot.released) if page.value is not None else None
        if reason:
            return weak(f"{PAGE}: {reason}", Place(PAGE), where, test)
        return attestation.judge(self.entry, snapshot, where, test, *proof.places)


def _refuses(case: Case) -> bool:
    """True for a test that sends something and looks for a refusal."""
    sends = bool(case.calls & {"get", "post", "put", "request", "urlopen", "send", "fetch"})
    refused = bool(case.numbers & _REFUSED or case.calls & _REFUSED_WORDS)
    return case.asserts and not case.skipped and sends and refused


def _network(snapshot: Snapshot) -> Finding | None:
    docker = snapshot.environment.dockerfile
    if docker.problem:
        return unseen(f"Dockerfile cannot be read: {docker.problem}", Place("Dockerfile"))
    if docker.value is None:
        return weak("no Dockerfile says as whom the API runs")
    user = docker.value.user.partition(":")[0].strip("\"'").lower()
    if user in ("", "root", "0") or user.startswith("$"):
        return weak("the container runs as root", Place("Dockerfile"))
    access = snapshot.access
    if access.broken:
        return unseen(
            f"{access.broken[0][0]} cannot be read: {access.broken[0][1]}",
            Place(access.broken[0][0]),
        )
    if access.open_doors:
        path, line = access.open_doors[0]
        return weak(f"{path} lets the whole world in", Place(path, line))
    if access.secrets:
        return missing(f"{access.secrets[0]} holds a secret", Place(access.secrets[0]))
    return None
