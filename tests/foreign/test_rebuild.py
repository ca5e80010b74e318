"""A rebuilt repository gives the facts that it was built from.

Not equal, because a rebuilt repository cannot have them: the commit and the sizes of files (only
empty or not is kept), the number of commits and authors above forty, dates between first and last,
the order of tags that fall on one commit, and how many tags there were beyond thirty.
"""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.foreign import extract as facts_of
from tests.foreign.extract import dump, extract, git, shorten
from tests.foreign.readers import read, words
from tests.foreign.rebuild import MOST_COMMITS, python, rebuild

# Facts files are made where the test runs: what they say about others' repositories is not ours.

INVENTED = {
    ".github/workflows/ci.yml": """
name: A long name in words
on:
  pull_request:
    paths: [src/**, "!docs/**"]
  push: {branches: [main]}
permissions: {contents: read}
jobs:
  test:
    runs-on: ubuntu-latest
    strategy: {matrix: {python: ["3.10", 3.11]}}
    steps:
      - uses: actions/checkout@v4
        with: {fetch-depth: 0}
      - name: Some words for the reader
        if: github.event_name != 'fork' && always()
        continue-on-error: true
        run: |
          # a comment
          echo "a sentence that nobody needs" >> $GITHUB_OUTPUT
          uv run pytest -q --one --two --three --four --five --six --seven --eight --nine || true
  off: {needs: [test], if: false, uses: ./.github/workflows/other.yml}
""",
    ".gitlab-ci.yml": "test:\n  script:\n    - !reference [.base, script]\n    - pytest -q\n  only: [merge_requests]\n",
    "pyproject.toml": """
[project]
name = "invented"
description = "Words that must not travel"
authors = [{ name = "A Person", email = "person@example.org" }]
dependencies = ["pandas >=2, <3", "mlflow~=3.1"]
scripts = { invented = "invented.cli:main" }
[tool.poe.tasks]
test = "pytest -q"
lint = { cmd = "ruff check .", help = "Words about it" }
[tool.pytest.ini_options]
addopts = "-ra --strict-markers"
""",
    "setup.cfg": "[options]\ninstall_requires =\n  numpy>=1\n  pandas\n[tool:pytest]\naddopts = -ra\n",
    "requirements.txt": "numpy==1.26.0 \\\n  --hash=sha256:abc \\\n  --hash=sha256:def\n# note\nrich  # why\n-r other.txt\n",
    "uv.lock": 'version = 1\n[[package]]\nname = "pandas"\nversion = "2.2.0"\n',
    "Makefile": "PY := python\n.PHONY: test\ntest: lint\n\t@$(PY) -m pytest\n\t@echo a sentence\nlint:\n\truff check .\n",
    "Dockerfile": '# words\nFROM python:3.12-slim AS base\nRUN pip install \\\n  --no-cache-dir .\nUSER app\nCMD ["python", "-m", "app"]\n',
    "infra/main.tf": 'resource "aws_s3_bucket" "data" {\n  bucket = "name"\n}\nmodule "net" {\n  source = "./net"\n}\n',
    "dvc.yaml": "stages:\n  train:\n    cmd: python -m invented train\n    deps: [data]\n    metrics:\n      - m.json: {cache: false}\n",
    "k8s/all.yaml": "kind: Service\n---\nkind: Deployment\nstarted: 2020-01-01\n",
    "template/{{name}}.yml": "a: {{ name }}\n{% if b %}\n",
    ".pre-commit-config.yaml": "repos:\n- repo: https://example.org/hooks\n  rev: v1\n  hooks: [{id: ruff, args: [--fix]}]\n",
    ".gitignore": "# words\n*.log\n/data/\n",
    "data/kept.log": "a line\n",
    ".github/CODEOWNERS": "* @org/team a.person@example.com # words\n",
    "LICENSE": "MIT License\n\nwords\n",
    "README.md": "Words before.\n\n# Title here\n\none two three\n\n```bash\n# no heading\n```\n## Next\n- four\n",
    "empty/__init__.py": "",
    "src/invented/app.py": '''
from __future__ import annotations
import mlflow as m
from fastapi import FastAPI as F

def make():
    """Words."""
    app = F()
    @app.get("/health", tags=["a", "b c"], summary="Words here")
    async def health(): return 1
    def hidden(): return 2
    return app

class Model(m.pyfunc.PythonModel):
    @property
    def size(self): return 1
    def _private(self): return 1
''',
    "src/invented/old.py": 'print "an older language"\n',
    "tests/test_app.py": """
import pytest
@pytest.mark.skip(reason="words and words")
def test_later(): assert 1
def test_now():
    from invented import app
    if not app: pytest.skip("words")
    with pytest.raises(ValueError): app.make()
def test_nothing(): pass
class TestGroup:
    @pytest.mark.parametrize("x", [1, 2])
    def test_inside(self, x): assert x
""",
    "notebooks/look.ipynb": '{"cells": [{"cell_type": "code", "source": ["%matplotlib inline\\n", "import pandas as pd"], "outputs": [{"a": 1}]}, {"cell_type": "markdown", "source": ["# Words"]}]}',
}


@pytest.fixture
def invented(tmp_path: Path) -> dict[str, Any]:
    root = tmp_path / "invented"
    for path, text in INVENTED.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    ours = ["-c", "user.name=A Person", "-c", "user.email=person@example.org"]
    git_dir = root
    subprocess.run(["git", "init", "-q", "-b", "trunk", str(root)], check=True)
    git(git_dir, "add", "-f", ".")
    git(git_dir, *ours, "commit", "-qm", "A message")
    git(git_dir, "tag", "v0.1.0")
    git(git_dir, *ours, "commit", "-qm", "Another (#12)", "--allow-empty")
    return extract(git_dir, "owner/invented")


