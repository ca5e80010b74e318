"""`trueline align`: each file beside its own template version, and what of it is a finding."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import small_template
from trueline.alignment import align, new
from trueline.errors import BadInput, CannotTell

WORKFLOW = ".github/workflows/ci.yml"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_template.build(tmp_path_factory.mktemp("small") / "template")


@pytest.fixture(scope="module")
def made(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new.make(str(tmp_path_factory.mktemp("made") / "project"), str(template), "v0.1.0")


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "project"))


def _rows(told: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    return {path: (row["state"], row["finding"]) for path, row in told["files"].items()}


def _waive(project: Path, **fields: object) -> None:
    lines = [f"    {name}: {value}\n" for name, value in fields.items()]
    text = f"waivers:\n  - id: align:{WORKFLOW}\n{''.join(lines)}"
    (project / "maturity.yaml").write_text(text)


def test_a_fresh_project_is_aligned(project: Path) -> None:
    told = align.run(project)
    assert told["findings"] == 0
    assert told["version"] == "v0.1.0"
    assert {state for state, _ in _rows(told).values()} == {"aligned", "seed"}
    assert _rows(told)["README.md"] == ("seed", False)
    assert _rows(told)["src/small/data/source.py"] == ("seed", False)
    assert len(told["files"]) == 13


def test_each_state(project: Path) -> None:
    (project / "src/small/model/train.py").write_text("mine\n")
    (project / "Dockerfile").unlink()
    (project / "README.md").write_text("# Mine\n")
    (project / "params.yaml").unlink()
    (project / "src/small/legacy.py").write_text("<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n")
    (project / "src/small/data/source.py").write_text("<<<<<<< a\n=======\n>>>>>>> b\n")
    (project / "tests/test_page.py.rej").write_text("@@\n")
    told = align.run(project)
    rows = _rows(told)
    assert rows["src/small/model/train.py"] == ("edited", False)
    assert rows["Dockerfile"] == ("missing", False)
    assert rows["README.md"] == ("seed", False)
    assert rows["params.yaml"] == ("seed", False)
    for conflict in ("src/small/legacy.py", "src/small/data/source.py", "tests/test_page.py"):
        assert rows[conflict] == ("conflict", True)
    assert told["findings"] == 3


@pytest.mark.parametrize(
    "content",
    ["<<<<<<< a\n", "=======\n>>>>>>> b\n<<<<<<< a\n", "a table\n=======\n", "x <<<<<<< y"],
)
def test_what_only_looks_like_a_marker_is_an_edit(project: Path, content: str) -> None:
    (project / "Dockerfile").write_text(content)
    assert _rows(align.run(project))["Dockerfile"] == ("edited", False)


def test_windows_line_ends_are_no_edit(project: Path) -> None:
    file = project / "src/small/model/train.py"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert _rows(align.run(project))["src/small/model/train.py"] == ("aligned", False)


@pytest.mark.parametrize("change", ["edited", "missing"])
def test_an_owned_file_needs_a_waiver(project: Path, change: str) -> None:
    if change == "edited":
        (project / WORKFLOW).write_text("name: mine\n")
    else:
        (project / WORKFLOW).unlink()
    assert _rows(align.run(project))[WORKFLOW] == (change, True)
    tomorrow = date.today() + timedelta(days=1)
    _waive(project, reason="our forge", owner='"@acme/ml"', expires=tomorrow)
    assert _rows(align.run(project))[WORKFLOW] == (change, False)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"reason": "r", "owner": "o", "expires": date.today() - timedelta(days=1)}, "expired"),
        ({"reason": "r", "owner": "o", "expires": "soon"}, "no date"),
        ({"reason": "r", "owner": "o"}, "no expires"),
        ({"owner": "o", "expires": date.today()}, "no reason"),
        ({"reason": "r", "expires": date.today()}, "no owner"),
    ],
)
def test_a_waiver_that_is_none_does_not_count(
    project: Path, fields: dict[str, object], why: str
) -> None:
    (project / WORKFLOW).write_text("name: mine\n")
    _waive(project, **fields)
    row = align.run(project)["files"][WORKFLOW]
    assert row["finding"]
    assert why in row["detail"]


def test_a_waiver_does_not_cover_a_conflict(project: Path) -> None:
    (project / WORKFLOW).write_text("<<<<<<< a\n=======\n>>>>>>> b\n")
    _waive(project, reason="r", owner="o", expires=date.today())
    assert _rows(align.run(project))[WORKFLOW] == ("conflict", True)


def test_outdated_is_a_finding_only_when_asked(template: Path, project: Path) -> None:
    assert align.run(project)["newer"] == "v0.2.0"
    assert align.run(project)["findings"] == 0
    assert align.run(project, outdated=True)["findings"] == 1
    current = new.make(str(project.with_name("current")), str(template), "v0.2.0")
    told = align.run(current, outdated=True)
    assert (told["findings"], told["newer"]) == (0, None)


def test_out_of_reach_it_cannot_tell(project: Path, template: Path) -> None:
    answers = project / ".copier-answers.yml"
    answers.write_text(answers.read_text().replace(str(template), "/nowhere/template"))
    with pytest.raises(CannotTell, match="/nowhere/template"):
        align.run(project)


def test_the_bundled_template_stands_in_for_its_own_version(
    template: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trueline.alignment import origin

    bundled = tmp_path / "bundled"
    shutil.copytree(template / "template", bundled / "template")
    shutil.copy(template / "copier.yml", bundled)
    monkeypatch.setattr(origin, "bundled", lambda: bundled)
    fresh = new.make(str(tmp_path / "fresh"), str(template), "v0.2.0")
    for folder, version in ((fresh, "0.2.0"), (project, "0.3.0")):
        monkeypatch.setattr(origin, "version", lambda version=version: version)
        answers = folder / ".copier-answers.yml"
        answers.write_text(answers.read_text().replace(str(template), "/nowhere/template"))
        if folder is fresh:
            told = align.run(folder)
            # The answers name another source now; every other file is as the template made it.
            assert [p for p, (state, _) in _rows(told).items() if state == "edited"] == []
            assert told["newer"] is None
            with pytest.raises(CannotTell, match="newer"):
                align.run(folder, outdated=True)
        else:
            with pytest.raises(CannotTell, match=r"0\.3\.0"):
                align.run(folder)


@pytest.mark.parametrize("path", [".copier-answers.yml", "maturity.yaml", WORKFLOW, "params.yaml"])
@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_what_is_no_regular_file_hangs_nothing(
    project: Path, path: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody writes into the pipe, so whoever opens it in the plain way waits for ever."""
    file = project / path
    file.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(file)
    else:
        monkeypatch.chdir(file.parent)  # the address of a socket may not be long
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(file.name)
    done = subprocess.run(
        [sys.executable, "-m", "trueline.cli", "align", str(project)],
        capture_output=True, text=True, check=False, timeout=20,
    )  # fmt: skip
    if path.startswith((".copier", "maturity")):
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert path in done.stderr and "not a regular file" in done.stderr
    else:  # the template has a file here, the project none: a finding where the file is owned
        assert (done.returncode, done.stderr) == (1 if path == WORKFLOW else 0, "")


