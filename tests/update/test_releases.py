"""Releases are read from history; made projects of each come to the candidate as a fresh copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from edited_project import Project, difference, fresh_copy
from releases import ROOT, Release, releases, tagged
from small_template import git, write
from trueline.alignment import ownership, renames
from trueline.alignment.ownership import Owner


def _history(root: Path, versions: list[str]) -> dict[str, str]:
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commits = {}
    for number, version in enumerate(versions):
        write(root, {
            "pyproject.toml": f'[project]\nname = "x"\nversion = "{version}"\n# {number}\n',
            "template/README.md": f"{number}\n", "copier.yml": "a: {type: str, default: b}\n",
        })  # fmt: skip
        git(root, "add", "-A")
        git(root, "commit", "-qm", version)
        commits.setdefault(version, git(root, "rev-parse", "HEAD"))
    return commits


@pytest.mark.parametrize(
    ("versions", "tags"),
    [
        (["0.1.0.dev0"], []),
        (["0.1.0.dev0", "0.1.0"], ["v0.1.0"]),
        (["0.1.0.dev0", "0.1.0", "0.1.0", "0.2.0.dev0"], ["v0.1.0"]),
        (["0.1.0", "0.2.0.dev0", "0.2.0rc1", "0.2.0"], ["v0.1.0", "v0.2.0"]),
        (["0.9.0", "0.10.0", "1.0.0"], ["v0.9.0", "v0.10.0", "v1.0.0"]),
    ],
)
def test_a_release_is_the_commit_that_says_so(
    tmp_path: Path, versions: list[str], tags: list[str]
) -> None:
    commits = _history(tmp_path / "repo", versions)
    found = releases(tmp_path / "repo")
    assert [release.tag for release in found] == tags
    assert all(release.commit == commits[release.tag[1:]] for release in found)


@pytest.mark.parametrize(
    ("versions", "dirty", "tag"),
    [
        (["0.1.0.dev0"], False, "v0.1.0"),
        (["0.1.0"], False, "v0.1.0"),
        (["0.1.0"], True, "v0.1.0.post1"),
        (["0.1.0", "0.2.0.dev0"], True, "v0.2.0"),
    ],
)
def test_the_candidate_is_the_release_on_its_way(
    tmp_path: Path, versions: list[str], dirty: bool, tag: str
) -> None:
    root = tmp_path / "repo"
    _history(root, versions)
    git(root, "tag", "v9.9.9")
    if dirty:
        (root / "template/new.txt").write_text("new\n")
    _, candidate = tagged(root, tmp_path / "bare.git")
    assert candidate.tag == tag
    assert git(tmp_path / "bare.git", "rev-parse", f"{tag}^{{commit}}") == candidate.commit
    assert "v9.9.9" not in git(tmp_path / "bare.git", "tag", "--list")
    assert git(root, "tag", "--list") == "v9.9.9"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Release], Release]:
    bare = tmp_path_factory.mktemp("real") / "template.git"
    return (bare, *tagged(ROOT, bare))


@pytest.fixture(scope="module")
def rehearsal(
    real: tuple[Path, list[Release], Release], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The real template, and on top of it a release that renames and changes: v99.0.0."""
    bare, _, candidate = real
    folder = tmp_path_factory.mktemp("rehearsal") / "template"
    git(bare, "clone", "-q", str(bare), str(folder))
    git(folder, "checkout", "-q", "-B", "main", candidate.tag)
    package = "template/src/{{package_name}}"
    git(folder, "mv", f"{package}/features/split.py", f"{package}/features/splitting.py")
    for importer in folder.glob("template/**/*"):
        if importer.is_file() and b"split import" in (text := importer.read_bytes()):
            importer.write_bytes(text.replace(b".split import", b".splitting import"))
    reports = folder / package / "reports.py"
    reports.write_text(reports.read_text() + "\n\nREHEARSED = True\n")
    write(folder, {
        "hooks/migrations/renames.yaml": "v99.0.0:\n"
        "  src/{{ package_name }}/features/split.py: src/{{ package_name }}/features/splitting.py\n",
    })  # fmt: skip
    shutil.copy(ROOT / "hooks/migrations/carry_renames.py", folder / "hooks/migrations")
    with (folder / "copier.yml").open("a") as config:
        config.write(
            "\n_migrations:\n  - version: v99.0.0\n    command:\n"
            '      - "{{ _copier_python }}"\n'
            "      - \"{{ pathjoin(_copier_conf.src_path, 'hooks/migrations/carry_renames.py') }}\"\n"
        )
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Rehearsal")
    git(folder, "tag", "v99.0.0")
    yield folder


def _not_seeds(paths: list[str]) -> list[str]:
    owners = ownership.load()
    return [path for path in paths if owners.of(path) is not Owner.SEED]


# The oldest and the newest now, those between them in the long lane.
HOPS = pytest.mark.parametrize("between", [False, pytest.param(True, marks=pytest.mark.long)])


def _from(done: list[Release], candidate: Release, between: bool) -> list[Release]:
    ends = list(dict.fromkeys([*done[:1], *done[-1:]])) or [candidate]
    return [release for release in done if release not in ends] if between else ends


