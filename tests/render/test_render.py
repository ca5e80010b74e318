"""Every kind of project that the questions can describe is rendered and read."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from covering import DEFAULT, MAXIMUM, MINIMUM, name_of, rows
from rendering import files, render

ALL = [DEFAULT, MINIMUM, MAXIMUM, *rows()]
QUICK = ALL[:3]
# Every combination of three answers; too many for each `make test`.
TRIPLES = [row for row in rows(strength=3) if row not in ALL]
# The largest number of files a project may have, by what was asked for (decision 0010).
MOST_FILES = {"default": 130, "everything": 170}
# A GitHub expression and a Prometheus template look like Jinja and are meant to stay.
_STAYS = re.compile(r"\$\{\{.*?\}\}|\{\{ ?(\$|\.|printf|index)[^}]*\}\}")
_JINJA = re.compile(r"\{\{|\{%|\{#")


def _cases() -> list[Any]:
    quick = [pytest.param(a, id=f"extreme-{name_of(a)}") for a in QUICK]
    pairs = [pytest.param(a, id=f"pairs-{name_of(a)}", marks=pytest.mark.slow) for a in ALL[3:]]
    triples = [pytest.param(a, id=f"triples-{name_of(a)}", marks=pytest.mark.long) for a in TRIPLES]
    return [*quick, *pairs, *triples]


@pytest.mark.parametrize("answers", _cases())
def test_project_is_whole(template_repo: Path, tmp_path: Path, answers: dict[str, Any]) -> None:
    project = render(template_repo, tmp_path / "made", answers)
    found = files(project)
    assert len(found) > 30
    assert len(found) <= MOST_FILES["default" if answers == DEFAULT else "everything"]
    _no_jinja_left(project, found)
    _every_file_parses(project, found)
    _every_reference_resolves(project, found)
    _answers_are_recorded(project, answers)
    _lint(project)


def _no_jinja_left(project: Path, found: list[Path]) -> None:
    for path in found:
        assert not path.name.endswith(".jinja"), path
        assert not _JINJA.search(str(path)), path
        text = (project / path).read_text()
        left = _JINJA.search(_STAYS.sub("", text))
        assert not left, f"{path}: {text[left.start() - 40 : left.start() + 40]!r}" if left else ""
        assert len(text.splitlines()) <= 300, f"{path} is longer than 300 lines"


def _every_file_parses(project: Path, found: list[Path]) -> None:
    parsed = 0
    for path in found:
        text = (project / path).read_text()
        match path.suffix:
            case ".yml" | ".yaml":
                list(yaml.safe_load_all(text))
            case ".toml":
                tomllib.loads(text)
            case ".json" | ".ipynb":
                json.loads(text)
            case ".py":
                compile(text, str(path), "exec")
            case _:
                continue
        parsed += 1
    assert parsed > 20


def _every_reference_resolves(project: Path, found: list[Path]) -> None:
    """Relative links in Markdown lead somewhere; code in dvc.yaml exists."""
    links = 0
    for path in (p for p in found if p.suffix == ".md"):
        for target in re.findall(
            r"\]\((?!https?:|#|mailto:)([^)#\s]+)", (project / path).read_text()
        ):
            assert (project / path.parent / target).exists(), f"{path} links to {target}"
            links += 1
    assert links > 0
    stages = yaml.safe_load((project / "dvc.yaml").read_text())["stages"]
    assert list(stages)[:5] == ["ingest", "validate", "features", "train", "evaluate"]
    for name, stage in stages.items():
        for dep in stage.get("deps", []):
            if not dep.startswith(("data/", "models/", "reports/")):
                assert (project / dep).exists(), f"stage {name} depends on {dep}"


def _answers_are_recorded(project: Path, answers: dict[str, Any]) -> None:
    recorded = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert recorded["_src_path"].startswith("git+file://")
    assert recorded["_commit"]
    for name, value in answers.items():
        assert recorded[name] == value, name


def _lint(project: Path) -> None:
    for command in (["ruff", "check", "--no-cache"], ["ruff", "format", "--check", "--no-cache"]):
        done = subprocess.run([*command, "."], cwd=project, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.long
def test_the_source_depends_on_four_answers_only(template_repo: Path, tmp_path: Path) -> None:
    """Phase, task and serving, which the live lane runs, and personal data decide on the source."""
    seen: dict[tuple[str, ...], str] = {}
    for number, answers in enumerate(rows()):
        project = render(template_repo, tmp_path / str(number), answers)
        parts = [f for f in files(project) if f.parts[0] in ("src", "tests", "conf")]
        parts += [Path("dvc.yaml"), Path("params.yaml")]
        digest = hashlib.sha256(b"".join((project / f).read_bytes() for f in parts)).hexdigest()
        personal = str("personal_data" in answers.get("practices", []))
        key = (answers["phase"], answers["task"], answers.get("serving", ""), personal)
        assert seen.setdefault(key, digest) == digest, key
    assert len({key[:3] for key in seen}) == 8
