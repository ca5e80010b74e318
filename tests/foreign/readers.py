"""How each kind of file is reduced to its structure; every reduction of a reduction is the same.

That last property is what lets a rebuilt repository be compared with the facts it was made from.
"""

import ast
import configparser
import json
import re
import tomllib
import warnings
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import yaml

from tests.foreign import python_code

TEXT = "text"  # stands for a string that is prose
PULL_REQUEST = re.compile(r"\(#\d+\)|^Merge pull request #\d+")
# Keys whose strings are commands, are kept as they stand, are words for a reader.
COMMANDS = re.compile(
    r"run|(before_|after_)?script|cmd|commands?|entry|entrypoint|bash|powershell|pwsh|inlineScript"
    r"|args|arguments|addopts|tasks|scripts"
)
KEPT = re.compile(
    r"(dev-|optional-)?dependencies|dependency-groups|requires|pip|install_requires"
    r"|additional_dependencies|if|condition|cron|when|runs-on|needs"
)
PROSE = re.compile(r"description|help|displayName|message|reason|email|authors|maintainers")
MOST_KEYS, MOST_ITEMS, MOST_LINES = 200, 60, 400
# A person's address is nobody's business here; `git@host` and `action@version` are none.
ADDRESS = re.compile(r"\b(?!git@)[\w.+-]+@[\w-]+\.(com|org|edu|io|ai|net)\b")
NOT_READABLE = (
    *(yaml.YAMLError, configparser.Error, ValueError, SyntaxError, RecursionError),
    *(AttributeError, TypeError, KeyError),  # it parses, and is not what its name says
)
LICENCES = {
    "Apache-2.0": r"Apache License",
    "AGPL-3.0": r"GNU AFFERO GENERAL PUBLIC LICENSE",
    "GPL": r"GNU GENERAL PUBLIC LICENSE",
    "MIT": r"MIT License|Permission is hereby granted, free of charge",
    "BSD": r"BSD \d-Clause|Redistribution and use in source and binary forms",
    "CC": r"Creative Commons|CC BY",
}
ATTRIBUTES = r"\s+(source|version|required_version|cidr_blocks|encrypted)\s*=\s*(\S+)$"


class Yaml(yaml.SafeLoader):
    """YAML as a forge reads it: `on` is a word, a date is a word, an unknown tag is looked past."""


class YamlOut(yaml.SafeDumper):
    """Writes what `Yaml` reads, so that `on:` stands there without quotes as people write it."""