def _bomb() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for name, last in zip("bcdefgh", "abcdefg", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{last}'] * 9)}]")
    return "\n".join(lines) + "\n"


HOSTILE = {
    "dash": "_src_path: --upload-pack=touch x\n_commit: v0.1.0\n",
    "helper": '_src_path: "ext::sh -c touch% SENTINEL"\n_commit: v0.1.0\n',
    "git-helper": '_src_path: "git+ext::sh -c touch% SENTINEL"\n_commit: v0.1.0\n',
    "git-dash": '_src_path: "git+--upload-pack=touch SENTINEL"\n_commit: v0.1.0\n',
    "commit-dash": "_src_path: TEMPLATE\n_commit: --exec=touch SENTINEL\n",
    "commit-number": "_src_path: TEMPLATE\n_commit: 12\n",
    "newline": '_src_path: "a\\nb"\n_commit: v0.1.0\n',
    "list": "- _src_path\n",
    "text": "hello\n",
    "empty": "",
    "not-yaml": "a: [\n",
    "binary": "\0\1",
    "no-source": "_commit: v0.1.0\n",
    "no-version": "_src_path: TEMPLATE\n",
    "bomb": _bomb(),
    "deep": "[" * 3000,
    "large": "a: " + "x" * 200_000,
    "tag": "_src_path: !!python/object/apply:os.system [touch SENTINEL]\n_commit: v0.1.0\n",
    "answer": "_src_path: TEMPLATE\n_commit: v0.1.0\npackage_name: ../../x\n",
    "unknown": "_src_path: TEMPLATE\n_commit: v0.1.0\nphase: unheard\n",
    "kind": "_src_path: TEMPLATE\n_commit: v0.1.0\nphase: {a: 1}\n",
    "password": "_src_path: https://ada:s3cret@git.acme.org/t.git\n_commit: v0.1.0\n",
    "token": "_src_path: git+https://s3cret@git.acme.org/t\n_commit: v0.1.0\n",
    "token-line": '_src_path: "https://s3cret@git.acme.org/t\\n"\n_commit: v0.1.0\n',
    "token-dash": "_src_path: -https://s3cret@git.acme.org/t\n_commit: v0.1.0\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answers_file_is_refused(
    name: str, template: Path, project: Path, tmp_path: Path
) -> None:
    sentinel = tmp_path / "sentinel"
    text = HOSTILE[name].replace("TEMPLATE", str(template)).replace("SENTINEL", str(sentinel))
    (project / ".copier-answers.yml").write_bytes(text.encode())
    started = time.monotonic()
    with pytest.raises(BadInput) as refused:
        align.run(project)
    assert time.monotonic() - started < 5
    assert str(refused.value).isprintable()
    assert "s3cret" not in str(refused.value)
    assert not sentinel.exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda project: (project / ".copier-answers.yml").unlink(),
        lambda project: (project / "maturity.yaml").write_text("waivers: 1\n"),
        lambda project: (project / "maturity.yaml").write_text("waivers: [x]\n"),
        lambda project: (project / "maturity.yaml").write_text("a: [\n"),
        shutil.rmtree,
    ],
    ids=["no-answers", "waivers-no-list", "waiver-no-mapping", "maturity-no-yaml", "no-folder"],
)
def test_no_project_is_bad_input(project: Path, spoil: Callable[[Path], object]) -> None:
    spoil(project)
    with pytest.raises(BadInput):
        align.run(project)
