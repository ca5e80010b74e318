"""Features as documented (conf/features.yaml), as typed (schema.py) and as models took them."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from . import imports
from .document import Document, mapping, sequence, text
from .files import WorkTree
from .python import last_name, module
from .signatures import Signature

_BASES = ("DataFrameModel", "SchemaModel")


@dataclass(frozen=True)
class Feature:
    """One entry of conf/features.yaml."""

    name: str
    fields: dict[str, object]
    line: int = 0

    @property
    def lacking(self) -> list[str]:
        """Name what the entry does not say."""
        missing = [key for key in ("dtype", "source", "owner") if not text(self.fields.get(key))]
        if len(text(self.fields.get("description")).split()) < 3:
            missing.insert(0, "description (three words or more)")
        if not any(_said(self.fields.get(key)) for key in ("unit", "domain")):
            missing.append("unit or domain")
        if not any(isinstance(self.fields.get(key), bool) for key in ("pii", "personal_data")):
            missing.append("pii (true or false)")
        return missing


def _said(value: object) -> bool:
    return bool(value) if isinstance(value, (dict, list)) else bool(text(value))


@dataclass(frozen=True)
class Columns:
    """What is known of the features, from the three sides."""

    documented: Document[tuple[Feature, ...]]
    typed: Document[frozenset[str]]
    signatures: tuple[Signature, ...]
    derived: tuple[Feature, ...] = ()  # those that code computes from other features

    @property
    def registered(self) -> tuple[Feature, ...]:
        """All features that conf/features.yaml names, columns of the source or derived."""
        return (*(self.documented.value or ()), *self.derived)


def read(tree: WorkTree, signatures: tuple[Signature, ...]) -> Columns:
    """Read features.yaml and the schema class."""
    document = tree.yaml("conf/features.yaml")
    body = mapping(document.value)
    entries = None if document.value is None else _entries(body.get("features", document.value))
    return Columns(
        Document(document.path, entries, document.problem),
        _typed(tree),
        signatures,
        _entries(body.get("derived")),
    )


def _entries(entries: object) -> tuple[Feature, ...]:
    if isinstance(entries, dict):
        found = [
            Feature(str(name), mapping(body), getattr(body, "line", 0))
            for name, body in entries.items()
        ]
    else:
        found = [
            Feature(text(mapping(body).get("name")), mapping(body), getattr(body, "line", 0))
            for body in sequence(entries)
        ]
    return tuple(feature for feature in found if feature.name)


def _typed(tree: WorkTree) -> Document[frozenset[str]]:
    paths = imports.below(tree, "/data/schema.py")
    if not paths:
        return Document("src/*/data/schema.py")
    return tree.parsed(paths[0], schema_features)


def schema_features(source: str) -> frozenset[str]:
    """Return the columns of the schema class but for TARGET and TIME.

    Raises Malformed for no Python.
    """
    body = module(source)
    constants = {
        target.id: node.value.value
        for node in body.body
        for target in _targets(node)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Constant)
    }
    columns: set[str] = set()
    for node in body.body:
        if isinstance(node, ast.ClassDef) and any(last_name(base) in _BASES for base in node.bases):
            for part in node.body:
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                    columns.add(_alias(part.value) or part.target.id)
    return frozenset(columns - {constants.get("TARGET"), constants.get("TIME")})


def _targets(node: ast.stmt) -> list[ast.Name]:
    found = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AnnAssign)
        else []
    )
    return [target for target in found if isinstance(target, ast.Name)]


def _alias(value: ast.expr | None) -> str | None:
    """Return the column's own name where `Field(alias="...")` gives one."""
    for keyword in value.keywords if isinstance(value, ast.Call) else []:
        if keyword.arg == "alias" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return None
