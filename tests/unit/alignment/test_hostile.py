"""Hostile answers, sources and targets: each refused in one line, each beside one that passes."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from trueline import cli

_TABLE = yaml.safe_load(Path(__file__).with_name("hostile.yaml").read_text())
ROWS: list[dict[str, Any]] = _TABLE["rows"]


def _ways(row: dict[str, Any]) -> list[str]:
    return [row["via"]] if "via" in row else ["flag", "file"] if "answers" in row else ["args"]


CASES = [
    # The second way of the same answer is left to the long lane.
    pytest.param(row, way, id=f"{row['id']}-{way}", marks=[pytest.mark.long] if number else [])
    for row in ROWS
    for number, way in enumerate(_ways(row))
]


@dataclass
class Said:
    """What a run said and how it ended."""

    code: int
    out: str
    err: str


class Place:
    """An empty folder that a project is to appear in, as a row of the table describes it."""

    def __init__(self, root: Path, row: dict[str, Any]) -> None:
        self.parent = root / "parent"
        self.dest: Path | str = self.parent / "project"
        self.sentinel = root / "sentinel"
        self.parent.mkdir()
        words = row.get("target", "")
        note = "note.txt" if "note.txt" in words else ".env"
        match row["id"]:
            case "target-not-empty" | "target-hidden-file":
                self._write(self.dest / note)
            case "target-in-repo":
                _git("init", "-q", cwd=self.parent)
                _git("commit", "-q", "--allow-empty", "-m", "one", cwd=self.parent)
            case "target-deep-in-repo":
                _git("init", "-q", cwd=self.parent)
                self.dest = self.parent / "one" / "project"
                self.dest.mkdir(parents=True)
            case "target-file":
                self.dest.write_text("mine")
            case "target-link":
                self._write(self.parent / "elsewhere" / note)
                self.dest.symlink_to(self.parent / "elsewhere")
            case "target-dangling-link":
                self.dest.symlink_to(self.parent / "nowhere")
            case "target-root":
                self.dest = "/"
            case "target-empty-name":
                self.dest = ""
            case "ok-empty-target":
                self.dest.mkdir()
            case "ok-space-in-target":
                self.dest = self.parent / "my project"
            case other:
                assert not words, f"the row {other} describes a target that no code makes"
        self.before = self.state()

    @staticmethod
    def _write(file: Path) -> None:
        file.parent.mkdir(parents=True)
        file.write_text("mine")

    def state(self) -> dict[str, str]:
        """Everything below the parent: names, kinds and contents."""
        return {
            str(path.relative_to(self.parent)): f"{path.lstat().st_mode:o} "
            + (hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
            for path in self.parent.rglob("*")
        }

    @property
    def project(self) -> Path:
        assert isinstance(self.dest, Path)
        return self.dest


def _git(*args: str, cwd: Path) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *who, *args], cwd=cwd, check=True, capture_output=True)


def _arguments(row: dict[str, Any], way: str, root: Path, source: str, place: Place) -> list[str]:
    """Build what stands behind `new`, from a row and the way its answers are handed over."""
    given: list[str] = []
    if way == "flag":
        for name, value in row["answers"].items():
            plain = value if isinstance(value, str) else yaml.safe_dump(
                value, default_flow_style=True
            ).removesuffix("...\n").strip()  # fmt: skip
            given += ["-d", f"{name}={plain}"]
    elif way == "file" or "data_file" in row:
        file = root / "answers.yaml"
        text = row.get("data_file") or yaml.safe_dump(row["answers"], allow_unicode=True)
        file.write_bytes(text.replace("SENTINEL", str(place.sentinel)).encode())
        given += ["--data-file", str(file)]
    for argument in row.get("args", []):
        if argument == "an empty folder":
            argument = str(root / "empty")
            Path(argument).mkdir()
        given.append(argument.replace("SENTINEL", str(place.sentinel)))
    if not any(argument.startswith("--from") for argument in given):
        given += ["--from", source]
    return given if "--defaults" in given else [*given, "--defaults"]


def _new(arguments: list[str], capfd: pytest.CaptureFixture[str], cwd: Path) -> Said:
    """Run `trueline new` as its entry point does, in this process."""
    here = Path.cwd()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["trueline", "new", *arguments])
        patch.setattr(sys, "stdin", io.StringIO())  # no terminal
        patch.chdir(cwd)
        with pytest.raises(SystemExit) as ended:
            cli.main()
    assert Path.cwd() == here
    out, err = capfd.readouterr()
    return Said(int(ended.value.code or 0), out, err)


@pytest.mark.parametrize(("row", "way"), CASES)
def test_new_refuses_or_accepts(
    row: dict[str, Any],
    way: str,
    template_repo: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    record_property: Callable[[str, object], None],
) -> None:
    place = Place(tmp_path, row)
    source = f"git+file://{template_repo}"
    arguments = _arguments(row, way, tmp_path, source, place)
    started = time.monotonic()
    said = _new([*arguments, "--", str(place.dest)], capfd, tmp_path)
    assert time.monotonic() - started < (5 if row["id"] == "file-bomb" else 10)
    record_property("message", said.err.strip())
    assert said.out == ""
    assert not place.sentinel.exists()
    assert "s3cret" not in said.err
    if row["expect"] == "refused" and not (row.get("or_harmless") and said.code == 0):
        assert said.code == 2, said.err
        _one_line(said.err, str(row["names"]).replace("DEST", str(place.dest)))
        assert place.state() == place.before
    else:
        assert said.code == 0, said.err
        _sound(place.project, row)


def _one_line(err: str, names: str) -> None:
    assert err.endswith("\n") and err.count("\n") == 1, err
    assert err.rstrip("\n").isprintable(), repr(err)
    assert err.startswith("trueline: ") and names in err, (names, err)


def _sound(project: Path, row: dict[str, Any]) -> None:
    """Every file parses, and the answers stand where a reader of the project finds them."""
    for file in project.rglob("*"):
        match file.suffix:
            case ".yaml" | ".yml":
                list(yaml.safe_load_all(file.read_text()))
            case ".toml":
                tomllib.loads(file.read_text())
            case ".py":
                compile(file.read_text(), str(file), "exec")
    recorded = yaml.safe_load((project / ".copier-answers.yml").read_text())
    answers = {**row.get("answers", {}), **row.get("derived", {})}
    assert {name: recorded.get(name) for name in answers} == answers
    if "package_name" in answers:
        assert (project / "src" / answers["package_name"] / "__init__.py").is_file()
    if "description" in answers:
        metadata = tomllib.loads((project / "pyproject.toml").read_text())["project"]
        assert metadata["description"] == answers["description"]
        assert answers["description"] in (project / "README.md").read_text()


_ALSO = [row for row in ROWS if row.get("copier") == "also"]
# Copier by itself starts a process for each row: every third now, the others in the long lane.
ALSO = [
    pytest.param(row, id=row["id"], marks=[pytest.mark.long] if number % 3 else [])
    for number, row in enumerate(_ALSO)
]


@pytest.mark.slow
@pytest.mark.parametrize("row", ALSO)
def test_copier_itself_says_the_same(
    row: dict[str, Any], template_repo: Path, tmp_path: Path
) -> None:
    place = Place(tmp_path, row)
    source = f"git+file://{template_repo}"
    given = _arguments(row, "flag", tmp_path, source, place)
    given = given[: given.index("--from")]
    done = subprocess.run(
        [sys.executable, "-m", "copier", "copy", "--defaults", "--vcs-ref", "main", *given,
         source, str(place.dest)],
        text=True, capture_output=True, stdin=subprocess.DEVNULL, check=False,
        env={**os.environ, "COPIER_CACHE_DIR": str(tmp_path / "cache"), "NO_COLOR": "1"},
    )  # fmt: skip
    if row["expect"] == "refused":
        assert done.returncode != 0
        last = done.stderr.rstrip("\n").rsplit("\n", 1)[-1]
        assert row["names"] in last, done.stderr[-2000:]
        assert place.state() == place.before
    else:
        assert done.returncode == 0, done.stderr
        _sound(place.project, row)


def test_the_table_holds_both_sides() -> None:
    expected = {row["expect"] for row in ROWS}
    assert expected == {"refused", "accepted"}
    for row in ROWS:
        assert row["expect"] == "accepted" or "names" in row
    for field in ("package", "project", "description", "owner", "license", "practices", "target"):
        for expect in ("refused", "accepted"):
            assert any(field in row["id"] and row["expect"] == expect for row in ROWS), (
                f"{field} is never {expect}"
            )
