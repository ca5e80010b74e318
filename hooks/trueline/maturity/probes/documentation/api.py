"""1.3.1: a description of the API in which nothing is left open, held to the API by a test."""

from __future__ import annotations

from ....evidence.document import mapping, text
from ....evidence.openapi import Api, Operation
from ....evidence.snapshot import Snapshot
from ....evidence.suite import Case
from ...finding import Finding, Place, found, missing, unseen, weak
from ...probe import Probe
from ...proof import tests

TYPES = ("type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf")
EXAMPLES = ("example", "examples")
_READS = frozenset({"read_text", "read_bytes", "loads", "load", "safe_load", "open"})


class ApiIsDocumented(Probe):
    """The inference API is documented: requests, responses and their types."""

    statement = "1.3.1"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Look at each property of the description; then for a test that compares it."""
        document = snapshot.api
        if document.problem:
            return unseen(
                f"{document.path} cannot be read: {document.problem}", Place(document.path)
            )
        if document.value is None:
            return missing(f"there is no {document.path}")
        posts = document.value.posts()
        if not posts:
            return missing(f"{document.path} has no POST path", Place(document.path))
        for operation in posts:
            gap = _gap(document.value, operation)
            if gap:
                return missing(
                    f"{document.path}, POST {operation.path}: {gap}", Place(document.path)
                )
        place = Place(document.path, None, f"{len(posts)} POST paths")
        return self._held(snapshot, document.path, place)

    def _held(self, snapshot: Snapshot, path: str, place: Place) -> Finding:
        cases = [case for case in snapshot.suite.cases if _compares(case, path)]
        if not cases:
            return weak(f"no test makes {path} again and compares", place)
        here = Place(cases[0].path, cases[0].line, cases[0].name)
        proof = tests(snapshot, by_ci=False)
        if proof.run is None:
            return weak(proof.gap, here, place, remedy="run `poe test`")
        if not proof.passed(cases):
            return weak(f"{cases[0].name} did not pass", *proof.places, here, place)
        if path in snapshot.commit(proof.run.commit).changed:
            return weak(f"{path} changed since that test ran", *proof.places, here, place)
        return found("every field has a type and a meaning; a test holds it to the API", place,
                     here, *proof.places)  # fmt: skip


def _gap(api: Api, operation: Operation) -> str | None:
    for side, media in (("request", operation.request), ("response", operation.answers)):
        if not media:
            return f"the {side} has no content"
        properties = [item for part in media for item in api.properties(part.get("schema"))]
        # A list of numbers has no field: then the whole has to be described.
        if not properties:
            properties = [("the whole", mapping(part.get("schema"))) for part in media]
        for name, schema in properties:
            if schema is None:
                return f"{name} of the {side} refers to nothing"
            whole = api.resolved(schema)
            if whole is None:
                return f"{name} of the {side} refers to nothing"
            if not any(key in schema for key in TYPES):
                return f"{name} of the {side} has no type"
            if not text(schema.get("description")) and not text(whole.get("description")):
                return f"{name} of the {side} has no description"
        if not any(_example(api, part) for part in media):
            return f"the {side} has no example"
    return None


def _example(api: Api, media: dict[str, object]) -> bool:
    whole = api.resolved(mapping(media.get("schema"))) or {}
    fields = [mapping(field) for field in mapping(whole.get("properties")).values()]
    shown = [holder.get(key) for holder in (media, whole) for key in EXAMPLES]
    # An example for each field makes up one for the whole.
    each = bool(fields) and all(any(field.get(key) for key in EXAMPLES) for field in fields)
    return any(shown) or each


def _compares(case: Case, path: str) -> bool:
    """Tell whether a test makes the description from the app, reads the tracked one and asserts."""
    if not case.asserts or case.skipped:
        return False
    name = path.rpartition("/")[2]
    reads = any(name in said for said in case.texts) or "OPENAPI" in case.calls
    return reads and "openapi" in case.calls and bool(_READS & case.calls)
