"""The HTML page: whole, readable without colours, and free of anything a repository could inject."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import trueline.report
from trueline.maturity.catalogue import Remedy
from trueline.maturity.score import Core, Outcome, Result
from trueline.report.bar import bar
from trueline.report.entry import todo
from trueline.report.page import as_html
from unit.report.results import HOSTILE, made

STYLE = (Path(trueline.report.__file__).parent / "page.css").read_text("utf-8")
VOID = {"meta", "br", "input", "rect"}
OUTCOMES = [outcome.value for outcome in Outcome]


class Outline(HTMLParser):
    """Reads a page strictly: each tag is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        assert len(names) == len(attrs)
        assert not [name for name in names if name.startswith("on") or name == "style"]
        self.tags.append(tag)
        self.ids += [names["id"] or ""] if "id" in names else []
        self.links += [names["href"] or ""] if "href" in names else []
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(
        self,
        tag: str,
        attrs: list[tuple[str, str | None]],  # noqa: ARG002 (the name of the base class)
    ) -> None:
        assert tag == "rect"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def test_the_page_has_an_outline(result: Result) -> None:
    page = Outline(as_html(result))
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(
        after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False)
    )
    assert page.headings.count(3) == len(result.statements)
    for landmark in ("header", "main", "nav", "footer", "caption"):
        assert page.tags.count(landmark) == 1, landmark
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert all(link.startswith(("#", "https://")) for link in page.links)
    assert "script" not in page.tags


def test_each_statement_is_told_in_full(result: Result) -> None:
    text = " ".join(Outline(as_html(result)).text.split())
    for statement in result.statements:
        assert statement.entry.title in text
        assert statement.entry.why in text
        assert statement.reason in text
        if statement.remedy and not statement.waiver:
            assert statement.remedy.text in text
            assert statement.remedy.start in text
    assert "conf/features.yaml says so:3" in text
    assert "Waived until 2026-08-01" in text
    assert f"{result.core.met}/{result.core.applicable}" in text
    assert f"{result.beyond.met}/{result.beyond.applicable}" in text


def test_it_needs_no_network_and_no_script(result: Result) -> None:
    page = as_html(result)
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|img|link|iframe|object|embed)\b|@import|url\(", page)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_repository_is_markup(text: str) -> None:
    plain, hostile = Outline(as_html(made())), Outline(as_html(made(text=text)))
    assert hostile.tags == plain.tags
    assert hostile.links == plain.links
    shown = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))
    assert shown in " ".join(hostile.text.split())


def test_a_bar_says_what_it_shows() -> None:
    drawn = bar(Core(met=5, partial=1, na=2), "2 <Traceability>")
    assert 'aria-label="2 &lt;Traceability&gt;: 5 met, 1 partial, 2 not applicable"' in drawn
    assert drawn.count("<rect") == 2
    assert bar(Core(na=3), "x").count("<rect") == 0
    widths = [float(w) for w in re.findall(r'width="([\d.]+)" height', drawn)]
    assert sum(widths) <= 100


def palettes() -> dict[str, dict[str, str]]:
    """Return the colours of light, dark and paper."""
    found = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    names = ("light", "dark", "paper")
    assert len(found) == len(names)
    return {
        name: dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", body))
        for name, body in zip(names, found, strict=True)
    }


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "paper"])
def test_text_can_be_read_on_what_it_stands_on(theme: str) -> None:
    colours = palettes()[theme]
    for ground in ("ground", "card"):
        for name in ("text", "quiet", "link", *OUTCOMES):
            assert contrast(colours[name], colours[ground]) >= 4.5, (theme, name, ground)
    for name in OUTCOMES:
        if name != "na":
            assert contrast(colours[name], colours["empty"]) >= 3, (theme, name, "bar")


def test_what_to_do_shows_commands_as_commands() -> None:
    remedy = Remedy("run `poe test --cov`, not `<b>`, and write x:..", "minutes", "poe `x`")
    assert todo(remedy) == (
        "run <code>poe test --cov</code>, not `&lt;b&gt;`, and write x:. (minutes). "
        "Begin with <code>poe `x`</code>."
    )
    # An odd backtick opens nothing, and what is no file and no command is said in words.
    assert todo(Remedy("one ` alone.", "days", "")) == "one ` alone (days)."
    words = Remedy("Do it", "days", "the settings of the forge")
    assert todo(words) == "Do it (days). Begin with the settings of the forge."


def test_the_best_next_steps_say_what_to_begin_with() -> None:
    page = as_html(made())
    _, _, rest = page.partition('<h2 id="steps">')
    steps = rest.partition("</section>")[0]
    assert steps.count("Begin with") == steps.count("<li>") > 0
