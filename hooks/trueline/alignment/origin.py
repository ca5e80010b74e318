"""Where this trueline came from: the template that it is a part of, at the same version."""

from __future__ import annotations

import importlib.metadata
import json
import re
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "trueline"


@dataclass(frozen=True)
class Origin:
    """A template's source, as Copier reads it, and the commit that is installed."""

    source: str
    commit: str


def installed_from(recorded: str | None = None) -> Origin | None:
    """Return the git repository this package was installed from; None for an index or a folder.

    `recorded` is the text of a direct_url.json (PEP 610); by default this package's own.
    """
    if recorded is None:
        recorded = importlib.metadata.distribution(PACKAGE).read_text("direct_url.json")
    if recorded is None:
        return None
    try:
        known = json.loads(recorded)
        url, vcs = known["url"], known.get("vcs_info", {})
        if vcs.get("vcs") != "git":
            return None
        source = _without_password(url)
        # These Copier recognises as repositories by their looks; others need to be told.
        plain = source.endswith(".git") or source.startswith(("git@", "git://"))
        return Origin(source if plain else f"git+{source}", vcs["commit_id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def bundled() -> Path:
    """Return the template that travels with this package, as a plain folder."""
    here = Path(__file__).resolve().parents[1]
    inside = here / "_template"
    # In an editable install the package is the working tree, and so is the template.
    return inside if inside.is_dir() else here.parents[1]


def version() -> str:
    """Return this package's version."""
    return importlib.metadata.version(PACKAGE)


def _without_password(url: str) -> str:
    # A recorded source is committed; what stood before the @ of an https URL may be a token.
    return re.sub(r"^(https?://)[^/@]+@", r"\1", url)
