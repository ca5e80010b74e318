"""The documents that a project begins when their turn comes, and which of them fit it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..evidence import yamltext
from ..evidence.document import mapping, sequence, text
from ..evidence.project import Project

FOLDER = Path(__file__).parents[1] / "starters"


@dataclass(frozen=True)
class Starter:
    """A document: its place in a project, what it is for, and for which projects it is."""

    path: str
    title: str
    statements: tuple[str, ...]
    items: tuple[str, ...]
    phase: tuple[str, ...]
    practices: tuple[str, ...]
    serving: tuple[str, ...]

    @property
    def content(self) -> str:
        """Return the text with its prompts."""
        return (FOLDER / self.path).read_text("utf-8")

    @property
    def prompts(self) -> int:
        """Return how many prompts wait for words."""
        return self.content.count("fill:")

    def unfit(self, project: Project) -> str | None:
        """Say why the document is not for this project; None when it is."""
        if project.phase not in self.phase:
            return f"it comes with phase {' or '.join(self.phase)}"
        if self.practices and not set(self.practices) & project.practices:
            return f"it comes with practice {' or '.join(self.practices)}"
        if self.serving and not _served(self.serving, project):
            return f"it comes with serving {' or '.join(self.serving)}"
        return None


@cache
def index() -> tuple[Starter, ...]:
    """Return all documents, in order."""
    body = mapping(yamltext.load((FOLDER / "index.yaml").read_text("utf-8")))
    return tuple(_starter(mapping(item)) for item in sequence(body["starters"]))


def _starter(body: dict[str, object]) -> Starter:
    lists = ("statements", "items", "phase", "practices", "serving")
    return Starter(
        text(body["path"]),
        text(body["title"]),
        *(tuple(text(item) for item in sequence(body[key])) for key in lists),
    )


def _served(wanted: tuple[str, ...], project: Project) -> bool:
    # An answer that is none of the choices rules nothing out.
    if project.realtime is None or project.batch is None:
        return True
    serving = {(True, True): "both", (True, False): "realtime", (False, True): "batch"}
    return serving.get((project.realtime, project.batch), "") in wanted
