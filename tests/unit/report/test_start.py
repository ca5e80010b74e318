"""Documents are begun inside the repository, never over anything, all of a statement's or none."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from trueline.errors import BadInput
from trueline.evidence.project import Project as Answers
from trueline.guidance.begin import begin
from trueline.guidance.starters import FOLDER, Starter, index
from trueline.maturity.catalogue import load
from unit.checker.building import Project
from unit.report.running import refused, run

EVERYTHING = Answers("production", True, True, frozenset({"ab_testing", "feature_store", "kubernetes", "personal_data"}))  # fmt: skip
EXPLORATION = Answers("exploration", False, False)


@pytest.mark.parametrize("starter", index(), ids=lambda starter: starter.path)
def test_each_document_can_be_begun(starter: Starter, tmp_path: Path) -> None:
    begun = begin(starter.path, tmp_path, EVERYTHING)
    assert begun.written == (starter,)
    assert (tmp_path / starter.path).read_text("utf-8") == (FOLDER / starter.path).read_text(
        "utf-8"
    )
    assert starter.prompts >= 1
    with pytest.raises(BadInput, match=f"{starter.path} exists already"):
        begin(f"./{starter.path}", tmp_path, EVERYTHING)


def test_a_statement_begins_all_its_documents_but_those_that_stand(tmp_path: Path) -> None:
    (first, *others) = [s for s in index() if "1.2.1" in s.statements]
    assert others
    (tmp_path / first.path).parent.mkdir(parents=True)
    (tmp_path / first.path).write_text("mine")
    begun = begin("1.2.1", tmp_path, EVERYTHING)
    assert begun.standing == (first,)
    assert begun.written == tuple(others)
    assert (tmp_path / first.path).read_text() == "mine"
    with pytest.raises(BadInput, match="exists already"):
        begin("1.2.1", tmp_path, EVERYTHING)


@pytest.mark.parametrize(
    ("name", "answers", "said"),
    [
        ("docs/runbooks/access.md", EXPLORATION, "it comes with phase production"),
        ("docs/experiments/0001-first.yaml", Answers("production", True, True), "it comes with practice ab_testing"),
        ("docs/runbooks/security.md", Answers("production", False, True), "it comes with serving realtime or both"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(
    name: str, answers: Answers, said: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=said):
        begin(name, tmp_path, answers)
    assert list(tmp_path.iterdir()) == []


def test_a_link_leads_nowhere(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "docs").symlink_to(outside)
    with pytest.raises(BadInput, match="leads out of the repository"):
        begin("docs/project/team.yaml", root, EVERYTHING)
    (root / "docs").unlink()
    (root / ".git").mkdir()
    (root / "docs").symlink_to(root / ".git")
    with pytest.raises(BadInput, match=r"into \.git"):
        begin("docs/project/team.yaml", root, EVERYTHING)
    (root / "docs").unlink()
    (root / "docs" / "project").mkdir(parents=True)
    (root / "docs/project/team.yaml").symlink_to(outside / "new")
    with pytest.raises(BadInput, match="exists already"):
        begin("docs/project/team.yaml", root, EVERYTHING)
    assert list(outside.iterdir()) == []


def test_all_or_none(tmp_path: Path) -> None:
    (tmp_path / "docs" / "adr").mkdir(parents=True)
    (tmp_path / "docs" / "data").write_text("a file where a folder should be")
    with pytest.raises(BadInput, match="docs/data is no folder"):
        begin("1.2.1", tmp_path, EVERYTHING)
    assert list((tmp_path / "docs" / "adr").iterdir()) == []


def free(project: Project) -> str:
    """A document that fits every project in production, taken away if it is there."""
    path = "docs/architecture/quality_attributes.yaml"
    (project.root / path).unlink(missing_ok=True)
    return path


def test_a_full_disk_leaves_nothing_behind(project: Project) -> None:
    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, 16))

    before = sorted(project.root.rglob("*"))
    path = free(project)
    command = [sys.executable, "-m", "trueline.cli", "start", path, project.root]
    # Python would leave its own bytecode cut off, for whoever imports it next.
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=small, env=env
    )
    assert f"cannot write {path}: File too large" in refused(done)
    assert sorted(project.root.rglob("*")) == before


def test_the_command_says_what_to_do_next(project: Project) -> None:
    path = free(project)
    done = run("start", path, project.root)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"wrote {path}" in done.stdout
    assert "prompts" in done.stdout
    assert (project.root / path).is_file()
    assert "exists already" in refused(run("start", path, project.root))
    assert "uv lock" in refused(run("start", "2.2.5", project.root))
    assert "docs/runbooks/deploy.md" in refused(run("start", "deploy", project.root))
    assert "--list" in refused(run("start", "../../etc/passwd", project.root))
    refused(run("start"))
    refused(run("start", "docs/project/ethics.md", project.root / "src"))
    listed = run("start", "--list").stdout
    assert all(starter.path in listed for starter in index())


def test_every_start_of_the_catalogue_leads_to_a_document() -> None:
    starts = [
        e.remedy.start for e in load().entries if e.remedy.start.startswith("trueline start ")
    ]
    known = {name for s in index() for name in (s.path, *s.statements)}
    assert {start.split()[2] for start in starts} <= known
