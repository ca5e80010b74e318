"""What git says of a stranger's repository: names, addresses and answers of any kind are read."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from trueline.evidence import git, history, jsontext, mainline
from trueline.evidence.git import Repository
from trueline.past.pushed import pushed

ANSWERS = {
    "whole": (b"abc blob 2\nhi\nx missing\n", [b"hi", None]),
    "cut off in a header": (b"abc blob 2\nhi\nx mis", [b"hi"]),
    "cut off in a file": (b"abc blob 20\nhi", [b"hi"]),
    "nothing": (b"", []),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_ends_early_is_read_as_far_as_it_goes(name: str) -> None:
    said, expected = ANSWERS[name]
    assert list(git._batch(said)) == expected


def brought_in(
    root: Path, path: bytes, author: bytes, subject: bytes, when: int, tags: list[bytes]
) -> Repository | None:
    """One commit with these names, on main and as the branch `evidence` of origin."""
    who = b"%s <%s> %d +0000\n" % (author, author, when)
    stream = b"commit refs/heads/main\nauthor %scommitter %s" % (who, who)
    stream += b"data %d\n%s\nM 100644 inline %s\ndata 1\na\n" % (len(subject), subject, path)
    for ref in (*(b"tags/" + tag for tag in tags), b"remotes/origin/evidence"):
        stream += b"reset refs/%s\nfrom refs/heads/main\n\n" % ref
    call = ["git", "-C", str(root)]
    subprocess.run([*call, "init", "-q", "-b", "main"], check=True)
    done = subprocess.run([*call, "fast-import", "--quiet"], input=stream, capture_output=True)
    if done.returncode:  # git refuses some names; what it takes is what a reader can meet
        return None
    subprocess.run([*call, "read-tree", "main"], check=True)
    return Repository.open(root)


def read(repository: Repository, tags: list[bytes]) -> None:
    """Read all that git tells, and hold what must be true of any single commit."""
    assert len(repository.tracked()) <= 1
    found = history.read(repository)
    assert len(found.authored) == 1
    assert {tag.name for tag in found.tags} <= {tag.decode() for tag in tags}
    (change,) = mainline.history(repository, repository.head)
    assert change.root
    assert len(change.paths) == 1
    repository.ignored(repository.tracked())
    assert repository.commits([repository.head])[repository.head].ancestor
    assert len(pushed(repository).states) <= 1


# No NUL and no line end: git itself takes neither in these places of the stream.
NAMES = st.binary(min_size=1, max_size=20).filter(
    lambda b: not set(b) & set(b"\0\n<>") and b.strip() == b
)
PATHS = NAMES.filter(
    lambda b: all(part.strip(b". ") and not part.lower().startswith(b".git")
                  for part in b.split(b"/")) and not b.startswith(b'"')
)  # fmt: skip
TAGS = st.from_regex(rb"v?[0-9]{1,9}([.+-][0-9a-z]{1,9}){0,4}", fullmatch=True)


# Each example makes a repository: to look for a smaller one takes longer than to read this one.
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(PATHS, NAMES, st.binary(max_size=80), st.integers(0, 2**40), st.lists(TAGS, max_size=3))
def test_any_history_is_read(
    path: bytes, author: bytes, subject: bytes, when: int, tags: list[bytes]
) -> None:
    with TemporaryDirectory() as folder:
        subject = subject.replace(b"\0", b"")
        repository = brought_in(Path(folder), path, author, subject, when, tags)
        if repository:
            read(repository, tags)


ODD = {
    "a path with the mark of a commit": (b"a\x01" + b"0" * 40, b"a", b"s", 1),
    "a name with what Python takes for a line's end": (b"a", b"a\x0b\xc2\x85b\x1cc", b"s", 1),
    "a year that no calendar has": (b"a", b"a", b"s", 2**40),
    "a subject of several lines to Python": (b"a", b"a", b"s\x0b\xe2\x80\xa8t", 1),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_names_hide_nothing(name: str, tmp_path: Path) -> None:
    path, author, subject, when = ODD[name]
    repository = brought_in(tmp_path, path, author, subject, when, [])
    assert repository
    read(repository, [])
    assert len(pushed(repository).states) == (when < 2**38)


def test_a_folder_may_have_an_odd_name(tmp_path: Path) -> None:
    root = tmp_path / "a\nb\x0bc"
    root.mkdir()
    assert brought_in(root, b"a", b"a", b"s", 1, [])


def test_only_a_line_feed_ends_a_line_of_json() -> None:
    assert jsontext.lines('{"a": "b\u2028c"}\r\n\n{"a": 1}') == ([{"a": "b\u2028c"}, {"a": 1}], 0)
