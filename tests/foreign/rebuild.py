"""A real git repository with the structure that a facts file states, and with filler for the rest."""

import configparser
import io
import json
import os
import subprocess
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import tomlkit
import yaml

from tests.foreign import readers

MOST_COMMITS = 40
# Distinct plain words, so that a count of different words is not that of one word repeated.
FILLER_LINES = (
    "the section here stands for other words that were counted and then left out so only their "
    "number is known to us while each of these plain terms fills one place in a line of some page"
)
FILLER = FILLER_LINES.split()
BROKEN = {".py": "def def\n", ".ipynb": "{", ".json": "{", ".toml": "= =\n"}
LICENCE_LINES = {
    "MIT": "MIT License",
    "Apache-2.0": "Apache License",
    "AGPL-3.0": "GNU AFFERO GENERAL PUBLIC LICENSE",
    "GPL": "GNU GENERAL PUBLIC LICENSE",
    "BSD": "BSD 3-Clause License",
    "CC": "Creative Commons",
}


def load(path: Path) -> dict[str, Any]:
    # The parser in C reads a long file ten times as fast; both read the same.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    facts: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return facts


def rebuild(facts: dict[str, Any], into: Path) -> Path:
    """Write the files, then the history; `into` must not exist yet."""
    into.mkdir(parents=True)
    inside = {p: f for group in facts["contents"].values() for p, f in group.items()}
    paths = dict(facts["files"]["listed"])
    for pattern, count in facts["files"]["rest"].items():
        folder, _, suffix = pattern.rpartition("/*")
        paths |= {f"{folder}/other_{n}{suffix}".lstrip("/"): 1 for n in range(count)}
    for path, size in paths.items():
        target = into / path
        if not target.resolve().is_relative_to(into.resolve()) or ".git" in Path(path).parts:
            raise ValueError(f"a path that leaves the repository: {path}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text_of(path, size, inside), encoding="utf-8")
    commit_all(into, facts, sorted(paths))
    return into


def text_of(path: str, size: int | None, inside: dict[str, Any]) -> str:
    suffix, kind = PurePosixPath(path).suffix.lower(), readers.kind(path)
    if size == 0:
        return ""
    if path not in inside:
        return neutral(suffix)
    facts = inside[path]
    if facts is None:  # the original does not parse either
        return BROKEN.get(suffix, "[section\n" if kind == "ini" else "{% text %}\n")
    if kind in ("lines", "make", "docker", "terraform", "shell"):
        return "".join(f"{line}\n" for line in facts) or "# text\n"
    writers = {
        "data": lambda: write_data(path, facts),
        "ini": lambda: write_ini(facts),
        "lock": lambda: "".join(package(line) for line in facts),
        "licence": lambda: LICENCE_LINES.get(facts, "All terms are elsewhere") + "\n",
        "markdown": lambda: markdown(facts),
        "notebook": lambda: notebook(facts),
        "python": lambda: python(facts),
    }
    # Not empty, as the original is not: it may hold nothing but comments.
    return writers[kind]() or "# text\n"


def write_data(path: str, facts: Any) -> str:
    """The same tree again in the file's own language."""
    if path.endswith((".toml", "Pipfile")):
        return tomlkit.dumps(facts)
    if path.endswith(".json"):
        return json.dumps(facts, indent=1) + "\n"
    documents = (
        facts["--- documents"] if isinstance(facts, dict) and "--- documents" in facts else [facts]
    )
    text: str = yaml.dump_all(
        documents, Dumper=readers.YamlOut, sort_keys=False, allow_unicode=True, width=1000
    )
    return text


def write_ini(facts: dict[str, dict[str, str | None]]) -> str:
    parser, out = configparser.RawConfigParser(allow_no_value=True), io.StringIO()
    parser.read_dict(facts)
    parser.write(out)
    return out.getvalue()


def neutral(suffix: str) -> str:
    """One line that says nothing and that the language of the file accepts."""
    lines = {
        ".json": "{}\n",
        ".ipynb": '{"cells": []}\n',
        ".csv": "a,b\n",
        ".html": "<p>text</p>\n",
    }
    hashed = (".py", ".yml", ".yaml", ".toml", ".sh", ".tf", ".cfg", ".ini", ".txt", "")
    return lines.get(suffix, "# text\n" if suffix in hashed else "text\n")


def package(line: str) -> str:
    name, _, version = line.partition("==")
    return f'[[package]]\nname = "{name}"\nversion = "{version}"\n\n'


def fill(count: int) -> str:
    """That many words, twelve on a line."""
    words = [FILLER[n % len(FILLER)] for n in range(count)]
    return "".join(" ".join(words[at : at + 12]) + "\n" for at in range(0, count, 12))


def markdown(rows: list[list[Any]]) -> str:
    out = []
    for title, count, *fences in rows:
        out.append(f"{title}\n\n" if title else "")
        out.append(fill(count))
        out += [f"\n```{language}\ntext\n```\n" for language in fences]
        out.append("\n")
    return "".join(out)


def notebook(facts: dict[str, Any]) -> str:
    """The imports stand in the first code cell; outputs in as many cells as had some."""
    cells: list[dict[str, Any]] = []
    for number in range(facts["code"]):
        source = "\n".join(facts["imports"]) if number == 0 else "value"
        printed = {"output_type": "stream", "name": "stdout", "text": ["text\n"]}
        outputs = [printed] if number < facts["with_outputs"] else []
        cells.append({"cell_type": "code", "source": [source], "outputs": outputs, "metadata": {}})
    cells += [{"cell_type": "markdown", "source": ["text"], "metadata": {}}] * facts["other"]
    return json.dumps(
        {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1
    )


def python(facts: dict[str, Any]) -> str:
    # A file without any of this still held code: it must not become an empty one.
    lines = ['"""A filler line for this module."""'] * facts["doc"]
    lines += [*facts["imports"], "", "value = expected = None"]
    for fact in facts["names"]:
        lines += ["", "", *definition(fact)]
    lines += facts.get("uses", [])
    return "\n".join(lines) + "\n"


def definition(fact: dict[str, Any]) -> list[str]:
    """One function or class with its decorators, and what the flags say about its body."""
    word = next(w for w in ("def", "async def", "class") if w in fact)
    decorators = fact.get("decorators", [])
    lines = [f"@{text}" for text in decorators]
    bases = ", ".join(fact.get("bases", []))
    if word == "class":
        lines.append(f"class {fact[word]}({bases}):" if bases else f"class {fact[word]}:")
    else:
        lines.append(f"{word} {fact[word]}(*args, **kwargs):")
    body = ['"""Filler words for this object."""'] * fact["doc"]
    # A skip that no decorator shows was a call in the body; the same for one that it would repeat.
    if fact.get("skips") and not any(s in d for d in decorators for s in ("skip", "xfail")):
        body.append("pytest.skip()")
    body += ["assert value == expected"] * fact.get("asserts", False)
    body += fact.get("uses", [])
    for inner in fact.get("inside", []):
        body += definition(inner)
    return lines + [f"    {line}" for line in body or ["pass"]]


def git(root: Path, *args: str, **env: str) -> None:
    # Settings and hooks of the user who runs this must not change what is made.
    fixed = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    command = ["git", "-C", str(root), *args]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | fixed | env)


def commit_all(root: Path, facts: dict[str, Any], paths: list[str]) -> None:
    """The files in equal parts over the commits, the dates evenly between first and last."""
    numbers = facts["commits"]
    count = max(1, min(numbers["count"], MOST_COMMITS))
    first, last = (datetime.fromisoformat(numbers[k]) for k in ("first", "last"))
    requests = numbers["pull_requests_in_last_30"]
    tags = list(reversed(facts["tags"]))
    git(root, "init", "-q", "-b", facts["default_branch"])
    listed = root / ".git" / "paths"
    for n in range(count):
        part = paths[n * len(paths) // count : (n + 1) * len(paths) // count]
        if part:
            listed.write_bytes("\0".join(part).encode())
            # What the ignore file names may well be tracked all the same. Paths are no patterns.
            git(root, "--literal-pathspecs", "add", "-f", "--pathspec-file-nul",
                f"--pathspec-from-file={listed}")  # fmt: skip
        share = timedelta(0) if count == 1 else (last - first) * (n / (count - 1))
        when = numbers["last"] if n == count - 1 else (first + share).isoformat(timespec="seconds")
        author = n % min(numbers["authors"], count) + 1
        who = {"NAME": f"Author {author}", "EMAIL": f"author{author}@example.org", "DATE": when}
        env = {f"GIT_{role}_{key}": v for role in ("AUTHOR", "COMMITTER") for key, v in who.items()}
        subject = f"Change {n + 1}" + (f" (#{n + 1})" if n >= count - requests else "")
        git(root, "commit", "-q", "--allow-empty", "-m", subject, **env)
        # The newest tags stand on the newest commits, in the order in which they were made.
        for tag in tags[n * len(tags) // count : (n + 1) * len(tags) // count]:
            git(root, "tag", tag)
    listed.unlink(missing_ok=True)
