"""The reference says what the code says; every link in our own pages leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from trueline import exitcodes

ROOT = Path(__file__).parents[2]
QUESTIONS = {
    name: spec
    for name, spec in yaml.safe_load((ROOT / "copier.yml").read_text()).items()
    if not name.startswith("_")
}


def _rows(page: str) -> dict[str, list[str]]:
    """Give a page's table rows by their first cell, backticks off."""
    rows = re.findall(r"^\|(.+)\|$", (ROOT / "docs" / page).read_text(), re.MULTILINE)
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    return {first.strip("`"): rest for first, *rest in cells if not first.startswith("-")}


def test_every_question_and_choice_is_in_the_reference() -> None:
    rows = _rows("reference/questions.md")
    asked = [name for name, spec in QUESTIONS.items() if spec.get("when") is not False]
    assert list(rows)[1:] == asked, "the same questions in the same order"
    text = (ROOT / "docs/reference/questions.md").read_text()
    for name, spec in QUESTIONS.items():
        assert f"`{name}`" in text
        choices = spec.get("choices", [])
        values = choices.values() if isinstance(choices, dict) else choices
        for value in values:
            plain = value["value"] if isinstance(value, dict) else value
            assert f"`{plain}`" in rows[name][0], f"{name}={plain}"
        when = rows[name][1] if name in rows else "never"
        assert (when == "in production") == ("production" in str(spec.get("when", ""))), name


def test_the_first_value_is_the_default() -> None:
    rows = _rows("reference/questions.md")
    for name, spec in QUESTIONS.items():
        if spec.get("choices") and not spec.get("multiselect"):
            assert rows[name][0].startswith(f"`{spec['default']}`"), name


def test_every_exit_code_is_in_the_reference() -> None:
    rows = _rows("reference/exit-codes.md")
    codes = {value for name, value in vars(exitcodes).items() if name.isupper()}
    assert {int(code) for code in rows if code.isdigit()} == codes


def test_links_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", page.read_text())
    ]
    assert len(links) > 10
    for page, target in links:
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), f"{page.name} links to {target}"
        if anchor:
            titles = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            anchors = [re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles]
            assert anchor in anchors, f"{page.name} links to {target}"
