"""Who may call and from where: security of the OpenAPI document, open doors of the network, secrets
in files.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import jsontext, yamltext
from .document import Document, Malformed, mapping, sequence
from .files import WorkTree

_FORMS = (".json", ".yaml", ".yml")
OPENAPI = tuple(f"{folder}openapi{form}" for folder in ("docs/", "") for form in _FORMS)
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_BLOCK = re.compile(r"\s*(dynamic\s+\"ingress\"|ingress\b)")
_RULE = re.compile(r"\s*resource\s+\"(\w*security_group\w*_rule)\"")
_TYPE = re.compile(r"\s*type\s*=\s*\"ingress\"")
_WORLD = re.compile(r"[\"'](0\.0\.0\.0|::)/0[\"']")
_SECRET = re.compile(
    r"(^|_)(secret|password|passwd|token|api_?keys?|private_key|access_key|credentials?)s?$", re.I
)
# What a value looks like that only says where the secret is.
_REFERENCE = re.compile(r"^(\$\{|\{\{|/|arn:|ssm:|vault:|env:|file:|secretsmanager:|null$|none$)")
_IN_ADDRESS = re.compile(r"://[^/\s:@]+:[^@\s/$]+@")
_SAMPLES = (".example", ".sample", ".template", ".dist")


@dataclass(frozen=True)
class Operation:
    """One operation of the API, and whether it asks for anything that a scheme checks."""

    method: str
    path: str
    secured: bool


@dataclass(frozen=True)
class Access:
    """What the repository says of access to the API."""

    operations: Document[tuple[Operation, ...]]
    open_doors: tuple[tuple[str, int], ...] = ()  # (path, line) that lets the whole world in
    secrets: tuple[str, ...] = ()  # paths of files that hold a secret
    broken: tuple[tuple[str, str], ...] = ()


def read(tree: WorkTree) -> Access:
    """Read the OpenAPI document, infrastructure code and the environments' settings."""
    path = tree.first(OPENAPI) or OPENAPI[0]
    if path.endswith(".json"):
        operations = tree.parsed(path, lambda content: parse(jsontext.load(content)))
    else:
        source = tree.yaml(path)
        operations = Document(
            path, None if source.value is None else parse(source.value), source.problem
        )
    broken: list[tuple[str, str]] = []
    doors: list[tuple[str, int]] = []
    for place in tree.below("infra", ".tf"):
        document = tree.text(place)
        if document.problem:
            broken.append((place, document.problem))
        doors += [(place, line) for line in open_ingress(document.value or "")]
    for place in tree.below("infra", ".yaml", ".yml"):
        # Templates of Helm are no YAML; nothing can be told of them.
        doors += [(place, line) for line in _policies(tree, place)]
    return Access(operations, tuple(doors), tuple(_secrets(tree)), tuple(broken))


def parse(content: object) -> tuple[Operation, ...]:
    """Return the operations of an OpenAPI document; raises Malformed for what is none."""
    body = mapping(content)
    if not isinstance(body.get("paths"), dict):
        raise Malformed("no OpenAPI document")
    components = mapping(body.get("components"))
    schemes = frozenset(mapping(components.get("securitySchemes"))) | frozenset(
        mapping(body.get("securityDefinitions"))
    )
    found: list[Operation] = []
    for path, item in mapping(body["paths"]).items():
        for method, operation in mapping(item).items():
            if method in _METHODS:
                own = mapping(operation).get("security", body.get("security"))
                found.append(Operation(method, path, _asks(own, schemes)))
    return tuple(found)


def _asks(security: object, schemes: frozenset[str]) -> bool:
    """True when each alternative names a known scheme: `{}` among them lets everybody in."""
    alternatives = [mapping(item) for item in sequence(security)]
    return bool(alternatives) and all(
        bool(item) and schemes.issuperset(item) for item in alternatives
    )


def open_ingress(terraform: str) -> Iterator[int]:
    """Yield the lines (from 1) of Terraform code at which an ingress is open to the whole world.

    That is an ingress block, or a resource of its own whose kind or `type` says ingress.
    """
    depth = 0
    blocks: list[int] = []  # how deep each ingress block began
    rule: list[int] | None = None  # open lines of the rule that is read, if one is
    began = 0  # how deep that rule began
    incoming = False
    for number, line in enumerate(_uncommented(terraform), 1):
        if rule is None and (match := _RULE.match(line)):
            rule, began, incoming = [], depth, "ingress" in match[1]
        elif _BLOCK.match(line):
            blocks.append(depth)
        incoming = incoming or bool(rule is not None and _TYPE.match(line))
        if _WORLD.search(line):
            if blocks:
                yield number
            elif rule is not None:
                rule.append(number)
        depth += sum(line.count(sign) for sign in "{[(") - sum(line.count(sign) for sign in "}])")
        while blocks and depth <= blocks[-1]:
            blocks.pop()
        if rule is not None and depth <= began:
            yield from rule if incoming else ()
            rule = None


def _uncommented(terraform: str) -> Iterator[str]:
    inside = False
    for raw in terraform.splitlines():
        line = raw
        if inside:
            _, end, line = line.partition("*/")
            inside = not end
        line, start, rest = re.sub(r"/\*.*?\*/", "", line).partition("/*")
        inside = inside or (bool(start) and "*/" not in rest)
        yield re.sub(r"(^|\s)(#|//).*", "", line)


def _policies(tree: WorkTree, path: str) -> Iterator[int]:
    """Yield where a NetworkPolicy of Kubernetes lets everybody in."""
    start = 1
    for part in re.split(r"^---.*$", tree.text(path).value or "", flags=re.MULTILINE):
        if re.search(r"^kind:\s*NetworkPolicy\b", part, re.MULTILINE):
            with contextlib.suppress(Malformed):
                spec = mapping(mapping(yamltext.load(part)).get("spec"))
                for rule in sequence(spec.get("ingress")):
                    if _WORLD.search(repr(rule)[:5000]):
                        yield start + getattr(rule, "line", 1) - 1
        start += part.count("\n")


def _secrets(tree: WorkTree) -> Iterator[str]:
    for path in tree.matching(".env", ".env.*"):
        if not path.endswith(_SAMPLES):
            yield path
    for path in tree.below("conf/environments", ".yaml", ".yml"):
        if any(_holds_secret(key, value) for key, value in _pairs(tree.yaml(path).value, 0)):
            yield path


def _pairs(value: object, depth: int) -> Iterator[tuple[str, str]]:
    if depth < 10:
        for key, item in mapping(value).items():
            for part in sequence(item):
                yield from (
                    _pairs(part, depth + 1)
                    if isinstance(part, dict)
                    else [(key, part if isinstance(part, str) else "")]
                )


def _holds_secret(key: str, value: str) -> bool:
    if _IN_ADDRESS.search(value[:1000]):
        return True
    return bool(_SECRET.search(key)) and bool(value) and not _REFERENCE.match(value.lower())
