"""Where a template's files go between two versions, and what a source or a version may be called."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from trueline.alignment import renames, source
from trueline.errors import BadInput

ROOT = Path(__file__).parents[3]
OLD = {"package_name": "churn"}


@pytest.mark.parametrize(
    ("recorded", "before", "after", "moves"),
    [
        ({"a.py": "b.py"}, {"a.py"}, {"b.py"}, {"a.py": "b.py"}),
        ({"a.py": "b.py"}, {"x.py"}, {"b.py"}, {}),
        # Still there, or never arrived: no rename on this way.
        ({"a.py": "b.py"}, {"a.py"}, {"a.py", "b.py"}, {}),
        ({"a.py": "b.py"}, {"a.py"}, {"c.py"}, {}),
        # Over two releases at once, and over the second alone.
        ({"a.py": "b.py", "b.py": "c.py"}, {"a.py"}, {"c.py"}, {"a.py": "c.py"}),
        ({"a.py": "b.py", "b.py": "c.py"}, {"b.py"}, {"c.py"}, {"b.py": "c.py"}),
        # There and back, and a circle that leads nowhere.
        ({"a.py": "b.py", "b.py": "a.py"}, {"a.py"}, {"a.py"}, {}),
        ({"a.py": "b.py", "b.py": "a.py"}, {"a.py"}, {"c.py"}, {}),
        (
            {"src/{{ package_name }}/a.py": "src/{{ package_name }}/b.py"},
            {"src/churn/a.py"}, {"src/churn/b.py"}, {"src/churn/a.py": "src/churn/b.py"},
        ),
    ],
)  # fmt: skip
def test_moved_files(
    recorded: dict[str, str], before: set[str], after: set[str], moves: dict[str, str]
) -> None:
    assert renames.moved_files(recorded, before, after, OLD, OLD) == moves


def test_a_rename_and_a_new_package_name_at_once() -> None:
    recorded = {"src/{{ package_name }}/a.py": "src/{{ package_name }}/b.py"}
    new = {"package_name": "leavers"}
    assert renames.moved_files(recorded, {"src/churn/a.py"}, {"src/leavers/b.py"}, OLD, new) == {
        "src/churn/a.py": "src/leavers/b.py"
    }


def test_a_folder_that_an_answer_names_moves_with_it(tmp_path: Path) -> None:
    (tmp_path / "src/{{package_name}}/data").mkdir(parents=True)
    assert renames.moved_folders(tmp_path, OLD, OLD) == {}
    assert renames.moved_folders(tmp_path, OLD, {"package_name": "leavers"}) == {
        "src/churn": "src/leavers"
    }


def test_a_removed_file_is_no_rename() -> None:
    assert renames.load(b"v1:\n  a: b\n  c: null\nv2: {d: e}\n") == {"a": "b", "d": "e"}
    assert renames.load(None) == renames.load(b"{}\n") == {}


@pytest.mark.parametrize("raw", [b"[", b"- a\n", b"v1: [a, b]\n"])
def test_a_broken_record_is_refused(raw: bytes) -> None:
    with pytest.raises(BadInput, match="renames"):
        renames.load(raw)


def test_every_release_that_renames_has_its_migration() -> None:
    """Without one, plain `copier update` would lose edits in silence."""
    recorded = yaml.safe_load((ROOT / renames.PATH).read_text())
    migrations = yaml.safe_load((ROOT / "copier.yml").read_text()).get("_migrations", [])
    assert sorted(recorded) == sorted(migration["version"] for migration in migrations)
    for migration in migrations:
        assert "hooks/migrations/carry_renames.py" in "".join(migration["command"])
    for moved in recorded.values():
        for old, new in moved.items():
            place = old.replace("{{ package_name }}", "{{package_name}}")
            assert not list((ROOT / "template").glob(f"{place}*")), f"{old} is still there"
            assert new is None or list(
                (ROOT / "template").glob(
                    f"{new.replace('{{ package_name }}', '{{package_name}}')}*"
                )
            ), f"{new} is not there"


@pytest.mark.parametrize(
    ("named", "url"),
    [
        ("gh:acme/trueline", "https://github.com/acme/trueline.git"),
        ("gl:/acme/ml/trueline.git", "https://gitlab.com/acme/ml/trueline.git"),
        ("git+ssh://git@acme.org/t.git", "ssh://git@acme.org/t.git"),
        ("git+file:///srv/t.git", "file:///srv/t.git"),
        ("git@github.com:acme/t.git", "git@github.com:acme/t.git"),
        ("/srv/t.git", "/srv/t.git"),
    ],
)
def test_a_source_as_git_reads_it(named: str, url: str) -> None:
    assert source.git_url(named) == url


@pytest.mark.parametrize(
    "named",
    ["", "  ", "-x", "--upload-pack=x", "ext::sh -c x", "git+ext::sh -c x", "fd::3", "a\nb", "a\0b",
     "git+-x", "a\x1b[31m", None, 3, ["x"]],
)  # fmt: skip
def test_what_is_no_source_is_refused(named: object) -> None:
    with pytest.raises(BadInput, match="--from"):
        source.checked(named, "--from")
