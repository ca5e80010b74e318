"""The pages that list statements and tests say what the catalogues say."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined
from trueline.guidance import pages
from trueline.maturity.catalogue import load
from trueline.testscore.catalogue import load as load_tests

ROOT = Path(__file__).parents[3]
DEFAULT = {"phase": "production", "serving": "realtime", "practices": []}


def rendered(**answers: Any) -> str:
    page = (ROOT / pages.TEMPLATE).read_text("utf-8")
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(page).render(**DEFAULT | answers)


def listed(text: str) -> list[str]:
    return re.findall(r"^- \*\*([\d.]+)\*\*", text, re.MULTILINE)


def test_the_pages_are_what_the_catalogues_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pages.main(["--check"], ROOT) == 0, "run: python -m trueline.guidance.pages"
    # One that was edited by hand is found, named and mended.
    for name in (pages.TEMPLATE, pages.REFERENCE):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name in (pages.TEMPLATE, pages.REFERENCE):
        copy = tmp_path / name
        copy.write_text(copy.read_text().replace("can be rebuilt", "is fine"))
        assert pages.main(["--check"], tmp_path) == 1
        assert name in capsys.readouterr().err
        assert pages.main([], tmp_path) == 0
        assert copy.read_text() == (ROOT / name).read_text()
    assert pages.main(["--check"], tmp_path / "elsewhere") == 2
    assert pages.main(["--chek"], tmp_path) == 2


def test_without_its_mark_the_page_is_not_written(tmp_path: Path) -> None:
    page = tmp_path / pages.TEMPLATE
    page.parent.mkdir()
    page.write_text("# all by hand\n")
    with pytest.raises(ValueError, match="no line"):
        pages.main([], tmp_path)
    assert page.read_text() == "# all by hand\n"


# How many of the 56 each project is held to, from the assessment: 12 in an exploration; of the
# others 4 need an API, 1 batches, 4 a feature store and 2 experiments.
@pytest.mark.parametrize(
    ("answers", "count"),
    [
        ({}, 56 - 1 - 4 - 2),
        ({"serving": "batch"}, 56 - 4 - 4 - 2),
        ({"serving": "both", "practices": ["feature_store", "ab_testing"]}, 56),
        ({"practices": ["ab_testing", "personal_data"]}, 56 - 1 - 4),
        ({"phase": "exploration", "serving": "both"}, 12),
    ],
)
def test_a_project_sees_what_it_is_held_to(answers: dict[str, Any], count: int) -> None:
    text = rendered(**answers)
    known = [entry.id for entry in load().entries]
    ids = listed(text)
    assert len(ids) == count
    assert ids == [name for name in known if name in ids], "each once, in order"
    # What is not asked is named with its reason, and is what is missing above.
    if answers.get("phase") == "exploration":
        assert "44 statements come with the phase production" in text
        assert "## 4" not in text
    else:
        _, _, rest = text.partition("## Not asked of this project")
        assert set(re.findall(r"\d\.\d(?:\.\d)?", rest)) == set(known) - set(ids)
    # It is a page to be read: no line too long for a diff, no gap, no heading without a line.
    assert max(map(len, text.splitlines())) < 160
    assert not re.search(r"\n{3}|^#+ .*\n\n#", text, re.MULTILINE)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert len(text.splitlines()) < 110


def test_the_reference_names_every_statement_and_test() -> None:
    rows = re.findall(r"^\| ([\da-z.]+) \|", (ROOT / pages.REFERENCE).read_text(), re.MULTILINE)
    wanted = [*(e.id for e in load().entries), *(t.id for t in load_tests().tests)]
    assert [row for row in rows if row != "id"] == wanted
    assert len(wanted) == 56 + 28
