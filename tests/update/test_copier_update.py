"""Plain `copier update` across a release that renames: refused without trust, whole with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from edited_project import Project, difference, fresh_copy

PAGE, HTML = "src/small/monitoring/page.py", "src/small/monitoring/html.py"


def test_without_trust_it_stops(edited: Project) -> None:
    before = edited.state()
    done = edited.copier_update()
    assert done.returncode == 4
    assert "migrations" in done.stderr
    assert edited.state() == before


def test_with_trust_an_unedited_project_equals_a_fresh_copy(
    project: Project, template: Path, tmp_path: Path
) -> None:
    done = project.copier_update("--trust")
    assert done.returncode == 0, done.stderr
    fresh = fresh_copy(str(template), tmp_path / "fresh", "v0.2.0", {})
    assert difference(project.root, fresh) == []


def test_with_trust_the_edits_come_along(edited: Project) -> None:
    edited.replace("src/small/legacy.py", "True", "'mine'")
    edited.commit("An edit of what the release removes")
    done = edited.copier_update("--trust")
    assert done.returncode == 0, done.stderr
    page = edited.read(PAGE)
    assert 'report["zero"]' in page and 'report.get("5", "")' in page
    assert "<<<<<<<" not in page
    assert not (edited.root / HTML).exists()
    assert edited.read("src/small/legacy.py") == "OLD = 'mine'\n"
    assert "carried over" in done.stderr and "legacy.py has edits" in done.stderr
    assert not list(edited.root.rglob("*.rej"))


def test_with_trust_a_conflict_is_marked_and_unmerged(edited: Project) -> None:
    edited.replace(HTML, 'report["5"]', 'report["five"]')
    edited.commit("Conflict")
    done = edited.copier_update("--trust")
    assert done.returncode == 0, done.stderr
    assert "CONFLICT" in done.stderr
    page = edited.read(PAGE)
    assert "<<<<<<< before updating" in page and 'report["five"]' in page
    assert 'report["zero"]' in page
    stages = edited.git("ls-files", "--unmerged").splitlines()
    assert [line.split("\t")[1] for line in stages] == [PAGE] * 3


def test_with_trust_a_removed_file_stays_removed(project: Project) -> None:
    (project.root / HTML).unlink()
    project.commit("No page")
    done = project.copier_update("--trust")
    assert done.returncode == 0, done.stderr
    assert not (project.root / PAGE).exists()


def test_with_trust_the_users_own_file_at_the_new_name(edited: Project) -> None:
    (edited.root / PAGE).write_text("PAGE = 'mine'\n")
    edited.commit("Our own page")
    done = edited.copier_update("--trust")
    assert done.returncode == 0, done.stderr
    assert "PAGE = 'mine'" in edited.read(PAGE)
    assert 'report["zero"]' in edited.read(HTML)


@pytest.mark.parametrize("merge", ["merge", "in place"])
def test_after_ours_copiers_own_update_still_works(
    edited: Project, template: Path, tmp_path: Path, merge: str
) -> None:
    import shutil

    import small_template

    if merge == "merge":
        told = edited.update(code=0)
        edited.git("merge", "-q", told["branch"])
    else:
        edited.update("--in-place", code=0)
        edited.commit("Updated")
    # The same template, one release on, at the recorded place.
    later = Path(shutil.copytree(template, tmp_path / "later"))
    train = "template/src/{{package_name}}/model/train.py"
    text = (later / train).read_text().replace("STEP_5 = 5", "STEP_5 = 55")
    small_template.release(later, "v0.3.0", {train: text})
    answers = edited.root / ".copier-answers.yml"
    answers.write_text(answers.read_text().replace(str(template), str(later)))
    edited.commit("The template moved")
    done = edited.copier_update()
    assert done.returncode == 0, done.stderr
    trained = edited.read("src/small/model/train.py")
    for step in ("STEP_2 = 22", "STEP_5 = 55", "STEP_9 = 99"):
        assert step in trained
    assert edited.git("diff", "--name-only").splitlines() == [
        ".copier-answers.yml", "src/small/model/train.py",
    ]  # fmt: skip
