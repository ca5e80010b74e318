"""The contract of the source: columns, owner and version, as pinned in conf/features.yaml.

The team that owns a source changes it without asking. Each ingest looks for two differences:
between the contract that was pinned and the one that holds today (schema.py, and what the source
says about itself), and between the schema and the columns that really arrive.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandas.api import types

from .. import reports
from ..errors import Refused
from ..settings import Settings
from . import columns, source
from .schema import Source

# How the contract writes pandera's checks: as the arguments of pa.Field.
SHORT = {
    "greater_than_or_equal_to": "ge",
    "greater_than": "gt",
    "less_than_or_equal_to": "le",
    "less_than": "lt",
}
MAX_TEXT = 60
ACCEPT = "accept it with `uv run poe contract --accept`"


@dataclass(frozen=True)
class Contract:
    """Who answers for the source, which version it has, and each column's type and checks."""

    owner: str | None
    version: str | None
    columns: Mapping[str, str]

    @property
    def hash(self) -> str:
        """A sha256 of all of it, the same whatever the order of the columns."""
        content = {"owner": self.owner, "version": self.version, "columns": dict(self.columns)}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def today(pinned: Contract | None) -> Contract:
    """Return the contract that holds now: the schema's columns, and what the source says of itself.

    A source without `about` says nothing, so the pinned owner and version stand.
    """
    about: dict[str, str] = getattr(source, "about", dict)()
    said = {"owner": pinned.owner, "version": pinned.version} if pinned else {}
    said |= {key: str(about[key]) for key in ("owner", "version") if key in about}
    described = {str(n): _column(c) for n, c in Source.to_schema().columns.items()}
    return Contract(said.get("owner"), said.get("version"), described)


def pinned(path: Path = columns.DESCRIPTIONS) -> Contract | None:
    """Return the contract in conf/features.yaml, or None if none was pinned."""
    entry = columns.catalogue(path).contract
    return None if entry is None else Contract(entry.owner, entry.version, entry.columns)


def changes(old: Contract, new: Contract) -> list[str]:
    """Say what differs, a line each: owner, version, columns removed, added and changed."""
    found = [
        f"{key} {before!r} -> {after!r}"
        for key, before, after in (
            ("owner", old.owner, new.owner),
            ("version", old.version, new.version),
        )
        if before != after
    ]
    found += [f"column {name!r} removed" for name in old.columns if name not in new.columns]
    found += [f"column {name!r} added" for name in new.columns if name not in old.columns]
    for name, after in new.columns.items():
        before = old.columns.get(name, after)
        if before != after:
            found.append(f"column {name!r} {before} -> {after}")
    return found


def delivered(frame: pd.DataFrame) -> list[str]:
    """Say which columns arrive otherwise than the schema has them: gone, new, of another type.

    One wrong value is for `columns.check` to refuse; here a type differs if no value fits it.
    """
    schema = Source.to_schema().columns
    found = [f"column {name!r} is no longer delivered" for name in schema if name not in frame]
    found += [f"column {name!r} is delivered and new" for name in frame if name not in schema]
    for name, column in schema.items():
        known = frame[name].dropna() if name in frame else pd.Series(dtype=object)
        if len(known) and not _fits(known, columns.type_name(column)):
            found.append(f"column {name!r} is delivered as {known.dtype}, not as {column.dtype!s}")
    return found


def hold(frame: pd.DataFrame, settings: Settings) -> list[str]:
    """Write reports/contract.json and return all differences; each new one is also an event.

    Raises Refused if the pinned contract is not today's. What arrives otherwise than the schema has
    it is left for the schema to refuse, which names rows and values.
    """
    agreed = pinned()
    now = today(agreed)
    broken, arrived = changes(agreed, now) if agreed else [], delivered(frame)
    found = broken + arrived
    before = reports.read("contract", settings) or {}
    body = {
        "status": "changed" if found else "as pinned" if agreed else "not pinned",
        "owner": now.owner,
        "version": now.version,
        "hash": now.hash,
        "pinned_hash": agreed.hash if agreed else None,
        "changes": found,
    }
    reports.write("contract", body, settings)
    if found and found != before.get("changes"):
        reports.append_event(
            "data_contract_changed", settings=settings, status="failure", changes=found
        )
    if broken:
        raise Refused(f"the contract of the source changed: {_summary(broken)}; if right, {ACCEPT}")
    return found


