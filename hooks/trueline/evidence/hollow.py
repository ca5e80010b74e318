"""Infrastructure code that is there and says nothing: no recipe of an image, no run of a test."""

from __future__ import annotations

from . import hcl
from .document import blank
from .files import WorkTree

MOST = 400  # files of tests


def build(tree: WorkTree, how: dict[str, object], context: str, path: str) -> bool:
    """Tell whether a service is built from a file of this repository without a line in it."""
    elsewhere = "://" in context or "@" in context or "$" in path or path.startswith("..")
    if elsewhere or "dockerfile_inline" in how:
        return False
    return blank(tree.text(path).value)


def tests(tree: WorkTree) -> tuple[str, ...]:
    """Return the files of Terraform's own tests that run something."""
    listed = tree.matching("*.tftest.hcl", "*.tofutest.hcl")[:MOST]
    return tuple(path for path in listed if _runs(tree, path))


def _runs(tree: WorkTree, path: str) -> bool:
    content = tree.parsed(path, hcl.parse).value
    return content is not None and any(block.type == "run" for block in content.blocks)
