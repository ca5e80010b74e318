"""Values of the wrong kind in files of the right form: every statement still gets an outcome."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from trueline.evidence.moment import moment
from trueline.evidence.snapshot import collect
from trueline.maturity.score import Outcome, score
from unit.checker.building import NOW, Project, released

ODD: list[Any] = [
    None, True, False, 0, -1, 10**30, 1.5, -0.0, 1e308, float("inf"), float("nan"), "", " ", "x", "\n",
    "9" * 400, "2026-99-99", "2026-05-01", "9999-12-31T23:59:59+14:00", "0001-01-01", "../../etc/passwd",
    "/etc/passwd", "~", "\x00", "a:b:c", "::", "${{ x }}", "*", "[", "(?P<a", "src/churn", "HEAD", "-n", "é\u2028",
    [], [[]], [None], {}, {"": None}, {"a": {"b": []}}, [{"id": []}], ["a", 1, None],
]  # fmt: skip
SECONDS = 20  # for one score; what hangs takes for ever


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (container, key) of all values in a tree."""
    waiting = [node]
    while waiting:
        item = waiting.pop()
        keys = (
            list(item)
            if isinstance(item, dict)
            else range(len(item))
            if isinstance(item, list)
            else ()
        )
        for key in keys:
            yield item, key
            waiting.append(item[key])


def bent(body: Any, chance: random.Random) -> Any:
    """Put odd values in one to three places of a tree, or take a key out."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        found = list(places(body))
        if not found:
            return deepcopy(chance.choice(ODD))
        holder, key = chance.choice(found)
        if isinstance(holder, dict) and chance.random() < 0.15:
            holder.pop(key)
        else:
            holder[key] = deepcopy(chance.choice(ODD))
    return body


def bend(project: Project, chance: random.Random) -> None:
    """Bend a third of all data files, those in the work tree and those on branch `evidence`."""
    for path in sorted(project.root.rglob("*")):
        name = path.relative_to(project.root).as_posix()
        if (
            path.suffix not in (".yaml", ".yml", ".json")
            or name.startswith(".git/")
            or chance.random() < 0.66
        ):
            continue
        body = bent(yaml.safe_load(path.read_text("utf-8")), chance)
        text = json.dumps(body, default=str) if path.suffix == ".json" else yaml.safe_dump(body)
        path.write_text(text, "utf-8")
    for name, text in list(project.evidence.items()):
        if not name.endswith((".json", ".jsonl")) or chance.random() < 0.66:
            continue
        lines = [text] if name.endswith(".json") else text.splitlines()
        rows = [json.dumps(bent(json.loads(line), chance), default=str) for line in lines if line]
        project.evidence[name] = "\n".join(rows)


def scored(project: Project, seed: int) -> None:
    bend(project, random.Random(seed))
    started = time.perf_counter()
    result = project.result()
    assert time.perf_counter() - started < SECONDS
    assert {s.outcome for s in result.statements} <= set(Outcome)
    assert all(s.reason and "\x00" not in s.reason for s in result.statements)


@pytest.mark.parametrize("seed", range(8))
def test_odd_values_are_scored(project: Project, seed: int) -> None:
    scored(project, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8, 300))
def test_many_odd_values_are_scored(project: Project, seed: int) -> None:
    scored(project, seed)


def test_a_repository_that_wants_to_be_run_is_not(project: Project, tmp_path: Path) -> None:
    """Whatever a tool would run by itself leaves a mark; the checker leaves none."""
    mark = tmp_path / "ran"
    touch = f"import pathlib\npathlib.Path({str(mark)!r}).write_text('ran')\n"
    for path in ("sitecustomize.py", "usercustomize.py", "conftest.py", "tests/conftest.py", "setup.py",
                 "noxfile.py", "src/churn/__init__.py", "src/churn/serving/app.py", "yaml.py", "json.py",
                 "docs/conf.py", "tests/load/locustfile.py", "git.py", "tasks.py"):  # fmt: skip
        project.write(path, touch + (project.read(path) if (project.root / path).exists() else ""))
    project.write("Makefile", f"X := $(shell touch {mark})\ntest:\n\ttouch {mark}\n")
    project.write(".pth", f"import os; os.system('touch {mark}')\n")
    project.write("conf/odd.yaml", f"!!python/object/apply:os.system ['touch {mark}']\n")
    hook = f"#!/bin/sh\ntouch {mark}\n"
    for name in ("post-checkout", "pre-commit", "post-index-change", "fsmonitor-watchman"):
        project.write(f".git/hooks/{name}", hook)
        (project.root / f".git/hooks/{name}").chmod(0o755)
    program = project.root / "run.sh"
    project.write("run.sh", hook)
    program.chmod(0o755)
    project.commit("Wants to be run")
    mark.unlink(missing_ok=True)  # git's own hooks ran for the commit
    project.publish()
    for key in ("core.fsmonitor", "core.pager", "core.editor", "diff.external", "core.sshCommand",
                "diff.odd.textconv", "filter.odd.clean", "filter.odd.smudge", "filter.odd.process",
                "uploadpack.packObjectsHook", "credential.helper", "gpg.program", "core.askPass",
                "alias.log", "alias.ls-files"):  # fmt: skip
        project.git("config", key, f"!{program}" if key.startswith("alias") else str(program))
    project.write(".gitattributes", "* filter=odd diff=odd\n")
    mark.unlink(missing_ok=True)
    score(collect(project.root, now=NOW, texts=released()))
    assert not mark.exists()


@pytest.mark.parametrize(
    ("said", "known"),
    [("0001-01-01", False), ("0001-01-01T00:00:00+14:00", False), ("1899-12-31", False),
     ("1969-07-20", True), ("9999-12-31", True), (date(1, 1, 1), False), (date(9999, 12, 31), True)],
)  # fmt: skip
def test_a_day_before_there_were_computers_is_no_moment(said: object, known: bool) -> None:
    """Found by seed 11: to subtract a period from the year 1 is an overflow."""
    assert (moment(said) is not None) is known
