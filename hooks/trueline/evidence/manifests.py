"""Kubernetes manifests as text: their documents, and the images that their workloads run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import yamltext
from .document import Malformed, mapping, sequence, text

MOST = 400  # documents of one file
_DOCUMENTS = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)


def documents(content: str) -> list[dict[str, object]]:
    """Return the mappings of a YAML file of several documents; raises Malformed."""
    starts = [0, *(match.end() for match in _DOCUMENTS.finditer(content))]
    if len(starts) > MOST:
        raise Malformed(f"more than {MOST} documents")
    found: list[dict[str, object]] = []
    for start, part in zip(starts, _DOCUMENTS.split(content), strict=True):
        body = yamltext.load(part) if part.strip() else None
        if isinstance(body, yamltext.Lined):
            body.line += content.count("\n", 0, start)
            found.append(body)
    return found


def images(value: object, depth: int = 0) -> Iterator[str]:
    """Yield the images of all containers, however deep the workload keeps its pod."""
    if isinstance(value, dict) and depth < 12:
        for key, item in value.items():
            if key in ("containers", "initContainers"):
                yield from (name for c in sequence(item) if (name := text(mapping(c).get("image"))))
            else:
                yield from images(item, depth + 1)
