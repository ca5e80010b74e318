"""pyproject.toml: what two sides add is a union, what they disagree on is a conflict."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trueline.alignment import toml_array, toml_merge
from trueline.alignment.merge import by_lines

BASE = """\
[project]
name = "x"
dependencies = [
  "click~=8.1",  # the command line
  # arrays
  "numpy~=2.0",
  "pandas~=2.2",
]

[project.optional-dependencies]
plot = ["matplotlib"]

[tool.poe.tasks]
lint = "ruff check"
test = "pytest"

[tool.ruff]
line-length = 100
"""


def _merge(ours: str, theirs: str, base: str = BASE) -> str | None:
    one, two, three = toml_merge.merge(base, ours, theirs, by_lines)
    return one if one == two == three else None


def _dependencies(text: str) -> list[str]:
    found: list[str] = tomllib.loads(text)["project"]["dependencies"]
    return found


def test_additions_of_both_are_kept_with_their_comments() -> None:
    ours = BASE.replace('"pandas~=2.2",\n', '"pandas~=2.2",\n  "polars>=1",  # faster\n')
    theirs = BASE.replace('"pandas~=2.2",\n', '"pandas~=2.2",\n  # runs\n  "mlflow~=3.1",\n')
    merged = _merge(ours, theirs)
    assert merged is not None
    assert set(_dependencies(merged)) == {
        "click~=8.1", "numpy~=2.0", "pandas~=2.2", "polars>=1", "mlflow~=3.1",
    }  # fmt: skip
    for kept in ("# the command line", "# arrays", '"polars>=1",  # faster', '# runs\n  "mlflow'):
        assert kept in merged


@pytest.mark.parametrize("twice", [("pandas>=2", "pandas<3"), ("uvicorn", "uvicorn[standard]")])
def test_a_project_required_twice_is_left_to_lines(twice: tuple[str, str]) -> None:
    base, ours, theirs = '["a"]', f'["a", "{twice[0]}", "{twice[1]}"]', '["a", "b"]'
    for versions in ((base, ours, theirs), (base, theirs, ours), (ours, theirs, base)):
        with pytest.raises(ValueError, match="twice"):
            toml_array.merge(*versions)
    mine = BASE.replace('  "click~', "".join(f'  "{one}",\n' for one in twice) + '  "click~')
    new = BASE.replace('"pandas~=2.2",', '"pandas~=2.2",\n  "mlflow~=3.1",')
    merged = by_lines(*toml_merge.merge(BASE, mine, new, by_lines))
    assert {*twice, "mlflow~=3.1"} <= set(_dependencies(merged or ""))


def test_removed_by_one_side_and_bumped_by_the_other_beside() -> None:
    ours = BASE.replace('  "numpy~=2.0",\n', "")
    theirs = BASE.replace("pandas~=2.2", "pandas~=3.0").replace("click~=8.1", "click~=8.2")
    assert _dependencies(_merge(ours, theirs) or "") == ["click~=8.2", "pandas~=3.0"]


def test_what_the_user_removed_does_not_come_back_changed() -> None:
    ours = BASE.replace('  "numpy~=2.0",\n', "")
    theirs = BASE.replace("numpy~=2.0", "numpy~=2.3")
    assert _dependencies(_merge(ours, theirs) or "") == ["click~=8.1", "pandas~=2.2"]


def test_one_requirement_changed_by_both_is_the_only_conflict() -> None:
    ours = BASE.replace("numpy~=2.0", "numpy==2.0.1").replace('"pandas', '"polars",\n  "pandas')
    theirs = BASE.replace("numpy~=2.0", "numpy~=2.3").replace('"pandas', '"mlflow",\n  "pandas')
    base, mine, new = toml_merge.merge(BASE, ours, theirs, by_lines)
    assert by_lines(base, mine, new) is None
    differing = [
        lines
        for lines in zip(base.splitlines(), mine.splitlines(), new.splitlines(), strict=True)
        if len(set(lines)) > 1
    ]
    assert differing == [('  "numpy~=2.0",', '  "numpy==2.0.1",', '  "numpy~=2.3",')]


def test_a_comment_survives_the_templates_new_value() -> None:
    ours = BASE.replace('  "numpy~=2.0",\n', '  # ours: no 1.x\n  "numpy~=2.0",  # pinned\n')
    theirs = BASE.replace("numpy~=2.0", "numpy~=2.3").replace('"pandas', '"mlflow",\n  "pandas')
    assert '  # arrays\n  # ours: no 1.x\n  "numpy~=2.3",  # pinned\n' in (
        _merge(ours, theirs) or ""
    )


def test_a_requirement_with_a_comment_of_ours_is_not_removed() -> None:
    ours = BASE.replace('"pandas~=2.2",', '"pandas~=2.2",  # we need it')
    theirs = BASE.replace('  "pandas~=2.2",\n', "")
    assert '"pandas~=2.2",  # we need it' in (_merge(ours, theirs) or "")


def test_one_requirement_added_by_both_in_two_versions_is_a_conflict() -> None:
    ours = BASE.replace('"pandas', '"polars>=1",\n  "pandas')
    theirs = BASE.replace('"pandas', '"polars~=2.0",\n  "pandas')
    assert _merge(ours, theirs) is None


def test_tables_merge_by_key_where_lines_conflict() -> None:
    ours = BASE.replace('test = "pytest"\n', 'test = "pytest -x"\nmine = "echo"\n')
    theirs = BASE.replace('test = "pytest"\n', 'test = "pytest"\nserve = "uvicorn"\n')
    assert by_lines(BASE, ours, theirs) is None
    merged = _merge(ours, theirs)
    assert merged is not None
    assert tomllib.loads(merged)["tool"]["poe"]["tasks"] == {
        "lint": "ruff check", "test": "pytest -x", "mine": "echo", "serve": "uvicorn",
    }  # fmt: skip


def test_the_same_table_added_by_both() -> None:
    ours = BASE + '\n[tool.mypy]\nstrict = true\nfiles = ["src"]\n'
    theirs = BASE + "\n[tool.mypy]\nstrict = true\nwarn_unreachable = true\n"
    assert tomllib.loads(_merge(ours, theirs) or "")["tool"]["mypy"] == {
        "strict": True, "files": ["src"], "warn_unreachable": True,
    }  # fmt: skip


def test_a_value_changed_by_both_is_left_to_the_reader() -> None:
    ours = BASE.replace("line-length = 100", "line-length = 88")
    theirs = BASE.replace("line-length = 100", "line-length = 120")
    assert _merge(ours, theirs) is None


def test_a_group_that_only_the_user_has_stays() -> None:
    ours = BASE + '\n[dependency-groups]\nmine = ["ipython", {include-group = "x"}]\nx = []\n'
    theirs = BASE.replace("click~=8.1", "click~=8.2")
    merged = tomllib.loads(_merge(ours, theirs) or "")
    assert merged["dependency-groups"]["mine"] == ["ipython", {"include-group": "x"}]
    assert merged["project"]["dependencies"][0] == "click~=8.2"


@pytest.mark.parametrize("broken", ["[project\n", "x = 1\nx = 2\n", "\0"])
def test_no_toml_is_left_to_git(broken: str) -> None:
    assert toml_merge.merge(BASE, broken, BASE + "# x\n", by_lines) == (
        BASE, broken, BASE + "# x\n",
    )  # fmt: skip


_NAMES = st.sampled_from(["click", "numpy", "Pandas", "scikit-learn", "a.b", "z"])
_SETS = st.dictionaries(_NAMES, st.sampled_from(["", "~=1.0", ">=2,<3"]), max_size=6).map(
    lambda found: [f'"{name}{pin}"' for name, pin in found.items()]
)


@settings(max_examples=150, deadline=None)
@given(_SETS, _SETS, _SETS, st.sampled_from(["  ", "    ", "\t"]))
def test_sets_lose_nothing(
    base: list[str], ours: list[str], theirs: list[str], indent: str
) -> None:
    """What one side alone added or kept unchanged is in every version that comes out."""
    texts = [
        toml_array.write([toml_array.Entry(v) for v in x], indent) for x in (base, ours, theirs)
    ]
    outcome = toml_array.merge(*texts)

    def names(text: str) -> dict[str, str]:
        return {entry.name: entry.value for entry in toml_array.entries(text)}

    old, mine, new = map(names, texts)
    for text in outcome:
        tomllib.loads(f"x = {text}")
        found = names(text)
        for name in {*old, *mine, *new}:
            b, o, t = old.get(name), mine.get(name), new.get(name)
            if b == o or o == t:
                assert found.get(name) == t
            elif b == t or o is None or t is None:
                assert found.get(name) == o
    assert names(outcome[1]).keys() == names(outcome[2]).keys()


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="[]{}\",'#=\n ab1", max_size=40))
def test_any_text_is_an_array_or_refused(text: str) -> None:
    # The line break ends a comment of the text's own, or the closing bracket would be part of it.
    array = f"[{text}\n]"
    try:
        expected = tomllib.loads(f"x = {array}")["x"]
    except tomllib.TOMLDecodeError:
        return
    if "#" in text and not expected:  # comments with no value to belong to
        with pytest.raises(ValueError, match="comments"):
            toml_array.entries(array)
        return
    assert len(toml_array.entries(array)) == len(expected)
