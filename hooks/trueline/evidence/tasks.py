"""What a name such as `poe test`, `make test` or `nox -s tests` stands for, one level deep."""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
from dataclasses import dataclass, field

from .document import mapping, sequence, text
from .python import walk
from .shell import Command, commands

_NOX_VERBS: dict[str, tuple[str, ...]] = {"run": (), "install": ("pip", "install")}
_TARGETS = re.compile(r"[A-Za-z0-9_.\-/ ]+")


@dataclass(frozen=True)
class Tasks:
    """The commands behind the names of each task runner, as `(runner, name) -> commands`."""

    known: dict[tuple[str, str], tuple[Command, ...]] = field(default_factory=dict)

    def resolve(self, command: Command) -> tuple[Command, ...]:
        """Return what `command` runs: itself, or the commands of the task it names."""
        if command.name not in ("poe", "make", "nox", "tox", "mise"):
            return (command,)
        names = self._names(command)
        found = [c for name in names for c in self.known.get((command.name, name), ())]
        return tuple(c.ignoring(command.swallowed) for c in found) or (command,)

    def _names(self, command: Command) -> list[str]:
        if command.name == "make" and command.has("-n", "--dry-run", "-i", "--ignore-errors", "-k"):
            return []
        plain = [word for word in command.words[1:] if not word.startswith("-") and "=" not in word]
        known = [name for runner, name in self.known if runner == command.name]
        match command.name:
            case "poe":
                return plain[:1]  # the rest is handed to the task
            case "mise":
                # `mise run test`, `mise r test`, `mise tasks run test` or `mise test`.
                return [name for name in plain if name not in ("tasks", "run", "r")][:1]
            case "tox":
                # The plain [testenv] stands for every environment without a section of its own.
                return [name if name in known else "" for name in plain] or known
            case "make":
                return plain or known[:1]
        return plain or known


def poe(pyproject: dict[str, object]) -> dict[tuple[str, str], tuple[Command, ...]]:
    """Return the tasks of `[tool.poe.tasks]`; a sequence takes in the tasks that it names."""
    declared = mapping(mapping(mapping(pyproject.get("tool")).get("poe")).get("tasks"))
    plain: dict[str, tuple[Command, ...]] = {}
    for _ in range(2):  # the second turn knows the tasks that a sequence names
        for name, task in declared.items():
            plain[name] = _poe_task(task, plain, None)
    return {("poe", name): found for name, found in plain.items()}


def _poe_task(
    task: object, known: dict[str, tuple[Command, ...]], ignored: str | None
) -> tuple[Command, ...]:
    if isinstance(task, str):
        return tuple(c.ignoring(ignored) for c in commands(task))
    if isinstance(task, list):
        return tuple(c for item in task for c in _poe_item(item, known, ignored))
    parts = mapping(task)
    if parts.get("ignore_fail"):
        ignored = "poe's ignore_fail ignores its failure"
    if "sequence" in parts:
        return tuple(
            c for item in sequence(parts["sequence"]) for c in _poe_item(item, known, ignored)
        )
    body = text(parts.get("cmd")) or text(parts.get("shell"))
    if body:
        return tuple(c.ignoring(ignored) for c in commands(body))
    if "ref" in parts:
        return _poe_item(parts["ref"], known, ignored)
    script = text(parts.get("script"))
    return (Command((script.partition(":")[0],), ignored),) if script else ()


def _poe_item(
    item: object, known: dict[str, tuple[Command, ...]], ignored: str | None
) -> tuple[Command, ...]:
    if not isinstance(item, str):
        return _poe_task(item, known, ignored)
    # In a sequence a bare text names another task.
    return tuple(c.ignoring(ignored) for c in known.get(item.split(" ")[0], ())) or tuple(
        c.ignoring(ignored) for c in commands(item)
    )


_MISE_RUN = re.compile(r"\s*mise\s+(?:tasks\s+)?(?:run\s+|r\s+)?([\w:./-]+)\s*")
_MISE_MOST = 200  # commands behind one name


