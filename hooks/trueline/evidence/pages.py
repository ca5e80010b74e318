"""What people wrote: Markdown and YAML below docs/, conf/ and monitoring/, and at the top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .document import Document
from .files import WorkTree

MOST = 800  # files; a documentation site of thousands of pages proves no more
_TOP = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "params.yaml",
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
)
_FOLDERS = ("docs", "conf", "monitoring")
# Settings of the bots that tell of new versions, as text: some are JSON with comments.
_BOTS = (
    "renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".github/renovate.json",
    ".github/renovate.json5", ".github/dependabot.yml", ".github/dependabot.yaml",
    ".gitlab/renovate.json",
)  # fmt: skip


@dataclass(frozen=True)
class Pages:
    """Tracked pages by path; one that is not there reads as absent."""

    prose: Mapping[str, Document[str]] = field(default_factory=dict)
    data: Mapping[str, Document[object]] = field(default_factory=dict)

    def text(self, path: str) -> Document[str]:
        """Return a page of Markdown, or the source of a YAML file that prose rules apply to."""
        return self.prose.get(path, Document(path))

    def yaml(self, path: str) -> Document[object]:
        """Return a YAML file as plain data whose mappings know their line; an empty file is {}."""
        return self.data.get(path, Document(path))

    def below(self, folder: str) -> list[str]:
        """Return the paths of all pages in a folder, sorted."""
        start = folder.rstrip("/") + "/"
        return sorted(path for path in {*self.prose, *self.data} if path.startswith(start))


def read(tree: WorkTree) -> Pages:
    """Read them, each once; YAML is kept as text too, since unedited prose may stand in it."""
    listed = [path for folder in _FOLDERS for path in tree.below(folder, ".md", ".yaml", ".yml")]
    top = [path for path in _TOP if path in tree.tracked]
    kept = [*top, *sorted(listed, key=_depth)[:MOST]]
    bots = [path for path in _BOTS if path in tree.tracked]
    prose = {path: tree.text(path) for path in (*kept, *bots)}
    return Pages(
        prose,
        {path: tree.yaml(path) for path in kept if path.endswith((".yaml", ".yml"))},
    )


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path
