"""Reading a repository: never outside it, never waiting, never silently blind."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from trueline.errors import BadInput
from trueline.evidence import git
from trueline.evidence.released import Released, asked, load, sections, unwritten
from trueline.evidence.shell import commands
from trueline.evidence.snapshot import collect
from trueline.maturity.prose import digests, main, merged
from trueline.maturity.score import Outcome, score
from unit.checker.building import NOW, Project, released

TEMPLATE = Path(__file__).parents[3] / "template"
SHIPPED = sorted(p for p in (TEMPLATE / "docs").rglob("*") if p.suffix in (".md", ".yaml"))


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_link_that_leads_outside_is_named_and_not_read(project: Project, kind: str) -> None:
    outside = project.root.parent / "outside"
    outside.mkdir()
    (outside / "features.yaml").write_text(project.read("conf/features.yaml"))
    (outside / "operations.yaml").write_text(project.read("conf/operations.yaml"))
    if kind == "file":
        project.remove("conf/features.yaml")
        (project.root / "conf/features.yaml").symlink_to(outside / "features.yaml")
        project.commit()
    else:
        project.remove("conf")
        (project.root / "conf").symlink_to(outside)
    result = score(collect(project.root, now=NOW, texts=released()))
    named = dict(result.unreadable)
    assert "outside the repository" in named["conf/features.yaml"]
    statement = next(s for s in result.statements if s.entry.id == "1.2.2")
    assert statement.outcome is Outcome.UNKNOWN


def test_a_link_inside_is_followed(project: Project) -> None:
    project.write("docs/features.yaml", project.read("conf/features.yaml"))
    project.remove("conf/features.yaml")
    (project.root / "conf/features.yaml").symlink_to("../docs/features.yaml")
    assert project.outcome("1.2.2") is Outcome.MET


def test_a_pipe_does_not_hang_the_checker(project: Project) -> None:
    project.publish()
    project.remove("conf/features.yaml")
    os.mkfifo(project.root / "conf/features.yaml")
    (project.root / "reports").mkdir()
    os.mkfifo(project.root / "reports/junit.xml")
    started = time.perf_counter()
    result = score(collect(project.root, now=NOW, texts=released()))
    assert time.perf_counter() - started < 5
    assert dict(result.unreadable)["conf/features.yaml"] == "not a regular file"


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"\xff\xfe\x00", "not UTF-8 text"), (b"a: 1\n" * 600_000, "larger than 2,000,000 bytes")],
)
def test_what_cannot_be_read_is_named(project: Project, content: bytes, problem: str) -> None:
    (project.root / "dvc.yaml").write_bytes(content)
    result = project.result()
    assert dict(result.unreadable)["dvc.yaml"] == problem
    assert next(s for s in result.statements if s.entry.id == "2.2.1").outcome is Outcome.UNKNOWN


def test_every_file_broken_at_once_is_no_traceback(project: Project) -> None:
    for path in project.git("ls-files").splitlines():
        (project.root / path).write_bytes(b"\xff{[<")
    for path in project.evidence:
        project.evidence[path] = "{[<"
    result = project.result()
    assert result.core.met == 0
    assert len(result.unreadable) > 20


def test_a_commit_may_be_named_by_a_prefix_and_never_by_an_option(project: Project) -> None:
    repository = git.Repository.open(project.root)
    head = repository.head
    known = repository.commits([head[:7], "--all", "HEAD", "main~1", "", "ab" * 20])
    assert known[head[:7]].ancestor
    assert not any(commit.known for sha, commit in known.items() if sha != head[:7])


def test_only_the_root_of_a_repository_is_checked(project: Project) -> None:
    with pytest.raises(BadInput, match="only a part of"):
        collect(project.root / "src")


def test_git_variables_of_the_caller_do_not_leak_in(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert "dvc.yaml" in git.Repository.open(project.root).tracked()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("uv run --group dev pytest -q", ["pytest"]),
        ("FOO=1 python -m pytest tests", ["pytest"]),
        ("coverage run -m pytest", ["pytest"]),
        ("# pytest", []),
        ("echo 'pytest'; true", ["echo", "true"]),
        ("cd x && \\\n  pytest", ["cd", "pytest"]),
        ("ruff check || pytest", ["ruff"]),
        ("timeout 60 pytest", ["pytest"]),
        ("(cd sub; make test)", ["cd", "make"]),
        ("'unclosed", []),
    ],
)
def test_shell_is_read_as_the_shell_does(script: str, expected: list[str]) -> None:
    assert [command.name for command in commands(script)] == expected


class TestProse:
    """Unedited text earns nothing, in whichever release it was shipped."""

    PAGE = "# Page\n\nIntro here.\n\n## How\n\nPress the button.\n\n<!-- fill: which? -->\n\n### Deeper\n\nMore.\n"

    def test_sections_hold_deeper_ones_but_the_title_holds_none(self) -> None:
        found = sections(self.PAGE)
        assert set(found) == {"", "how", "deeper"}
        assert "More." in found["how"]
        assert found[""].strip() == "Intro here."
        assert asked(self.PAGE) == ("how",)

    def test_words_of_every_release_stay_released(self, tmp_path: Path) -> None:
        for version, word in (
            ("one", "alpha bravo"),
            ("two", "charlie delta echo foxtrot golf hotel"),
        ):
            page = tmp_path / version / "docs/page.md"
            page.parent.mkdir(parents=True)
            page.write_text(self.PAGE.replace("Press", word))
        both = merged(digests(tmp_path / "one"), digests(tmp_path / "two"))
        old_words = "# Page\n## How\nalpha bravo charlie delta echo foxtrot golf hotel the button\n"
        assert "0 words" in (unwritten("docs/page.md", old_words, both) or "")
        assert unwritten("docs/page.md", old_words, digests(tmp_path / "one")) is not None
        new = "# Page\n## How\n" + " ".join(f"own{n}" for n in range(8))
        assert unwritten("docs/page.md", new, both) is None

    def test_a_prompt_without_its_marks_is_still_the_release_speaking(self, tmp_path: Path) -> None:
        (tmp_path / "docs").mkdir()
        page = self.PAGE.replace("which?", "who may decide this alone and who is told afterwards?")
        (tmp_path / "docs/page.md").write_text(page)
        bare = page.replace("<!-- fill:", "Fill:").replace("-->", "")
        assert "0 words" in (unwritten("docs/page.md", bare, digests(tmp_path)) or "")

    def test_a_renamed_section_must_be_there(self, tmp_path: Path) -> None:
        (tmp_path / "docs").mkdir()
        (tmp_path / "docs/page.md").write_text(self.PAGE)
        elsewhere = "# Page\n## Else\n" + " ".join(f"own{n}" for n in range(8))
        assert (
            unwritten("docs/page.md", elsewhere, digests(tmp_path)) == "the section 'how' is gone"
        )

    def test_a_page_of_the_users_needs_words_too(self) -> None:
        assert unwritten("docs/own.md", "# Own\nfew words", Released()) is not None

    @pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
    def test_unedited_prose_of_this_very_template_earns_nothing(self, path: Path) -> None:
        name = path.relative_to(TEMPLATE).as_posix()
        text = path.read_text("utf-8")
        assert unwritten(name, text, load()) is not None
        cut = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
        missing = "run: python -m trueline.maturity.prose --add <next version> template"
        assert unwritten(name, re.sub(r"#.*", "", cut) if name.endswith("yaml") else cut, load()), (
            missing
        )

    def test_the_script_refuses_what_is_no_template(self, tmp_path: Path) -> None:
        assert main(["--add", "1.0.0", str(tmp_path)]) == 2