@HOPS
def test_every_release_comes_to_the_candidate(
    real: tuple[Path, list[Release], Release], tmp_path: Path, between: bool
) -> None:
    """Unedited, by `trueline update` and by `copier update --trust`; none yet: from itself."""
    bare, done, candidate = real
    source = f"git+file://{bare}"
    fresh = fresh_copy(source, tmp_path / "fresh", candidate.tag, {})
    for release in _from(done, candidate, between):
        project = Project.make(tmp_path / release.tag, source, release.tag)
        by_copier = project.copy(tmp_path / f"{release.tag}-copier")
        told = project.update("--to", candidate.tag, code=0)
        assert told["conflicts"] == told["notes"] == []
        if told["branch"]:
            project.git("merge", "-q", told["branch"])
        assert _not_seeds(difference(project.root, fresh)) == [], release.tag
        copied = by_copier.copier_update("--trust", "--vcs-ref", candidate.tag)
        assert copied.returncode == 0, copied.stderr
        assert _not_seeds(difference(by_copier.root, fresh)) == [], release.tag


@HOPS
def test_edits_survive_every_hop(
    real: tuple[Path, list[Release], Release], tmp_path: Path, between: bool
) -> None:
    """Edits in each renamed and each changed file and in the dependencies; one removed, one new."""
    bare, done, candidate = real
    source = f"git+file://{bare}"
    moved = renames.load((ROOT / renames.PATH).read_bytes())
    theirs = fresh_copy(source, tmp_path / "theirs", candidate.tag, {})
    for release in _from(done, candidate, between):
        project = Project.make(tmp_path / release.tag, source, release.tag)
        answers = {"package_name": "ml_project"}
        renamed = {
            renames.fill(old, answers): renames.fill(new, answers) for old, new in moved.items()
        }
        renamed = {old: new for old, new in renamed.items() if (project.root / old).exists()}
        changed = [p for p in difference(project.root, theirs) if (project.root / p).exists()]
        edited = sorted({p for p in [*renamed, *changed] if p.endswith(".py")})
        for path in edited:
            with (project.root / path).open("a") as file:
                file.write(f"\n# ours: {path}\n")
        project.replace(
            "pyproject.toml", "\ndependencies = [\n", '\ndependencies = [\n  "polars>=1",\n'
        )
        (project.root / "renovate.json").unlink()
        (project.root / "src/ml_project/own.py").write_text("OWN = 1\n")
        project.commit("Our edits")
        state = project.state()
        told = project.update("--to", candidate.tag)
        assert project.state() == state
        if told["branch"] is None:  # the candidate itself: nothing to merge
            assert release == candidate
            continue
        branch = told["branch"]
        conflicts = {row["path"] for row in told["conflicts"]}
        for path in edited:
            text = project.read(renamed.get(path, path), branch)
            assert f"# ours: {path}" in text
            assert ("<<<<<<< yours" in text) == (renamed.get(path, path) in conflicts)
        assert '"polars>=1"' in project.read("pyproject.toml", branch)
        assert "pyproject.toml" not in conflicts
        assert "renovate.json" not in project.paths(branch)
        assert "src/ml_project/own.py" in project.paths(branch)
        assert not renamed.keys() & project.paths(branch)


def test_the_next_release_may_rename(rehearsal: Path, tmp_path: Path) -> None:
    source = f"git+file://{rehearsal}"
    before = git(rehearsal, "describe", "--tags", "--abbrev=0", "v99.0.0^")
    project = Project.make(tmp_path / "project", source, before, project_name="Churn")
    split, moved = "src/churn/features/split.py", "src/churn/features/splitting.py"
    lines = project.read(split).splitlines(keepends=True)
    (project.root / split).write_text("".join([*lines, "\nOURS = 1\n"]))
    project.replace("pyproject.toml", "dependencies = [\n", 'dependencies = [\n  "polars>=1",\n')
    (project.root / "renovate.json").unlink()
    (project.root / "src/churn/own.py").write_text("OWN = 1\n")
    project.commit("Our edits")
    by_copier = project.copy(tmp_path / "by-copier")
    state = project.state()
    told = project.update(code=0)
    assert project.state() == state
    branch = told["branch"]
    assert told["to"] == "v99.0.0"
    assert "OURS = 1" in project.read(moved, branch)
    assert "REHEARSED = True" in project.read("src/churn/reports.py", branch)
    assert '"polars>=1"' in project.read("pyproject.toml", branch)
    assert "renovate.json" not in project.paths(branch)
    assert "src/churn/own.py" in project.paths(branch)
    assert split not in project.paths(branch)
    # The same by plain Copier, which wants trust for it.
    assert by_copier.copier_update().returncode == 4
    done = by_copier.copier_update("--trust")
    assert done.returncode == 0, done.stderr
    project.git("merge", "-q", branch)
    assert difference(project.root, by_copier.root) == []


def test_unedited_it_equals_a_fresh_copy_both_ways(rehearsal: Path, tmp_path: Path) -> None:
    source = f"git+file://{rehearsal}"
    before = git(rehearsal, "describe", "--tags", "--abbrev=0", "v99.0.0^")
    fresh = fresh_copy(source, tmp_path / "fresh", "v99.0.0", {"serving": "both"})
    for way in ("ours", "copier"):
        project = Project.make(tmp_path / way, source, before, serving="both")
        if way == "ours":
            project.git("merge", "-q", project.update(code=0)["branch"])
        else:
            done = project.copier_update("--trust")
            assert done.returncode == 0, done.stderr
        assert _not_seeds(difference(project.root, fresh)) == [], way
