"""Rules of this repository that a reader could forget."""

from __future__ import annotations

import io
import re
import subprocess
import tokenize
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
_TABLES = ("expected.yaml", "hostile.yaml", "relies.yaml", "tests.yaml")
_CODE = {".py", ".jinja", ".yml", ".yaml", ".toml", ".sh"}


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_a_file_can_be_read_in_one_sitting() -> None:
    code = [f for f in _tracked() if f.suffix in _CODE and "lock" not in f.name]
    assert len(code) > 40
    long = {
        str(f.relative_to(ROOT)): lines
        for f in code
        if (lines := len(f.read_text().splitlines())) > 300
        # The catalogue and the tables of expected outcomes are data, one row a case.
        and f.parent.name != "maturity" and f.name not in _TABLES
    }  # fmt: skip
    assert not long


def test_machines_share_nothing_but_packages() -> None:
    """Live tests reach the outside through `fresh_machine` only: no HOME, no fixed path of ours."""
    forbidden = re.compile(
        r"Path\.home\(|expanduser|gettempdir|mkdtemp|[\"']/tmp|os\.environ\[[\"']HOME"
    )
    tests = [f for lane in ("live", "update") for f in (ROOT / "tests" / lane).rglob("*.py")]
    assert tests
    assert {
        f.name: found.group() for f in tests if (found := forbidden.search(f.read_text()))
    } == {}


def test_no_test_looks_away() -> None:
    """Nothing is skipped, expected to fail, asserted emptily, or waits for a fixed time."""
    weak = re.compile(r"pytest\.(mark\.)?(skip|xfail|importorskip)|assert True\b|[^.]\bsleep\(\d")
    tests = [*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "template" / "tests").rglob("test_*")]
    assert len(tests) > 10
    this = Path(__file__)
    found = {f.name: hit.group() for f in tests if f != this and (hit := weak.search(_code(f)))}
    assert found == {}


def _code(path: Path) -> str:
    """Return a test's source; of Python without its texts, which may hold the code of a fake."""
    source = path.read_text()
    if path.suffix != ".py":
        return source
    lines = source.splitlines(keepends=True)
    strings = (tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING))
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(source).readline))):
        if token.type in strings:
            (first, start), (last, end) = token.start, token.end
            lines[first - 1 : last] = [lines[first - 1][:start] + '""' + lines[last - 1][end:]]
    return "".join(lines)


def test_actions_are_pinned_by_commit() -> None:
    workflows = [
        f for f in _tracked() if "workflows" in f.parts and f.suffix in (".yml", ".jinja", ".yaml")
    ]
    uses = [use for f in workflows for use in re.findall(r"uses:\s*(\S+)(.*)", f.read_text())]
    assert uses
    for action, comment in uses:
        if not action.startswith("./"):
            assert re.search(r"@[0-9a-f]{40}$", action), action
            assert re.search(r"# v\d+\.\d+\.\d+", comment), f"{action} does not name its release"


def test_the_template_needs_no_trust() -> None:
    copier_yml = yaml.safe_load((ROOT / "copier.yml").read_text())
    assert not {"_tasks", "_jinja_extensions", "_external_data", "_secret_questions"} & set(
        copier_yml
    )
    questions = {k: v for k, v in copier_yml.items() if not k.startswith("_")}
    assert all("default" in spec for spec in questions.values())
    for migration in copier_yml.get("_migrations", []):
        assert "version" in migration, "an undated migration would ask for trust on every update"


@pytest.mark.slow
def test_the_wheel_carries_the_template(tmp_path: Path) -> None:
    subprocess.run(
        ["uv", "build", "-q", "--wheel", "--out-dir", str(tmp_path), str(ROOT)], check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert wheel.name.startswith(f"trueline-{version}-")
    inside = set(zipfile.ZipFile(wheel).namelist())
    for path in _tracked("template", "copier.yml", "hooks/migrations"):
        assert f"trueline/_template/{path.relative_to(ROOT)}" in inside
    for path in _tracked("hooks/trueline/starters"):
        assert path.relative_to(ROOT / "hooks").as_posix() in inside
