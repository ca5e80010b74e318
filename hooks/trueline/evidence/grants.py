"""What a job of a workflow may do: its environment, the tokens that it may ask for, the secrets
that it is handed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from .document import mapping, sequence, text

MOST = 20  # values of one expression

_SECRET = re.compile(r"secrets\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*['\"](\w+)['\"]\s*\])")
_EXPRESSION = re.compile(r"\$\{\{\s*((?:inputs|matrix)\.[\w-]+)\s*\}\}")


def may_mint(permissions: object) -> bool | None:
    """Tell whether a job may ask for a token of its own identity (OIDC); None when nothing is said.

    Source: https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments
    """
    if permissions is None:
        return None
    if isinstance(permissions, str):
        return permissions.strip() == "write-all"
    return text(mapping(permissions).get("id-token")) == "write"


def secrets(body: Mapping[str, object], *keys: str) -> tuple[tuple[str, str], ...]:
    """Return (what it is handed over as, name of the secret) below some keys of a job or step."""
    found: list[tuple[str, str]] = []
    for key in keys:
        value = body.get(key)
        items = mapping(value).items() if isinstance(value, dict) else [(key, value)]
        for name, item in items:
            found += [(name, a or b) for a, b in _SECRET.findall(text(item))]
    return tuple(dict.fromkeys(found))


def matrix(body: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Return the values of a job's matrix, as `matrix.<name>`."""
    declared = mapping(mapping(body.get("strategy")).get("matrix"))
    found: dict[str, list[str]] = {}
    for name, values in declared.items():
        if name == "include":
            for row in map(mapping, sequence(values)):
                for key, value in row.items():
                    found.setdefault(f"matrix.{key}", []).append(text(value))
        elif name != "exclude":
            found.setdefault(f"matrix.{name}", []).extend(text(v) for v in sequence(values))
    return {name: tuple(dict.fromkeys(values))[:MOST] for name, values in found.items()}


def environments(body: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of the environments that a job runs in, expressions of inputs left as is."""
    value = body.get("environment")
    name = text(mapping(value).get("name")) if isinstance(value, dict) else text(value)
    return expanded((name,), matrix(body)) if name else ()


def handed(body: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Return what a job hands to the workflow that it calls, as `inputs.<name>`."""
    values = matrix(body)
    return {
        f"inputs.{name}": expanded((text(value),), values)
        for name, value in mapping(body.get("with")).items()
    }


def expanded(texts: Iterable[str], values: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return each text once for each value of the expression in it, as far as it is known."""
    found: list[str] = []
    for item in texts:
        found += _each(item, values)
    return tuple(dict.fromkeys(found))[:MOST]


def _each(item: str, values: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    match = _EXPRESSION.search(item)
    if match is None or match[1] not in values:
        yield item
        return
    for value in values[match[1]]:
        yield item[: match.start()] + value + item[match.end() :]
