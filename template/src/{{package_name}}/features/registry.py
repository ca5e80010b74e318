"""The registry of features: conf/features.yaml as the one list, what depends on what, and policy.

A feature is a column of the schema (`features:`) or one that derive.py computes (`derived:`, listed
with what it depends on). Policy looks at what the model is given: the columns that derive returns,
and all that these depend on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

from ..data.columns import (
    DESCRIPTIONS,
    Catalogue,
    Description,
    Policy,
    catalogue,
    check_described,
    conform,
    features,
)
from ..errors import BadInput, Refused
from .derive import derive

# The names under which conf/features.yaml makes exceptions, as the messages give them.
BANNED, DEPRECATED, PROTECTED, AFTER = (
    "banned_source",
    "deprecated",
    "protected",
    "known_after_prediction",
)
# The rules of `poe feature-value`; named here so that a misspelt exception is found.
CONSTANT, DUPLICATE, BENEFIT, COST = "constant", "duplicate", "benefit", "cost"
RULES = (BANNED, DEPRECATED, PROTECTED, AFTER, CONSTANT, DUPLICATE, BENEFIT, COST)
# What a feature costs, as features/value.py measures it; conf/features.yaml limits each (max_...).
COSTS = ("ms_per_1000_rows", "bytes_per_1000_rows", "missing", "depends_on")


@dataclass(frozen=True)
class Violation:
    """A rule, the feature that breaks it, and why in words."""

    rule: str
    feature: str
    why: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.feature} {self.why}"


@dataclass(frozen=True)
class Registry:
    """All features by name, in an order in which each comes after what it depends on."""

    features: dict[str, Description]
    derived: frozenset[str]
    banned_sources: frozenset[str]
    exceptions: dict[str, dict[str, str]]
    sha256: str
    policy: Policy = field(default_factory=Policy)

    def upstream(self, name: str) -> set[str]:
        """Return all that a feature depends on, at any distance; nothing for an unlisted one."""
        direct = self.features[name].depends_on if name in self.features else ()
        return {*direct, *(further for one in direct for further in self.upstream(one))}

    def excepted(self, rule: str, name: str) -> str | None:
        """Return the reason why a feature may break a rule, or None if it may not."""
        return self.exceptions.get(name, {}).get(rule)


def load(path: Path = DESCRIPTIONS) -> Registry:
    """Read the registry; raises BadInput with one line for a cycle, a gap or an unknown rule."""
    known = catalogue(path)
    check_described([feature.name for feature in features()], path)
    both = sorted(known.features.keys() & known.derived.keys())
    if both:
        raise BadInput(f"{path}: {both[0]!r} is a column of the schema and in `derived` too")
    entries = {**known.features, **known.derived}
    _check_exceptions(known, entries, path)
    return Registry(
        features={name: entries[name] for name in resolve(entries, path)},
        derived=frozenset(known.derived),
        banned_sources=frozenset(known.policy.banned_sources),
        exceptions=known.exceptions,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        policy=known.policy,
    )


def resolve(entries: dict[str, Description], path: Path = DESCRIPTIONS) -> list[str]:
    """Return the names so that each comes after what it depends on, else as they are listed.

    Raises BadInput for a dependency that is not there, or a circle of them.
    """
    order: list[str] = []
    visiting: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        if name in visiting:
            circle = " -> ".join([*visiting[visiting.index(name) :], name])
            raise BadInput(f"{path}: depends_on goes round in a circle: {circle}")
        visiting.append(name)
        for other in entries[name].depends_on:
            if other not in entries:
                raise BadInput(f"{path}: {name} depends on {other!r}, which is not listed")
            visit(other)
        visiting.pop()
        order.append(name)

    for name in entries:
        visit(name)
    return order


def inputs(registry: Registry, rows: pd.DataFrame) -> list[str]:
    """Return the columns that the model is given: those that derive returns for a few rows.

    Raises BadInput if a listed derived column is not among them and nothing else depends on it.
    """
    given = [str(name) for name in derive(conform(rows.head(20), features())).columns]
    needed = {other for name in given for other in registry.upstream(name)}
    absent = sorted(registry.derived - {*given, *needed})
    if absent:
        raise BadInput(f"{DESCRIPTIONS}: derive.py returns no column {absent[0]!r}")
    return given


def violations(registry: Registry, given: Collection[str], today: date) -> list[Violation]:
    """Return what breaks the policy and is not excepted, in the order of the registry.

    A source that is banned is so for every listed feature; the other rules hold for what the model
    is given, and for what that depends on.
    """
    used = {*given, *(other for name in given for other in registry.upstream(name))}
    found: list[Violation] = []
    for name, entry in registry.features.items():
        if entry.source in registry.banned_sources:
            found.append(Violation(BANNED, name, f"comes from {entry.source!r}, which is banned"))
        if name not in used:
            continue
        if entry.deprecated_after is not None and today > entry.deprecated_after:
            why = f"is deprecated since {entry.deprecated_after} and still an input"
            found.append(Violation(DEPRECATED, name, why))
        if entry.protected:
            found.append(Violation(PROTECTED, name, "is protected and still an input"))
        if entry.available == "after":
            found.append(Violation(AFTER, name, "is known only after the prediction"))
    return [one for one in found if registry.excepted(one.rule, one.feature) is None]


def objections(registry: Registry, rows: pd.DataFrame) -> list[str]:
    """Return a line for each rule that the model's inputs break today."""
    found = violations(registry, inputs(registry, rows), datetime.now(UTC).date())
    return [str(one) for one in found]


def enforce(rows: pd.DataFrame, path: Path = DESCRIPTIONS) -> Registry:
    """Return the registry; raises Refused with the first rule that the model's inputs break."""
    registry = load(path)
    found = objections(registry, rows)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise Refused(f"policy {found[0]}{more}; see {path}")
    return registry


def over_budget(
    registry: Registry, costs: Mapping[str, Mapping[str, float]]
) -> list[tuple[str, str]]:
    """Return (feature, why) for each cost above its limit, in the order of `costs`.

    `costs`: feature -> kind of cost (COSTS) -> amount.
    """
    limits = {kind: getattr(registry.policy, f"max_{kind}") for kind in COSTS}
    return [
        (name, f"{kind} {spent[kind]:g}, at most {limit:g}")
        for name, spent in costs.items()
        for kind, limit in limits.items()
        if limit is not None and spent[kind] > limit
    ]


def _check_exceptions(known: Catalogue, entries: Collection[str], path: Path) -> None:
    for name, rules in known.exceptions.items():
        if name not in entries:
            raise BadInput(f"{path}: exceptions: {name!r} is no feature")
        unknown = [rule for rule in rules if rule not in RULES]
        if unknown:
            listed = ", ".join(RULES)
            raise BadInput(f"{path}: exceptions.{name}: no rule {unknown[0]!r} ({listed})")
