"""The description of the API that the repository tracks: an OpenAPI document, as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from . import jsontext, yamltext
from .document import Document, Malformed, mapping, sequence, text
from .files import WorkTree

PATHS = (
    "docs/openapi.json",
    "docs/openapi.yaml",
    "docs/openapi.yml",
    "docs/api/openapi.json",
    "docs/api/openapi.yaml",
    "openapi.json",
    "openapi.yaml",
    "openapi.yml",
)
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
# Schemas nest through references; more than these are a service of another kind.
MOST = 3_000


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    body: dict[str, object] = field(default_factory=dict)

    @property
    def request(self) -> list[dict[str, object]]:
        """The media types of its request."""
        return _media(self.body.get("requestBody"))

    @property
    def answers(self) -> list[dict[str, object]]:
        """The media types of its successful responses."""
        responses = mapping(self.body.get("responses"))
        return [
            media
            for code, response in responses.items()
            if code.startswith("2")
            for media in _media(response)
        ]


@dataclass(frozen=True)
class Api:
    """A whole document."""

    version: str = ""
    operations: tuple[Operation, ...] = ()
    whole: dict[str, object] = field(default_factory=dict)

    def posts(self) -> list[Operation]:
        """Return the operations that take a request and answer it."""
        return [operation for operation in self.operations if operation.method == "post"]

    def resolved(self, schema: dict[str, object]) -> dict[str, object] | None:
        """Follow references inside the document; None when one leads nowhere.

        What stands beside a reference, such as a description, stays with the reference.
        """
        for _ in range(20):
            link = schema.get("$ref")
            if link is None:
                return schema
            found: object = self.whole
            for part in text(link).removeprefix("#/").split("/"):
                key = part.replace("~1", "/").replace("~0", "~")
                found = found.get(key) if isinstance(found, dict) else None
            if not text(link).startswith("#/") or not isinstance(found, dict):
                return None
            schema = found
        return None

    def properties(self, schema: object) -> Iterator[tuple[str, dict[str, object] | None]]:
        """Yield each property below a schema with its body, None for a reference to nowhere.

        It follows references, lists, unions and maps, each named schema once.
        """
        waiting: list[tuple[str, dict[str, object]]] = [("", mapping(schema))]
        seen: set[str] = set()
        count = 0
        while waiting and count < MOST:
            name, found = waiting.pop()
            link = text(found.get("$ref"))
            if link and link in seen:
                continue
            seen.add(link)
            body = self.resolved(found)
            if body is None:
                yield name or link, None
                continue
            count += 1
            for key, inner in list(mapping(body.get("properties")).items())[:MOST]:
                count += 1
                below = f"{name}.{key}" if name else key
                yield below, mapping(inner) if isinstance(inner, dict) else None
                waiting.append((below, mapping(inner)))
            for key in ("items", "additionalProperties", "anyOf", "oneOf", "allOf", "prefixItems"):
                waiting += [
                    (name, mapping(p)) for p in sequence(body.get(key)) if isinstance(p, dict)
                ]


def read(tree: WorkTree) -> Document[Api]:
    """Read the first of the usual paths that git tracks."""
    path = tree.first(PATHS)
    if path is None:
        return Document(PATHS[0])
    return tree.parsed(path, parse if path.endswith(".json") else parse_yaml)


def parse(content: str) -> Api:
    """Read a document in JSON; raises Malformed for what is no JSON object."""
    return _api(jsontext.load(content))


def parse_yaml(content: str) -> Api:
    """Read a document in YAML; raises Malformed for what is no mapping."""
    return _api(yamltext.load(content))


def _api(body: object) -> Api:
    if not isinstance(body, dict):
        raise Malformed("no OpenAPI document")
    whole = mapping(body)
    operations = [
        Operation(method, path, mapping(found))
        for path, item in mapping(whole.get("paths")).items()
        for method, found in mapping(item).items()
        if method in METHODS
    ]
    return Api(text(whole.get("openapi")), tuple(operations), whole)


def _media(holder: object) -> list[dict[str, object]]:
    return [mapping(media) for media in mapping(mapping(holder).get("content")).values()]