def run(settings: Settings, frame: pd.DataFrame, *, accept: bool) -> str:
    """Compare what the source gives with its contract, or pin today's; return one line.

    Raises Refused if they differ. A source that delivers other columns than the schema's needs an
    edit of schema.py or source.py before there is something to accept.
    """
    line = "the source keeps its contract"
    if accept:
        old = pinned()
        now = today(old)
        pin(now)
        line = f"pinned {len(now.columns)} columns as {now.hash[:12]}"
    found = hold(frame, settings)
    if found:
        line = f"the source is not as schema.py has it: {_summary(found)}"
        raise Refused(f"{line}; edit schema.py or source.py")
    if pinned() is None:
        return f"no contract is pinned; {ACCEPT}"
    return line


def pin(contract: Contract, path: Path = columns.DESCRIPTIONS) -> None:
    """Write the contract into conf/features.yaml; every other line stays as it is."""
    lines = path.read_text("utf-8").splitlines()
    start = next((i for i, line in enumerate(lines) if re.match("contract *:", line)), len(lines))
    end = start + 1
    # An empty line or a comment that someone left within the section does not end it.
    for i, line in enumerate(lines[end:], start=end):
        if re.match(r"[^\s#]", line):
            break
        end = i + 1 if line.startswith((" ", "\t")) else end
    text = "\n".join([*lines[:start], *_yaml(contract), *lines[end:]]) + "\n"
    reports.replace_file(path, text.encode())


def _yaml(contract: Contract) -> Iterable[str]:
    yield "contract:"
    yield f"  owner: {json.dumps(contract.owner, ensure_ascii=False)}"
    yield f"  version: {json.dumps(contract.version, ensure_ascii=False)}"
    yield "  columns:"
    for name, text in contract.columns.items():
        yield f"    {_key(name)}: {json.dumps(text, ensure_ascii=False)}"


def _key(name: str) -> str:
    """Return a name as a key of YAML: bare if nothing else could be read in it."""
    plain = re.fullmatch("[a-z][a-z0-9_]{3,}", name) and name not in ("true", "false", "null")
    return name if plain else json.dumps(name, ensure_ascii=False)


def _column(column: pa.Column) -> str:
    """Return type and checks of a column in a line, such as `float64 nullable ge=0 le=100`."""
    parts = [columns.type_name(column)]
    parts += [word for word in ("nullable", "unique") if getattr(column, word)]
    return " ".join([*parts, *sorted(_check(check) for check in column.checks)])


def _check(check: pa.Check) -> str:
    name = SHORT.get(str(check.name), str(check.name))
    values = list((check.statistics or {}).values())
    text = ",".join(str(value) for value in values)
    if len(text) > MAX_TEXT:
        text = f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return f"{name}={text}" if values else name


def _fits(known: pd.Series[Any], dtype: str) -> bool:
    """Tell whether any value of a column that has some could be of the type."""
    if dtype.startswith("datetime"):
        if types.is_numeric_dtype(known):
            return False
        return bool(pd.to_datetime(known.head(100), errors="coerce", utc=True).notna().any())
    if dtype.startswith("bool"):
        return bool(columns.truths(known, dtype).isin([True, False]).any())
    if dtype.lower().startswith(("int", "uint", "float")):
        if types.is_datetime64_any_dtype(known):
            return False
        return bool(pd.to_numeric(known, errors="coerce").notna().any())
    return True


def _summary(found: list[str]) -> str:
    more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
    return ", ".join(found[:3]) + more