def comparable(facts: dict[str, Any]) -> dict[str, Any]:
    """What must be equal on both sides."""
    commits = dict(facts["commits"])
    commits["count"] = min(commits["count"], MOST_COMMITS)
    commits["authors"] = min(commits["authors"], commits["count"])
    own = {k: facts[k] for k in ("date", "licence", "default_branch", "contents")}
    sizes = {path: size != 0 for path, size in facts["files"]["listed"].items()}
    return own | {"commits": commits, "tags": sorted(facts["tags"]), "files": sizes}


def again(facts: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    return extract(rebuild(facts, tmp_path / "rebuilt"), "owner/invented")


def test_the_facts_of_a_rebuilt_repository_are_those_it_was_built_from(
    invented: dict[str, Any], tmp_path: Path
) -> None:
    assert comparable(again(invented, tmp_path)) == comparable(invented)


def test_the_facts_say_what_a_checker_asks(invented: dict[str, Any]) -> None:
    inside = invented["contents"]
    workflow = inside["data"][".github/workflows/ci.yml"]
    step = workflow["jobs"]["test"]["steps"][1]
    assert workflow["on"]["pull_request"] == {"paths": ["src/**", "!docs/**"]}
    assert step["continue-on-error"] is True and step["if"].startswith("github.event_name")
    assert step["run"].splitlines()[0] == "echo text >> $GITHUB_OUTPUT"
    assert step["run"].endswith("|| true")
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == ["3.10", 3.11]
    assert inside["data"]["pyproject.toml"]["project"]["dependencies"][0] == "pandas >=2, <3"
    assert inside["lines"]["requirements.txt"] == [
        "numpy==1.26.0 --hash=sha256:0",
        "rich",
        "-r other.txt",
    ]
    assert inside["python"]["src/invented/old.py"] is None
    app = inside["python"]["src/invented/app.py"]["names"]
    assert app[0]["inside"][0]["decorators"] == ["app.get('/health', tags=['a'])"]
    assert [
        n.get("asserts", False) for n in inside["python"]["tests/test_app.py"]["names"][:3]
    ] == [True, True, False]
    assert inside["markdown"]["README.md"] == [["", 2], ["# Title here", 3, "bash"], ["## Next", 2]]
    assert inside["notebook"]["notebooks/look.ipynb"]["with_outputs"] == 1


def test_no_prose_and_no_person_travels(invented: dict[str, Any]) -> None:
    text = dump(invented).lower()
    for told in ("words", "sentence", "person", "a message"):
        assert told not in text.replace("title here", "")


def test_a_workflow_is_written_as_people_write_it(invented: dict[str, Any], tmp_path: Path) -> None:
    root = rebuild(invented, tmp_path / "rebuilt")
    lines = (root / ".github/workflows/ci.yml").read_text(encoding="utf-8").splitlines()
    assert "on:" in lines  # quoted, it would hide the trap that `on` is a truth value to YAML 1.1


def test_a_path_that_leaves_the_repository_is_refused(
    invented: dict[str, Any], tmp_path: Path
) -> None:
    for path in ("../outside.txt", ".git/hooks/post-commit"):
        invented["files"]["listed"] = {path: 3}
        with pytest.raises(ValueError, match="leaves the repository"):
            rebuild(invented, tmp_path / path.replace("/", "-"))


def test_facts_that_are_too_long_lose_settings_before_tests(invented: dict[str, Any]) -> None:
    many = {f"deep/conf/{n}.yaml": {"key": "x" * 1000} for n in range(200)}
    invented["contents"]["data"] |= many
    left_out = shorten(invented)
    assert left_out and all(path.startswith("deep/") for path in left_out)
    assert len(dump(invented).encode()) <= 151_000


def test_files_beyond_the_most_are_counted_by_folder_and_suffix(
    invented: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts_of, "MOST_FILES", 15)
    root = rebuild(invented, tmp_path / "whole")
    short = extract(root, "owner/invented")
    assert len(short["files"]["listed"]) == 15
    assert short["files"]["rest"]["data/*.log"] == 1
    made = rebuild(short, tmp_path / "short")
    assert len(facts_of.tree(made)) == len(facts_of.tree(root)) == len(INVENTED)


def test_a_file_that_the_snapshot_lacks_has_no_size(
    invented: dict[str, Any], tmp_path: Path
) -> None:
    root = rebuild(invented, tmp_path / "rebuilt")
    lost = git(root, "rev-parse", "HEAD:Makefile").decode().strip()
    (root / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    facts = extract(root, "owner/invented")
    assert facts["files"]["listed"]["Makefile"] is None
    assert "make" not in facts["contents"]
    assert (rebuild(facts, tmp_path / "again") / "Makefile").stat().st_size > 0


@pytest.mark.parametrize("line", ["a 'b", 'a "b c', "x " * 30, "a \\\n b", "@echo it's here"])
def test_words_of_words_are_the_same(line: str) -> None:
    assert words(words(line)) == words(line)


def test_what_code_uses_travels_by_name() -> None:
    code = (
        "import a.b as c\nfrom d import e as f\n\ndef one(x):\n    return f(c.g(x).h, 'words').i()\n\n"
        "class Two(f):\n    def _own(self):\n        return one(self.x)\n"
    )
    facts = read("x.py", code)
    one, two = facts["names"]
    assert one["uses"] == ["a.b.g()", "e()", "value.i()"]
    assert two["uses"] == ["one()"]
    assert read("x.py", python(facts)) == facts
    assert "words" not in python(facts)


def test_what_does_not_parse_is_none() -> None:
    assert read("a.yaml", "{% text %}\n") is None
    assert read("a.py", "def def\n") is None
    assert read("tox.ini", "[section\n") is None
