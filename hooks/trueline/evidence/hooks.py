"""The pre-commit configuration: what each hook looks for, whether it can act, whether its version
is held.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .document import Document, mapping, sequence, text
from .files import WorkTree
from .shell import commands

# Kind -> programs or hook ids that do it. A local hook is known by what it runs, never by its id.
KINDS: dict[str, frozenset[str]] = {
    "lint": frozenset({"ruff", "ruff-check", "flake8", "pylint"}),
    "format": frozenset({"ruff-format", "black", "yapf", "ruff format"}),
    "types": frozenset({"mypy", "pyright", "basedpyright", "ty", "pyrefly", "dmypy"}),
    "secrets": frozenset(
        {
            "detect-secrets",
            "detect-secrets-hook",
            "gitleaks",
            "detect-private-key",
            "trufflehog",
            "detect-aws-credentials",
            "ripsecrets",
        }
    ),
    "notebook output": frozenset({"nbstripout", "nb-clean", "jupyter-nb-clear-output"}),
    "large files": frozenset({"check-added-large-files"}),
}
_MOVING = re.compile(
    r"^(main|master|head|latest|stable|dev|develop|trunk|release|next|)$", re.IGNORECASE
)
_NOTHING = (".*", "^.*$", "", ".", "^")


@dataclass(frozen=True)
class Hooks:
    """What the configuration enforces: kind -> line; and what it only seems to."""

    kinds: dict[str, int]
    moving: tuple[str, ...]  # "repository at revision" for each that is not held
    idle: tuple[str, ...]  # hooks that never act, with the reason
    ids: frozenset[str] = frozenset()  # foreign hooks by id, own ones by the programs they run


def read(tree: WorkTree) -> Document[Hooks]:
    """Read .pre-commit-config.yaml."""
    document = tree.yaml(".pre-commit-config.yaml")
    if document.value is None:
        return Document(document.path, None, document.problem)
    return Document(document.path, parse(document.value))


def parse(content: object) -> Hooks:
    """Return what a configuration enforces."""
    body = mapping(content)
    kinds: dict[str, int] = {}
    moving: list[str] = []
    idle: list[str] = []
    ids: set[str] = set()
    everything = text(body.get("exclude")) in _NOTHING and "exclude" in body
    default_stages = [text(stage) for stage in sequence(body.get("default_stages"))]
    for item in sequence(body.get("repos")):
        repository = mapping(item)
        name = text(repository.get("repo"))
        rev = text(repository.get("rev"))
        if name not in ("local", "meta", "builtin") and _MOVING.match(rev):
            moving.append(f"{name} at {rev or 'no rev'}")
        for entry in sequence(repository.get("hooks")):
            hook = mapping(entry)
            reason = (
                "the configuration excludes every file"
                if everything
                else _idle(hook, default_stages)
            )
            if reason:
                idle.append(f"{text(hook.get('id'))}: {reason}")
                continue
            acting = _names(hook, local=name == "local")
            ids |= acting
            for kind, known in KINDS.items():
                if acting & known:
                    kinds.setdefault(kind, getattr(entry, "line", 0))
    return Hooks(kinds, tuple(moving), tuple(idle), frozenset(ids))


def _names(hook: dict[str, object], *, local: bool) -> set[str]:
    entry = text(hook.get("entry"))
    names = {text(hook.get("id"))} if not (local or entry) else set()
    for command in commands(entry):
        if command.swallowed or command.has("--exit-zero", "--help", "--version"):
            continue
        names.add(command.name)
        if command.words[:2] == ("ruff", "format"):
            names = (names - {"ruff"}) | {"ruff format"}
    return names


def _idle(hook: dict[str, object], default_stages: list[str]) -> str | None:
    stages = [text(stage) for stage in sequence(hook.get("stages"))] or default_stages
    if stages and not {"pre-commit", "commit", "pre-push", "push"} & set(stages):
        return f"it runs only at stage {', '.join(stages)}"
    if "exclude" in hook and text(hook.get("exclude")) in _NOTHING:
        return "it excludes every file"
    if "files" in hook and text(hook.get("files")) in ("^$", "$^"):
        return "it takes no file"
    if "--exit-zero" in [text(word) for word in sequence(hook.get("args"))]:
        return "its findings never fail"
    return None
