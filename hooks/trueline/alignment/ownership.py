"""Who owns which path of a project, by the patterns of ownership.yaml."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pathspec import PathSpec

from ..errors import BadInput

# Where the patterns stand, in the package and in the template's repository.
FILE = Path(__file__).with_name("ownership.yaml")
PATH = "hooks/trueline/alignment/ownership.yaml"


class Owner(enum.StrEnum):
    """Whose a file is, which decides what an update and a comparison may do with it."""

    GENERATED = "generated"
    SEED = "seed"
    OWNED = "owned"
    SHARED = "shared"


@dataclass(frozen=True)
class Ownership:
    """The patterns of each class, in their order of precedence."""

    patterns: dict[Owner, tuple[str, ...]]

    @cached_property
    def _specs(self) -> dict[Owner, PathSpec[Any]]:
        return {owner: matcher(found) for owner, found in self.patterns.items()}

    def claimed(self, path: str) -> Owner | None:
        """Return the owner that a pattern names for `path`; None when no pattern matches."""
        return next((owner for owner, spec in self._specs.items() if spec.match_file(path)), None)

    def of(self, path: str) -> Owner:
        """Return the owner of `path`; what no pattern names is shared: that loses nothing."""
        return self.claimed(path) or Owner.SHARED


def matcher(patterns: Iterable[str]) -> PathSpec[Any]:
    """Compile patterns of gitignore's kind, as Copier reads `_skip_if_exists`."""
    return PathSpec.from_lines("gitignore", patterns)


def load(raw: bytes | None = None) -> Ownership:
    """Read ownership from the YAML `raw`, or from this package's own file. Raises BadInput."""
    try:
        loaded = yaml.safe_load(FILE.read_bytes() if raw is None else raw)
        patterns = {Owner(name): tuple(map(str, found)) for name, found in loaded.items()}
        order = {owner: patterns.get(owner, ()) for owner in Owner}
        return Ownership(order)
    except (yaml.YAMLError, ValueError, TypeError, AttributeError):
        raise BadInput("the template's ownership.yaml cannot be read") from None
