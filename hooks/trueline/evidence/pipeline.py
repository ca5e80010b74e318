"""dvc.yaml and the notebooks: which code makes the data, and whether git has it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import jsontext
from .document import Document, Malformed, mapping, sequence, text
from .files import LARGE_BYTES, WorkTree

CODE = (".py", ".ipynb", ".sh", ".sql", ".R", ".r", ".jl", ".scala")
_DATA_STAGE = re.compile(
    r"ingest|validat|feature|data|clean|prepar|gather|load|extract|transform|explor|split", re.I
)


@dataclass(frozen=True)
class Stage:
    """One stage: what it runs and the code that it says it depends on."""

    name: str
    line: int
    commands: tuple[str, ...]
    code: tuple[str, ...]
    folder: str = ""  # where its commands run
    metrics: tuple[str, ...] = ()  # files that it declares as metrics

    @property
    def handles_data(self) -> bool:
        """True when it gathers, analyses or cleans data, by its name or by the code it
        depends on.
        """
        return bool(_DATA_STAGE.search(self.name)) or any("/data/" in path for path in self.code)

    @property
    def notebook(self) -> bool:
        """True when it runs a notebook."""
        return any(
            re.search(r"\.ipynb\b|\bpapermill\b|\bnbconvert\b", command)
            for command in self.commands
        )

    @property
    def scripts(self) -> list[str]:
        """Return the scripts that its commands name; what holds a variable or follows a `cd`
        cannot be told.
        """
        return [
            word
            for command in self.commands
            if not re.search(r"\bcd\s", command)
            for word in (part.strip("\"'") for part in re.split(r"[\s;&|=]+", command))
            if word.endswith(CODE) and "$" not in word
        ]

    @property
    def outside(self) -> str | None:
        """Return the path outside the repository that it runs or depends on, if there is one."""
        words = [
            word.strip("\"'")
            for command in self.commands
            for word in re.split(r"[\s;&|=]+", command)
        ]
        return next((word for word in [*words, *self.code, self.folder] if _leads_out(word)), None)


def _leads_out(word: str) -> bool:
    if word.startswith(("/dev/null", "/dev/std")):
        return False
    depth = 0
    for part in word.split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return True
    return word.startswith(("/", "~"))


@dataclass(frozen=True)
class Notebooks:
    """Tracked notebooks that still hold outputs, and those that cannot be read."""

    total: int
    unstripped: tuple[str, ...]
    broken: tuple[str, ...]


def read(tree: WorkTree) -> Document[tuple[Stage, ...]]:
    """Read the stages of dvc.yaml; `foreach` and `matrix` stages count as the one that
    they repeat.
    """
    document = tree.yaml("dvc.yaml")
    if document.value is None:
        return Document(document.path, None, document.problem)
    stages = mapping(mapping(document.value).get("stages"))
    return Document(document.path, tuple(_stage(name, content) for name, content in stages.items()))


def _stage(name: str, content: object) -> Stage:
    body = mapping(content)
    body = mapping(body["do"]) if "do" in body else body
    deps = [
        next(iter(dep), "") if isinstance(dep, dict) else text(dep)
        for dep in sequence(body.get("deps"))
    ]
    code = tuple(str(dep) for dep in deps if str(dep).endswith(CODE))
    commands = tuple(text(c) for c in sequence(body.get("cmd")))
    metrics = [
        next(iter(item), "") if isinstance(item, dict) else text(item)
        for item in sequence(body.get("metrics"))
    ]
    return Stage(
        name,
        getattr(content, "line", 0),
        commands,
        code,
        text(body.get("wdir")),
        tuple(str(item) for item in metrics if item),
    )


def notebooks(tree: WorkTree) -> Notebooks:
    """Look for outputs in the tracked notebooks."""
    unstripped: list[str] = []
    broken: list[str] = []
    paths = sorted(path for path in tree.tracked if path.endswith(".ipynb"))
    for path in paths:
        content = tree.text(path, limit=LARGE_BYTES)
        if content.value is None:
            broken.append(path)
            continue
        try:
            cells = sequence(mapping(jsontext.load(content.value)).get("cells"))
        except Malformed:
            broken.append(path)
            continue
        if any(mapping(cell).get("outputs") for cell in cells):
            unstripped.append(path)
    return Notebooks(len(paths), tuple(unstripped), tuple(broken))
