"""`trueline update`: edits survive, conflicts are listed, the work tree is left alone."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import small_template
from edited_project import Project, difference, fresh_copy, small

BRANCH = "trueline/update-v0.2.0"


def test_nothing_is_lost(edited: Project) -> None:
    before, head = edited.state(), edited.git("rev-parse", "HEAD")
    told = edited.update(code=0)
    assert edited.state() == before
    assert sorted(edited.branches()) == ["main", BRANCH]
    assert (told["outcome"], told["from"], told["to"]) == ("merged", "v0.1.0", "v0.2.0")
    assert (told["branch"], told["conflicts"]) == (BRANCH, [])
    assert edited.git("rev-parse", f"{BRANCH}^") == head
    page = edited.read("src/small/monitoring/page.py", BRANCH)
    assert 'report["zero"]' in page and 'report.get("5", "")' in page and "drift page" in page
    train = edited.read("src/small/model/train.py", BRANCH)
    assert "STEP_9 = 99" in train and "STEP_2 = 22" in train
    project = tomllib.loads(edited.read("pyproject.toml", BRANCH))["project"]
    assert set(project["dependencies"]) == {
        "click~=8.1", "numpy~=2.1", "pandas~=2.2", "polars>=1", "mlflow~=3.1",
    }  # fmt: skip
    assert edited.read("README.md", BRANCH) == "# Ours"
    assert edited.read("mine.py", BRANCH) == "MINE = 1"
    paths = edited.paths(BRANCH)
    assert "Dockerfile" not in paths
    assert {"src/small/model/gate.py", "docs/goals.md"} <= paths
    assert not {"src/small/monitoring/html.py", "src/small/legacy.py"} & paths
    assert "_commit: v0.2.0" in edited.read(".copier-answers.yml", BRANCH)


def test_an_unedited_project_becomes_a_fresh_copy(
    project: Project, template: Path, tmp_path: Path
) -> None:
    project.update(code=0)
    project.git("merge", "-q", BRANCH)
    fresh = fresh_copy(str(template), tmp_path / "fresh", "v0.2.0", {})
    assert difference(project.root, fresh) == []


def test_conflicts_stand_on_the_branch_alone(edited: Project) -> None:
    edited.replace("src/small/monitoring/html.py", 'report["5"]', 'report["five"]')
    edited.replace("src/small/legacy.py", "True", "'mine'")
    edited.replace("pyproject.toml", "numpy~=2.0", "numpy==2.0.1")
    (edited.root / "src/small/model/gate.py").write_text("GAIN = 'mine'\n")
    (edited.root / ".github/workflows/ci.yml").unlink()
    edited.commit("More edits")
    before = edited.state()
    told = edited.update(code=1)
    assert edited.state() == before
    assert {(row["path"], row["kind"]) for row in told["conflicts"]} == {
        ("pyproject.toml", "edited by both"),
        ("src/small/legacy.py", "edited here, removed there"),
        ("src/small/model/gate.py", "added by both"),
        ("src/small/monitoring/page.py", "edited by both"),
    }
    page = edited.read("src/small/monitoring/page.py", BRANCH)
    assert (
        '<<<<<<< yours\n    return report["five"]\n=======\n    return report.get("5", "")\n'
        ">>>>>>> template v0.2.0" in page
    )
    assert 'report["zero"]' in page
    pyproject = edited.read("pyproject.toml", BRANCH)
    assert (
        '<<<<<<< yours\n  "numpy==2.0.1",\n=======\n  "numpy~=2.1",\n>>>>>>> template v0.2.0'
        in pyproject
    )
    assert '"polars>=1"' in pyproject and '"mlflow~=3.1"' in pyproject
    assert edited.read("src/small/legacy.py", BRANCH) == "OLD = 'mine'"
    assert edited.read("src/small/model/gate.py", BRANCH) == "GAIN = 'mine'"
    # Removed by the user, changed by the template: it stays removed, and is named.
    assert ".github/workflows/ci.yml" not in edited.paths(BRANCH)
    assert [row["path"] for row in told["notes"]] == [".github/workflows/ci.yml"]


def test_a_seed_is_the_users(project: Project) -> None:
    (project.root / "params.yaml").unlink()
    (project.root / "src/small/data/source.py").write_text("PATH = 'mine'\n")
    (project.root / "docs").mkdir()
    (project.root / "docs/goals.md").write_text("# Our goals\n")
    project.commit("Seeds")
    told = project.update(code=0)
    assert told["conflicts"] == told["notes"] == []
    assert "params.yaml" not in project.paths(BRANCH)
    assert project.read("src/small/data/source.py", BRANCH) == "PATH = 'mine'"
    assert project.read("docs/goals.md", BRANCH) == "# Our goals"


def test_a_renamed_file_rewritten_from_scratch_keeps_the_users_text(project: Project) -> None:
    """No likeness is left for git to see; renames.yaml knows."""
    (project.root / "src/small/monitoring/html.py").write_text("ALL = 'mine'\n")
    project.commit("Rewritten")
    told = project.update(code=1)
    assert [row["path"] for row in told["conflicts"]] == ["src/small/monitoring/page.py"]
    assert "ALL = 'mine'" in project.read("src/small/monitoring/page.py", BRANCH)


def test_a_file_of_the_users_at_the_new_name_is_kept(edited: Project) -> None:
    (edited.root / "src/small/monitoring/page.py").write_text("PAGE = 'mine'\n")
    edited.commit("Our own page")
    told = edited.update(code=1)
    assert edited.read("src/small/monitoring/page.py", BRANCH) == "PAGE = 'mine'"
    assert 'report["zero"]' in edited.read("src/small/monitoring/html.py", BRANCH)
    assert {row["path"] for row in told["conflicts"]} == {
        "src/small/monitoring/page.py", "src/small/monitoring/html.py",
    }  # fmt: skip


def test_a_file_that_the_user_moved_gets_the_change(project: Project) -> None:
    (project.root / "src/small/learn").mkdir()
    project.git("mv", "src/small/model/train.py", "src/small/learn/train.py")
    project.commit("Moved")
    told = project.update(code=0)
    assert told["conflicts"] == []
    assert "STEP_2 = 22" in project.read("src/small/learn/train.py", BRANCH)
    assert "src/small/model/train.py" not in project.paths(BRANCH)


def test_a_removed_file_that_was_renamed_stays_removed(project: Project) -> None:
    (project.root / "src/small/monitoring/html.py").unlink()
    project.commit("No page")
    told = project.update(code=0)
    assert [row["path"] for row in told["notes"]] == ["src/small/monitoring/page.py"]
    assert not {p for p in project.paths(BRANCH) if "/monitoring/" in p}


def test_an_answer_moves_the_project_on(template: Path, tmp_path: Path) -> None:
    project = small(tmp_path / "project", template, "v0.2.0", phase="exploration")
    assert not (project.root / "Dockerfile").exists()
    told = project.update("--answer", "phase=production", "--answer", "serving=batch", code=0)
    assert told["to"] == "v0.2.0"
    assert "Dockerfile" in project.paths(BRANCH)
    project.git("merge", "-q", BRANCH)
    answers = {"phase": "production", "serving": "batch"}
    fresh = fresh_copy(str(template), tmp_path / "fresh", "v0.2.0", answers)
    assert difference(project.root, fresh) == []
    # The branch was merged, so its name is free again.
    back = project.update("--answer", "phase=exploration", code=0)
    assert back["conflicts"] == []
    assert "Dockerfile" not in project.paths(BRANCH)
    assert "serving" not in project.read(".copier-answers.yml", BRANCH)


def test_a_new_package_name_takes_edits_and_own_files_along(edited: Project) -> None:
    (edited.root / "src/small/own.py").write_text("OWN = 1\n")
    edited.commit("A module")
    edited.update("--answer", "package_name=grown", code=0)
    paths = edited.paths(BRANCH)
    assert not [path for path in paths if path.startswith("src/small/")]
    assert 'report["zero"]' in edited.read("src/grown/monitoring/page.py", BRANCH)
    assert "STEP_9 = 99" in edited.read("src/grown/model/train.py", BRANCH)
    assert edited.read("src/grown/own.py", BRANCH) == "OWN = 1"
    assert "src/grown/data/source.py" in paths


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--to", "v9.9.9"), "v9.9.9"),
        (("--to", "--exec=x"), "--to"),
        (("--answer", "phase=unheard"), "phase"),
        (("--answer", "colour=blue"), "colour"),
        (("--answer", "phase"), "KEY=VALUE"),
        (("--answer", "phase=exploration", "--answer", "serving=batch"), "serving"),
    ],
)
def test_a_wrong_wish_is_refused(edited: Project, args: tuple[str, ...], said: str) -> None:
    before = edited.state()
    told = edited.update(*args, code=2)
    assert said in told["refused"]
    assert edited.state() == before
    assert edited.branches() == ["main"]


def test_up_to_date_is_said_and_fine(template: Path, tmp_path: Path) -> None:
    project = small(tmp_path / "project", template, "v0.2.0")
    assert project.update(code=0)["outcome"] == "up to date"
    assert project.update("--answer", "phase=production", code=0)["outcome"] == "up to date"
    assert "older" in project.update("--to", "v0.1.0", code=2)["refused"]
    assert project.branches() == ["main"]


def test_again_it_finds_its_branch(edited: Project) -> None:
    first, second = edited.update(code=0), edited.update(code=0)
    assert first == second
    edited.git("checkout", "-q", BRANCH)
    (edited.root / "settled.txt").write_text("by hand\n")
    settled = edited.commit("Settled by hand")
    assert "checked out" in edited.update("--answer", "package_name=x", code=2)["refused"]
    edited.git("checkout", "-q", "main")
    assert "exists" in edited.update(code=2)["refused"]
    assert edited.git("rev-parse", BRANCH) == settled


def test_uncommitted_work_is_not_touched_and_not_taken(edited: Project) -> None:
    (edited.root / "src/small/model/train.py").write_text("half = \n")
    (edited.root / "note.txt").write_text("not yet\n")
    before = edited.state()
    edited.update(code=0)
    assert edited.state() == before
    assert "note.txt" not in edited.paths(BRANCH)
    assert "STEP_9 = 99" in edited.read("src/small/model/train.py", BRANCH)


def test_the_commit_is_the_users(edited: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    edited.update(code=0)
    assert edited.git("show", "-s", "--format=%an <%ae>", BRANCH) == "Ada <ada@example.org>"
    edited.git("branch", "-q", "-D", BRANCH)
    edited.git("config", "--unset", "user.name")
    edited.git("config", "--unset", "user.email")
    monkeypatch.setenv("HOME", str(edited.root.parent))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(edited.root.parent))
    edited.update(code=0)
    assert edited.git("show", "-s", "--format=%an", BRANCH) == "Trueline"


@pytest.mark.parametrize(
    "source", ["file:///nowhere/template.git", "http://127.0.0.1:9/template.git"]
)
def test_a_template_out_of_reach_is_neither_yes_nor_no(
    edited: Project, template: Path, source: str
) -> None:
    """Nothing listens on port 9 (discard), and there is no folder /nowhere."""
    edited.replace(".copier-answers.yml", str(template), source)
    edited.commit("Moved away")
    before = edited.state()
    assert source in edited.update(code=3)["refused"]
    assert edited.state() == before


def test_without_the_version_that_made_it_the_template_cannot_tell(edited: Project) -> None:
    edited.replace(".copier-answers.yml", "_commit: v0.1.0", "_commit: v0.0.9")
    edited.commit("A version that never was")
    assert "'v0.0.9'" in edited.update(code=3)["refused"]


def test_a_source_with_a_token_is_refused_and_not_shown(edited: Project, template: Path) -> None:
    source = "https://s3cret@git.acme.org/template.git"
    edited.replace(".copier-answers.yml", str(template), source)
    edited.commit("A token")
    said = edited.update(code=2)["refused"]
    assert "credential helper" in said
    assert "s3cret" not in said


def test_what_is_no_project_is_refused(edited: Project, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    empty = Project(tmp_path / "empty")
    empty.root.mkdir()
    empty.git("init", "-q")
    for root, said in [
        (tmp_path / "nowhere", "no folder"),
        (tmp_path / "plain", "not in a git repository"),
        (edited.root / "src", "not the root"),
        (empty.root, "no commit"),
    ]:
        assert said in Project(root).update(code=2)["refused"]
    small_template.git(empty.root, "commit", "-q", "--allow-empty", "-m", "one")
    assert ".copier-answers.yml" in empty.update(code=2)["refused"]
