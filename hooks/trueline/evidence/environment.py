"""What an environment is rebuilt from: pyproject.toml, its lock, the Dockerfile, the version of
Python.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache

from .document import Document, Malformed, mapping, sequence, text
from .files import LARGE_BYTES, WorkTree
from .shell import commands

DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_HEREDOC = re.compile(r"(?<!<)<<-?\s*[\"']?\w")
_PYTHON = re.compile(r"(?:^|/)python:(\d+\.\d+)|python(\d+\.\d+)")


@dataclass(frozen=True)
class Image:
    """One `FROM` of a Dockerfile that names a foreign image."""

    name: str
    line: int

    @property
    def pinned(self) -> bool:
        """True when a whole digest pins it."""
        return DIGEST.search(self.name) is not None


@dataclass(frozen=True)
class Dockerfile:
    """Foreign images, whether what it installs comes from the lock, and its Python versions."""

    images: tuple[Image, ...]
    locked: bool
    pythons: frozenset[str]
    user: str = ""  # as whom the last stage runs; empty: whoever its base image says


@dataclass(frozen=True)
class Environment:
    """All files an environment is rebuilt from."""

    pyproject: Document[dict[str, object]]
    direct: frozenset[str]  # names of the direct dependencies, normalised
    lock: Document[frozenset[str]]  # names of the locked packages, normalised
    stale: tuple[str, ...]  # direct dependencies whose requirement the lock does not repeat
    dockerfile: Document[Dockerfile]
    python: str  # major.minor of .python-version, or empty


def read(tree: WorkTree) -> Environment:
    """Read the files of the environment; packages are compared by name and requirement, not
    resolved.
    """
    pyproject = tree.parsed("pyproject.toml", toml)
    wanted = requirements(pyproject.value or {})
    source = tree.text("uv.lock", limit=LARGE_BYTES)
    lock = tree.convert(source, locked_names)
    repeated = root_requirements(source.value or "")
    stale = tuple(sorted(name for name in wanted if repeated is not None and name not in repeated))
    version = (
        (tree.text(".python-version").value or "")
        .strip()
        .removeprefix("cpython-")
        .removeprefix("python")
    )
    docker = tree.parsed("Dockerfile", dockerfile)
    return Environment(
        pyproject, frozenset(wanted), lock, stale, docker, ".".join(version.split(".")[:2])
    )


def toml(content: str) -> dict[str, object]:
    """Parse TOML; raises Malformed when it is none."""
    try:
        return _loaded(content)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise Malformed("not valid TOML") from error


@lru_cache(maxsize=4)
def _loaded(content: str) -> dict[str, object]:
    # Several readers ask the same pyproject.toml.
    return tomllib.loads(content)


def requirements(pyproject: dict[str, object]) -> set[str]:
    """Return the names of all direct dependencies: the project's, its extras' and its groups'."""
    project = mapping(pyproject.get("project"))
    lists = [
        project.get("dependencies"),
        *mapping(project.get("optional-dependencies")).values(),
        *mapping(pyproject.get("dependency-groups")).values(),
    ]
    texts = [item for found in lists for item in sequence(found) if isinstance(item, str)]
    names = [_NAME.match(item.strip()) for item in texts]
    return {normal(match.group()) for match in names if match}


def normal(name: str) -> str:
    """Return a package's name as PEP 503 normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked_names(lock: str) -> frozenset[str]:
    """Return the packages of a uv.lock.

    Read by line: a whole parse of a megabyte of TOML takes 0.3 s.
    """
    names = re.findall(
        r'^\[\[package\]\]\s*\nname = "([^"\n]+)"\s*\nversion = "[^"\n]+"', lock, re.MULTILINE
    )
    if not names or not re.search(r"^version = \d+", lock, re.MULTILINE):
        return frozenset()
    return frozenset(map(normal, names))


def root_requirements(lock: str) -> set[str] | None:
    """Return the requirements that the lock repeats of the project itself; None when it has no such
    part.
    """
    block = _root_block(lock)
    if block is None:
        return None
    try:
        package = mapping(sequence(tomllib.loads(block).get("package"))[0])
    except (ValueError, IndexError, RecursionError):
        return None
    metadata = mapping(package.get("metadata"))
    lists = [metadata.get("requires-dist"), *mapping(metadata.get("requires-dev")).values()]
    return {normal(text(mapping(item).get("name"))) for found in lists for item in sequence(found)}


def _root_block(lock: str) -> str | None:
    """Return the lock's own package, found by text search: the rest is a hundred times as long."""
    for kind in ("virtual", "editable", "directory"):
        at = lock.find(f'\nsource = {{ {kind} = "." }}')
        if at >= 0:
            start, end = lock.rfind("[[package]]", 0, at), lock.find("\n[[package]]", at)
            return lock[start : end if end >= 0 else None] if start >= 0 else None
    return None


