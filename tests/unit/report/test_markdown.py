"""The checklist in Markdown: ticked as scored, and no text of a repository is markup in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from trueline.maturity.score import Outcome, Result
from trueline.report.markdown import LONGEST, MARKER, as_markdown
from trueline.report.marks import code, escaped
from unit.report.results import HOSTILE, made


class Tags(HTMLParser):
    """Collects tags, addresses and text of a rendered page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(markdown: str) -> Tags:
    page = (
        MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)
    )
    tags = Tags()
    tags.feed(page)
    return tags


def test_the_checklist_is_ticked_as_scored(result: Result) -> None:
    page = as_markdown(result)
    assert page.splitlines()[0] == MARKER
    boxes = re.findall(r"^- \[([x ])\] ([\d.]+)", page, re.MULTILINE)
    ticked = {name: box for box, name in boxes}
    assert ticked == {
        s.entry.id: "x" if s.outcome is Outcome.MET else " " for s in result.statements
    }
    assert (
        page.count("<details>")
        == page.count("</details>")
        == len({s.entry.section for s in result.statements})
    )
    assert "waived until 2026-08-01" in page
    assert "Google" in page
    assert "advanced" in page.splitlines()[1]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_repository_is_markup(text: str) -> None:
    plain, hostile = rendered(as_markdown(made())), rendered(as_markdown(made(text=text)))
    # A file's name may be empty of anything to escape, yet never adds or takes a tag or a link.
    assert hostile.tags == plain.tags
    assert hostile.links == plain.links
    assert [
        line
        for line in as_markdown(made(text=text)).splitlines()
        if "forged" in line and line.startswith("- [")
    ] == []
    starts = [line for line in as_markdown(made(text=text)).splitlines() if line.startswith(MARKER)]
    assert len(starts) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_it_shows_exactly_the_text(text: str) -> None:
    line = "".join(c for c in " ".join(text.split()) if c.isprintable())
    assert rendered(f"x {escaped(line)}").text.strip() == f"x {line}"
    assert rendered(f"x {code(line)}").text.strip() == f"x {line}"


def test_nobody_is_called_and_nothing_is_linked() -> None:
    said = escaped("@acme/team and a@b.example, see #12, GH-7, www.x.example, http://x.example")
    assert not re.search(r"@\w|#\d|GH-\d|www\.|http:/", said)


def test_a_comment_fits_into_a_pull_request() -> None:
    page = as_markdown(made(text="very " * 300 + "long"))
    assert len(page) <= LONGEST
    assert "</details>" in page


def test_a_long_text_is_cut() -> None:
    assert len(escaped("x" * 1000)) == 400
    assert code("y" * 300 + "end.py").endswith("end.py`")