for _class in (Yaml, YamlOut):
    _class.yaml_implicit_resolvers = {
        first: [(t, r) for t, r in pairs if not t.endswith(("bool", "timestamp"))]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    _class.add_implicit_resolver(
        "tag:yaml.org,2002:bool",
        re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"),
        list("tTfF"),
    )


def _unknown(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else TEXT


def _block(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


Yaml.add_multi_constructor("", _unknown)
YamlOut.add_representer(str, _block)


def kind(path: str) -> str:
    """The name of the reader for this path; empty for a file of which only the name counts."""
    name, suffix = PurePosixPath(path).name, PurePosixPath(path).suffix.lower()
    low = name.lower()
    by_name = {
        "lock": low in ("uv.lock", "poetry.lock", "pdm.lock"),
        "licence": low.startswith(("license", "licence", "copying")) and suffix != ".py",
        "docker": low.startswith(("dockerfile", "containerfile")) or suffix == ".dockerfile",
        "make": low in ("makefile", "justfile") or suffix in (".mk", ".just"),
        "lines": low
        in (".gitignore", ".dockerignore", ".dvcignore", "codeowners", ".python-version")
        or (suffix == ".txt" and ("requirement" in path.lower() or "constraint" in low)),
        "ini": low in ("setup.cfg", ".flake8", ".coveragerc")
        or suffix == ".ini"
        or path == ".dvc/config",
        "data": low in ("mlproject", "pipfile", "dvc.lock"),
    }
    by_suffix = {
        ".py": "python",
        ".md": "markdown",
        ".ipynb": "notebook",
        ".tf": "terraform",
        ".sh": "shell",
    }
    by_suffix |= dict.fromkeys((".yml", ".yaml", ".toml", ".json", ".dvc"), "data")
    return next((k for k, yes in by_name.items() if yes), by_suffix.get(suffix, ""))


def read(path: str, text: str) -> Any:
    """The structure of one file, or None for one that does not parse."""
    text = ADDRESS.sub("someone@example.org", text)
    by_kind: dict[str, Callable[[], Any]] = {
        "data": lambda: reduced(load(path, text)),
        "lock": lambda: locked(tomllib.loads(text)),
        "licence": lambda: licence(text),
        "docker": lambda: dockerfile(text),
        "make": lambda: makefile(text),
        "lines": lambda: plain(text),
        "ini": lambda: ini(text),
        "python": lambda: python_code.python(ast.parse(text)),
        "markdown": lambda: markdown(text),
        "notebook": lambda: python_code.notebook(json.loads(text)),
        "terraform": lambda: terraform(text),
        "shell": lambda: words(text, lines=20).splitlines(),
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old escapes in foreign code are not ours to report
            return by_kind[kind(path)]()
    except NOT_READABLE:
        return None


def words(text: str, lines: int = 8, most: int = 12) -> str:
    """Command lines cut to their first words; what is said to a reader (`echo`) is left out."""
    out: list[str] = []
    for line in re.sub(r"\\\n", " ", text).splitlines():
        parts = line.split()
        if not parts or parts[0].startswith("#"):
            continue
        lead = re.match(r"[@+-]*", parts[0])
        if parts[0][lead.end() if lead else 0 :] in ("echo", "printf", "Write-Host"):
            parts = [parts[0], TEXT, *([">>", parts[-1]] if ">>" in parts[1:-1] else [])]
        # `|| true` at the end of a long line decides whether a step can fail at all.
        if len(parts) > most and re.search(r"\|\| (true|:|exit 0)", " ".join(parts[most - 2 :])):
            parts = [*parts[: most - 2], "||", "true"]
        short = " ".join(part[:100] for part in parts[:most])
        for quote in "\"'":
            short = short.replace(quote, "") if short.count(quote) % 2 else short
        out.append(" ".join(short.split()))
    return "\n".join([line for line in out if line][:lines])


def reduced(node: Any, mode: str = "", key: Any = "") -> Any:
    """A settings tree with its keys and short values; prose becomes one word, commands their words."""
    modes = {"words": COMMANDS, "keep": KEPT, "prose": PROSE, "": re.compile("name")}
    mode = next((m for m, keys in modes.items() if keys.fullmatch(str(key))), mode)
    if isinstance(node, dict):
        # Below a command's own table (`script: {cmd: …}`) the mode holds on; elsewhere keys set it.
        return {k: reduced(v, mode, k) for k, v in list(node.items())[:MOST_KEYS]}
    if isinstance(node, list):
        return [reduced(v, mode) for v in node[:MOST_ITEMS]]
    if node is None or isinstance(node, (bool, int, float)):
        return node
    value = str(node)
    if mode == "words":
        return words(value)
    if mode == "prose":
        return TEXT
    if mode == "keep" or not re.search(r"\s", value) or re.fullmatch(r"\$\{\{[^{}]*\}\}", value):
        return value[:120].strip()
    return TEXT


def load(path: str, text: str) -> Any:
    if path.endswith((".toml", "Pipfile")):
        return tomllib.loads(text)
    if path.endswith(".json"):
        return json.loads(text)
    documents = list(yaml.load_all(text, Loader=Yaml))  # a subclass of the safe loader
    # Several documents in one file (Kubernetes) are kept apart by this key.
    return documents[0] if len(documents) == 1 else {"--- documents": documents}


def locked(lock: dict[str, Any]) -> list[str]:
    return [f"{p['name']}=={p.get('version', '')}" for p in lock.get("package", [])]


def licence(text: str) -> str:
    return next((n for n, sign in LICENCES.items() if re.search(sign, text[:1500])), "other")


def plain(text: str) -> list[str]:
    """Lines without comments; a hash in a requirements file says only that it is there."""
    lines = (
        re.sub(r"(^|\s)#.*", "", line).strip() for line in re.sub(r"\\\n", " ", text).splitlines()
    )
    hashed = (re.sub(r"(\s*--hash=\S+)+", " --hash=sha256:0", line) for line in lines if line)
    return [" ".join(line.split())[:160] for line in hashed][:MOST_LINES]


def dockerfile(text: str) -> list[str]:
    """Each instruction with its first words."""
    kept = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    lines = words("\n".join(kept), lines=MOST_LINES).splitlines()
    return [line for line in lines if re.match(r"[A-Za-z]+ ", line)]


def makefile(text: str) -> list[str]:
    """Variables, targets with what they need, and below each the words of its commands."""
    out: list[str] = []
    for line in re.sub(r"\\\n", " ", text).splitlines():
        short = words(line)
        if line[:1].isspace() and short and out:
            out.append("\t" + short)
        elif re.match(r"[\w.$({%@-][^#]*:|\w+\s*[?:+]?=|(-?include|import|set)\s", line) and short:
            out.append(short)
    return out[:MOST_LINES]


def ini(text: str) -> dict[str, dict[str, str | None]]:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.read_string(text)
    return {
        section: {
            k: TEXT if PROSE.fullmatch(k) else v and words(v, lines=MOST_ITEMS)
            for k, v in parser.items(section)
        }
        for section in parser.sections()
    }


def terraform(text: str) -> list[str]:
    """Block headers with type and name, and the few attributes that pin a source or open a port."""
    out: list[str] = []
    for line in text.splitlines():
        header = re.match(r'(\w+(?:\s+"[^"]+")*)\s*\{', line)
        attribute = re.match(ATTRIBUTES, line)
        if header:
            out += (["}"] if out else []) + [" ".join(header[1].split()) + " {"]
        elif attribute and out:
            out.append(f"  {attribute[1]} = {attribute[2]}")
    return [*out, "}"] if out else out


def markdown(text: str) -> list[list[Any]]:
    """Headings in order, each with the number of words below it and the languages of its blocks."""
    rows: list[list[Any]] = [["", 0]]
    fence = ""
    for line in text.splitlines():
        mark = re.match(r"\s*(```+|~~~+)\s*\{?(\w*)", line)
        if fence or mark:
            if mark and not fence:
                fence = mark[1][:3]
                rows[-1].append(mark[2])
            elif mark and mark[1].startswith(fence) and line.strip() == mark[1]:
                fence = ""
        elif re.match(r"#{1,6}\s+\S", line):
            hashes, title = line.split(None, 1)
            rows.append([f"{hashes} {' '.join(title.split())[:80].strip()}", 0])
        else:
            rows[-1][1] += len(line.split())
    return rows
