"""The YAML between two lines of dashes at the top of a Markdown page."""

from __future__ import annotations

import re

from ..evidence import yamltext
from ..evidence.document import mapping

_BLOCK = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)


def front_matter(content: str) -> dict[str, object]:
    """Return a page's front matter, empty when it has none; raises Malformed for broken YAML."""
    match = _BLOCK.match(content)
    return mapping(yamltext.load(match[1])) if match else {}
