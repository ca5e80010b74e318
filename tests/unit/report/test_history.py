"""The way of the score: which commits, as of when, and the drawing of it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len
from trueline.evidence.git import Repository
from trueline.maturity.score import Core
from trueline.past.commits import Commit
from trueline.past.history import as_data, sparkline
from trueline.past.plot import HEIGHT, WIDTH, plot
from trueline.past.way import Point, chosen, listed, walked
from unit.checker.building import NOW, Project
from unit.report.running import AT, refused, run

SVG = "{http://www.w3.org/2000/svg}"


def commits(count: int) -> list[Commit]:
    """Commits a day apart, newest first."""
    return [Commit(f"{n:040x}", NOW - timedelta(days=n)) for n in range(count)]


def points(*met: int, applicable: int = 12, days: float = 10) -> list[Point]:
    found = []
    for number, value in enumerate(met):
        commit = Commit(f"{number:040x}", NOW + timedelta(days=days * number))
        core = Core(met=value, unmet=applicable - value)
        found.append(Point(commit, commit.at, core, Core(met=1, unmet=1), "production"))
    return found


def test_commits_are_counted_back_from_the_newest() -> None:
    def days(kept: list[Commit]) -> list[int]:
        return [(NOW - commit.at).days for commit in kept]

    assert days(chosen(commits(5), every=1, since=None, most=99)[0]) == [4, 3, 2, 1, 0]
    assert days(chosen(commits(7), every=3, since=None, most=99)[0]) == [6, 3, 0]
    kept, more = chosen(commits(9), every=2, since=None, most=2)
    assert (days(kept), more) == ([2, 0], 3)
    since = NOW - timedelta(days=2)
    assert days(chosen(commits(9), every=1, since=since, most=99)[0]) == [2, 1, 0]
    assert chosen([], every=1, since=None, most=9) == ([], 0)


def test_the_way_of_a_project(project: Project) -> None:
    project.publish()
    repository = Repository.open(project.root)
    way = walked(repository, listed(repository)[::-1], NOW)
    heads = project.git("rev-list", "--first-parent", "--reverse", "HEAD").split()
    assert [point.commit.sha for point in way] == heads
    assert way[-1].as_of == NOW
    assert way[0].as_of < datetime(2026, 6, 30, 13, tzinfo=UTC)
    assert way[-1].core.met > way[0].core.met == 0
    now = json.loads(run("diff", "HEAD..HEAD", project.root, "--format", "json", *AT).stdout)
    assert way[-1].core.met == now["head"]["core"]["met"], (
        "the last point is what diff says of HEAD"
    )


def test_a_merge_is_one_step(project: Project) -> None:
    project.git("checkout", "-q", "-b", "side")
    for number in range(3):
        project.write("CHANGELOG.md", f"# {number}\n")
        project.commit()
    project.git("checkout", "-q", "main")
    project.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    before = int(project.git("rev-list", "--first-parent", "--count", "main~1"))
    assert len(listed(Repository.open(project.root))) == before + 1


def test_the_command_shows_it(project: Project, tmp_path: Path) -> None:
    project.publish()
    done = run("history", project.root, "--last", "2", *AT, COLUMNS="80")
    assert (done.returncode, done.stderr) == (0, "")
    assert "older commits are left out" in done.stdout
    assert max(map(cell_len, done.stdout.splitlines())) <= 80
    data = json.loads(run("history", project.root, "--last", "2", "--format", "json", *AT).stdout)
    assert (data["schema"], len(data["commits"])) == (1, 2)
    assert data["left_out"] >= 1
    drawn = run("history", project.root, "--last", "2", "--output", tmp_path / "history.svg", *AT)
    assert (drawn.returncode, drawn.stdout) == (0, "")
    ElementTree.parse(tmp_path / "history.svg")
    old = run("history", project.root, "--last", "1", *AT, encoding="ascii")
    assert old.returncode == 0
    assert old.stdout.isascii()


def test_bad_input_is_one_line(project: Project, tmp_path: Path) -> None:
    refused(run("history", tmp_path))
    refused(run("history", project.root, "--every", "0"))
    refused(run("history", project.root, "--last", "9999"))
    refused(run("history", project.root, "--since", "soon"))
    assert "no commit since 2099-01-01" in refused(
        run("history", project.root, "--since", "2099-01-01")
    )
    refused(run("history", project.root, "--last", "1", "--output", tmp_path / "no" / "x.svg"))
    empty = tmp_path / "empty"
    empty.mkdir()
    Project(empty).git("init", "-q")
    assert "no commit yet" in refused(run("history", empty))


def test_a_sparkline_follows_the_share() -> None:
    assert sparkline(points(0, 6, 12)) == "▁▅█"
    assert (
        sparkline([Point(p.commit, p.as_of, Core(na=3), Core(), "production") for p in points(0)])
        == "▁"
    )


@pytest.mark.parametrize(
    "way",
    [points(3), points(0, 0), points(1, 5, 12, 3), points(2, 9, applicable=41), points(1, 2, days=0.1), points(1, 1, days=0),
     [Point(p.commit, p.as_of, Core(na=3), Core(), "production") for p in points(0)]],
    ids=["one", "nothing", "many", "all", "hours", "same moment", "nothing applies"],
)  # fmt: skip
def test_the_drawing_reads_itself_aloud_and_stays_inside(way: list[Point]) -> None:
    text = plot(way)
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img"
    labelled = {e.get("id"): e.text for e in root if e.tag in (f"{SVG}title", f"{SVG}desc")}
    assert set((root.get("aria-labelledby") or "").split()) == set(labelled)
    last = way[-1].core
    assert f"{last.met} of {last.applicable}" in (labelled["desc"] or "")
    texts = ["".join(e.itertext()) for e in root.iter(f"{SVG}text")]
    assert {"statements", "date of the commit", "met", "applicable", "0"} <= set(texts)
    dots = list(root.iter(f"{SVG}circle"))
    assert len(dots) == len(way)
    for dot in dots:
        assert 0 <= float(dot.get("cx", "-1")) <= WIDTH
        assert 0 <= float(dot.get("cy", "-1")) <= HEIGHT
        assert "".join(dot.itertext())
    assert not any(word in text for word in ("<script", "href", "url(", "nan"))


def test_the_json_is_in_order() -> None:
    data = as_data(points(1, 2), 3)
    assert [one["core"]["met"] for one in data["commits"]] == [1, 2]
    assert data["left_out"] == 3
    assert data["commits"][0]["date"].endswith("Z")
