"""The environments: their settings (conf/environments) and their infrastructure, side by side."""

from __future__ import annotations

import configparser
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from . import hcl
from .document import Document, mapping
from .files import WorkTree
from .hcl import Block
from .infra import Infrastructure

SETTINGS = "conf/environments"
MOST = 40  # environments

_STACK = re.compile(r"(?P<parent>(?:.*/)?(?:environments|envs?|live|stages))/(?P<name>[^/]+)/[^/]+")
_VALUES = re.compile(
    r"(?P<parent>(?:.*/)?(?:environments|envs?|live|stages))/(?P<name>[^/.]+)\.tfvars"
)
# Where the state lies and who asks for it belongs to one environment alone.
_OWN = ("backend", "cloud", "provider", "terraform")


@dataclass(frozen=True)
class Stack:
    """The infrastructure of one environment: what it calls and defines, and its values."""

    name: str
    path: str
    calls: Mapping[str, Mapping[str, str]]  # module -> argument -> expression
    blocks: frozenset[tuple[str, ...]]  # everything else that it declares, by type and labels
    values: Mapping[str, str]  # variable -> expression
    problem: str = ""


@dataclass(frozen=True)
class Environments:
    """What is known of each environment by its name."""

    settings: Mapping[str, Document[dict[str, object]]] = field(default_factory=dict)
    stacks: tuple[Stack, ...] = ()
    differences: Document[tuple[str, ...]] = field(default_factory=lambda: Document("ALLOWED_DIFF"))
    remote: str = ""  # where DVC keeps data unless a setting says otherwise


def read(tree: WorkTree, infra: Infrastructure) -> Environments:
    """Read settings and infrastructure of every environment."""
    files = [path for path in tree.below(SETTINGS, ".yaml", ".yml") if path.count("/") == 2]
    settings: dict[str, Document[dict[str, object]]] = {}
    for path in files[:MOST]:
        document = tree.yaml(path)
        value = None if document.value is None else mapping(document.value)
        name = path.rpartition("/")[2].rpartition(".")[0]
        settings[name] = Document(path, value, document.problem)
    stacks, parent = _stacks(tree, infra)
    allowed = tree.parsed(f"{parent}/ALLOWED_DIFF", differences)
    return Environments(settings, tuple(stacks), allowed, _remote(tree))


def differences(content: str) -> tuple[str, ...]:
    """Return the variables that may differ between environments, one a line; `#` comments."""
    lines = [line.partition("#")[0].strip() for line in content.splitlines()]
    return tuple(line for line in lines if line)


def _stacks(tree: WorkTree, infra: Infrastructure) -> tuple[list[Stack], str]:
    """Return the environments of the folder that has most, and that folder."""
    found: dict[str, dict[str, list[str]]] = {}
    paths = [*infra.files.get("terraform", ()), *tree.matching("*.tfvars")]
    for path in paths:
        match = _STACK.fullmatch(path) or _VALUES.fullmatch(path)
        if match and (path.endswith(".tf") or not path.endswith(".example.tfvars")):
            found.setdefault(match["parent"], {}).setdefault(match["name"], []).append(path)
    if not found:
        return [], "infra/environments"
    parent = max(sorted(found), key=lambda folder: len(found[folder]))
    named = sorted(found[parent].items())[:MOST]
    return [_stack(tree, infra, name, f"{parent}/{name}", files) for name, files in named], parent


def _stack(
    tree: WorkTree, infra: Infrastructure, name: str, folder: str, files: list[str]
) -> Stack:
    broken = dict(infra.broken)
    problem = next((f"{path}: {broken[path]}" for path in files if path in broken), "")
    values: dict[str, str] = {}
    for path in files:
        if path.endswith(".tfvars"):
            document = tree.parsed(path, hcl.parse)
            values.update((document.value or Block()).attributes)
            problem = problem or (f"{path}: {document.problem}" if document.problem else "")
    calls: dict[str, Mapping[str, str]] = {}
    rest: set[tuple[str, ...]] = set()
    for _, block in infra.folders.get(folder, ()):
        if block.type == "module" and block.labels:
            calls[block.labels[0]] = {**block.attributes, "source": block.text("source")}
        elif block.type == "locals":
            # What stands in `locals` is a value like one of a .tfvars file.
            values.update(block.attributes)
        elif block.type not in _OWN:
            rest.add((block.type, *block.labels))
    return Stack(name, folder, calls, frozenset(rest), values, problem)


def _remote(tree: WorkTree) -> str:
    """Return the address of DVC's default remote; '' where there is none, or one on this disk."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(tree.text(".dvc/config").value or "")
        name = parser.get("core", "remote", fallback="")
        url = parser.get(f"'remote \"{name}\"'", "url", fallback="")
    except configparser.Error:
        return ""
    return url if "://" in url else ""