def dockerfile(content: str) -> Dockerfile:
    """Read a Dockerfile's instructions; comments pin nothing and a stage's own name needs no
    digest.
    """
    images: list[Image] = []
    stages: set[str] = {"scratch"}
    arguments: dict[str, str] = {}
    installs: list[bool] = []
    pythons: set[str] = set()
    users: dict[str, str] = {}  # stage -> who runs it
    stage = user = ""
    for number, line in _instructions(content):
        keyword, _, rest = line.partition(" ")
        rest = re.sub(
            r"\$\{?(\w+)(?::-[^}]*)?\}?", lambda m: arguments.get(m[1], m[0]), rest.strip()
        )
        if keyword.upper() == "ARG":
            name, _, value = rest.partition("=")
            arguments[name] = value.strip("\"'")
        elif keyword.upper() == "FROM":
            words = [word for word in rest.split() if not word.startswith("--")]
            if words and words[0].lower() not in stages:
                images.append(Image(words[0], number))
            user = users.get(words[0].lower(), "") if words else ""
            stage = words[2].lower() if len(words) == 3 else ""
            if stage:
                stages.add(stage)
                users[stage] = user
        elif keyword.upper() == "USER":
            user = rest.split()[0] if rest.split() else ""
            users[stage] = user
        elif keyword.upper() == "COPY" and (match := re.match(r"(?:--\S+\s+)*?--from=(\S+)", rest)):
            if match[1].lower() not in stages and not match[1].isdigit():
                images.append(Image(match[1], number))
        elif keyword.upper() == "RUN":
            # What a here-document installs cannot be told.
            installs += [False] if _HEREDOC.search(rest) else _installs(rest)
    for image in images:
        pythons |= {a or b for a, b in _PYTHON.findall(image.name.partition("@")[0])}
    return Dockerfile(tuple(images), bool(installs) and all(installs), frozenset(pythons), user)


def _installs(script: str) -> list[bool]:
    """Tell for each command that installs Python packages whether it does so from the lock."""
    script = re.sub(r"^(--\w+=\S+\s+)+", "", script)
    found: list[bool] = []
    for command in commands(script):
        words = command.words
        if words[:2] == ("uv", "sync"):
            found.append(command.has("--frozen", "--locked") and not command.swallowed)
        elif words[:3] == ("uv", "pip", "install") or words[:2] in (
            ("pip", "install"),
            ("pip3", "install"),
        ):
            # `pip install uv` brings the installer; hashes are a lock of their own.
            tool_only = all(
                re.match(r"(-|uv(==|$))", word) for word in words[words.index("install") + 1 :]
            )
            if not tool_only:
                own = all(
                    word.startswith(("-", ".")) for word in words[words.index("install") + 1 :]
                )
                found.append(command.has("--require-hashes") or (own and command.has("--no-deps")))
        elif words[:2] in (("poetry", "install"), ("pdm", "install")):
            found.append(command.has("--frozen-lockfile", "--sync", "--no-update"))
    return found


def _instructions(content: str) -> list[tuple[int, str]]:
    """Return (line number, instruction) with continued lines joined and comments left out."""
    found: list[tuple[int, str]] = []
    start, parts = 0, []
    for number, raw in enumerate(content.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        start = start or number
        parts.append(line.removesuffix("\\").strip())
        if not line.endswith("\\"):
            found.append((start, " ".join(parts)))
            start, parts = 0, []
    return [*found, (start, " ".join(parts))] if parts else found
