"""Which functions a stage of the pipeline starts: from its command to the code, by names alone."""

from __future__ import annotations

from ..evidence import shell
from ..evidence.document import mapping, text
from ..evidence.functions import DEPTH
from ..evidence.imports import dotted
from ..evidence.pipeline import Stage
from ..evidence.snapshot import Snapshot


def started(stage: Stage, snapshot: Snapshot) -> frozenset[str]:
    """Return the dotted names of the functions that a stage's commands lead to.

    What a function of a data module calls in turn is no entry point any more.
    """
    reached: set[str] = set()
    edge = {name for command in stage.commands for name in _first(command, snapshot)}
    for _ in range(DEPTH):
        edge -= reached
        reached |= edge
        edge = {
            used
            for name in edge
            if (function := snapshot.functions.known.get(name)) and "/data/" not in function.path
            for used in function.uses
        }
    return frozenset(reached | edge)


def _first(command: str, snapshot: Snapshot) -> set[str]:
    """Return what a command line starts: a module as a script, or a command of the package."""
    found: set[str] = set()
    for line in shell.commands(command):
        words = line.words
        if line.name.startswith("python"):
            words = tuple(word for word in words[1:] if not word.startswith("-"))
        if not words:
            continue
        first = dotted(words[0].removeprefix("./")) if words[0].endswith(".py") else words[0]
        given = [word for word in words[1:] if not word.startswith("-")]
        module, _, function = _declared(snapshot).get(first, "").partition(":")
        named = [first, f"{first}.__main__", f"{first}.cli", module]
        found |= _commanded(given, named, snapshot)
        if not given and first in snapshot.functions.scripts:
            found |= snapshot.functions.scripts[first]
        elif not found and module:
            found.add(f"{module}.{function}")
    return found


def _commanded(given: list[str], modules: list[str], snapshot: Snapshot) -> set[str]:
    """Return what the words after a program's name start, wherever the package declares them."""
    declared = snapshot.functions.commands
    found = {
        used for name in modules for word in given for used in declared.get(name, {}).get(word, ())
    }
    if found or not given:
        return found
    packages = {name.partition(".")[0] for name in modules if name}
    return {
        used
        for name, commands in declared.items()
        if name.partition(".")[0] in packages
        for used in commands.get(given[0], ())
    }


def _declared(snapshot: Snapshot) -> dict[str, str]:
    """Return the console scripts of pyproject.toml."""
    project = mapping((snapshot.environment.pyproject.value or {}).get("project"))
    return {name: text(target) for name, target in mapping(project.get("scripts")).items()}