def mise(content: str) -> dict[tuple[str, str], tuple[Command, ...]]:
    """Return the tasks of a mise.toml, each with the commands of those that it needs or runs."""
    try:
        declared = mapping(mapping(tomllib.loads(content)).get("tasks"))
    except (ValueError, RecursionError):
        return {}
    bodies = {
        name: task if isinstance(task, dict) else {"run": task} for name, task in declared.items()
    }
    names = {text(body.get("alias")): name for name, body in bodies.items()} | {
        n: n for n in bodies
    }
    known: dict[str, tuple[Command, ...]] = dict.fromkeys(bodies, ())
    for _ in range(3):  # a task runs one that runs one; further on nobody follows
        known = {name: _mise_task(body, names, known) for name, body in bodies.items()}
    return {("mise", name): known[real] for name, real in names.items() if name}


def _mise_task(
    body: dict[str, object], names: dict[str, str], known: dict[str, tuple[Command, ...]]
) -> tuple[Command, ...]:
    needed, run = body.get("depends"), body.get("run")
    found = [
        command
        for name in ([needed] if isinstance(needed, str) else sequence(needed))
        for command in known.get(names.get(text(name), ""), ())
    ]
    for line in [run] if isinstance(run, str) else sequence(run):
        other = _MISE_RUN.fullmatch(text(line))
        named = names.get(other[1]) if other else None
        found += known[named] if named else commands(text(line))
    return tuple(found[:_MISE_MOST])


def make(makefile: str) -> dict[tuple[str, str], tuple[Command, ...]]:
    """Return the recipes of a Makefile; a line that starts with `-` has its failure ignored."""
    recipes: dict[str, list[Command]] = {}
    targets: list[str] = []
    for line in re.sub(r"\\\r?\n", " ", makefile).splitlines():
        if line.startswith("\t"):
            recipe = line.strip()
            ignored = (
                "make's `-` ignores its failure" if recipe[:2].strip("@").startswith("-") else None
            )
            # To a shell `$(NAME)` would be a command, to make it is a variable.
            recipe = re.sub(r"\$\((\w+)\)", r"$\1", recipe.lstrip("@-+"))
            for target in targets:
                recipes[target].extend(c.ignoring(ignored) for c in commands(recipe))
        elif (
            _TARGETS.fullmatch(head := line.partition(":")[0]) and ":" in line and ":=" not in line
        ):
            targets = head.split()
            for target in targets:
                recipes.setdefault(target, [])
    return {("make", target): tuple(found) for target, found in recipes.items()}


def nox(noxfile: str) -> dict[tuple[str, str], tuple[Command, ...]]:
    """Return the `session.run(...)` commands of each function of a noxfile, read by AST.

    What `session.install(...)` installs into the session's own environment is a `pip install`.
    """
    try:
        tree = ast.parse(noxfile)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[tuple[str, str], tuple[Command, ...]] = {}
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        calls = [
            node
            for node in walk(function)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("run", "install")
        ]
        words = [
            _NOX_VERBS[getattr(call.func, "attr", "run")]
            + tuple(
                a.value
                for a in call.args
                if isinstance(a, ast.Constant) and isinstance(a.value, str)
            )
            for call in calls
        ]
        lines = ["\n".join(" ".join(part) for part in words if part)]
        found["nox", _session(function)] = tuple(c for line in lines for c in commands(line))
    return found


def _session(function: ast.FunctionDef) -> str:
    """Return the name that a session is asked for by: its decorator may give it another one."""
    for decorator in function.decorator_list:
        for given in decorator.keywords if isinstance(decorator, ast.Call) else ():
            value = given.value
            if given.arg == "name" and isinstance(value, ast.Constant):
                return str(value.value)
    return function.name


def tox(ini: str) -> dict[tuple[str, str], tuple[Command, ...]]:
    """Return the commands of tox.ini's environments; the plain `testenv` stands for all of them."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(ini)
        return {
            ("tox", section.partition(":")[2]): commands(
                parser.get(section, "commands", fallback="")
            )
            for section in parser.sections()
            if section.startswith("testenv")
        }
    except configparser.Error:
        return {}
