"""Signing: what is refused, what is written, and that the checker counts it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from trueline.maturity.catalogue import load
from trueline.maturity.score import Outcome
from unit.checker.building import Project
from unit.report.running import AT, refused, run

SAID = ("--owner", "@acme/model-risk", "--statement", "Gone through with the risk team.")
SIGNED = [entry for entry in load().entries if entry.evidence == "attest"]


@pytest.fixture
def unsigned(project: Project) -> Project:
    """The mature project before anybody signed."""
    project.write(
        "maturity.yaml", "schema: 1\n# who signs\nattestations: []  # none\nwaivers: []\n"
    )
    project.commit()
    return project


def test_what_can_be_signed_says_for_how_long() -> None:
    assert SIGNED
    for entry in SIGNED:
        assert 1 <= entry.number("review_days") <= 366


def test_a_signature_counts(unsigned: Project) -> None:
    done = run("attest", "1.1.3", unsigned.root, *SAID, "--yes", *AT)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1.1.3 is met: reviewed by @" in done.stdout
    text = unsigned.read("maturity.yaml")
    assert "# who signs" in text
    assert "# none" in text
    (record,) = yaml.safe_load(text)["attestations"]
    assert record["reviewed_commit"] == unsigned.git("rev-parse", "HEAD")
    assert str(record["reviewed_on"]) == "2026-07-01"
    assert record["review_days"] == load()["1.1.3"].number("review_days")
    assert record["evidence"] == ["docs/project/risk.yaml"]
    unsigned.commit("Signed")
    assert unsigned.outcome("1.1.3") is Outcome.MET
    # Signing again later appends; the first record stays to be read.
    assert (
        run("attest", "1.1.3", unsigned.root, *SAID, "--claim", "unmet", "--yes", *AT).returncode
        == 0
    )
    assert [r["claim"] for r in yaml.safe_load(unsigned.read("maturity.yaml"))["attestations"]] == [
        "met",
        "unmet",
    ]
    unsigned.commit()
    assert unsigned.outcome("1.1.3") is Outcome.UNMET


def test_two_statements_can_be_signed_in_a_row(unsigned: Project) -> None:
    for _ in range(2):
        assert run("attest", "1.1.3", unsigned.root, *SAID, "--yes", *AT).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("9.9.9", "--yes"), "there is no statement '9.9.9'"),
        (("2.2.5", *SAID, "--yes"), "takes no signature"),
        (("1.1.3", *SAID, "--owner", "@nobody", "--yes"), "named neither in CODEOWNERS nor"),
        (("1.1.3", *SAID, "--evidence", "docs/none.md", "--yes"), "no tracked file and no https address"),
        (("1.1.3", *SAID, "--evidence", "http://x.example", "--yes"), "no tracked file and no https address"),
        (("1.1.3", *SAID, "--days", "9999", "--yes"), "holds for 1 to"),
        (("1.1.3", *SAID, "--days", "0", "--yes"), "holds for 1 to"),
        (("1.1.3", *SAID, "--commit", "0" * 40, "--yes"), "there is no commit"),
        (("1.1.3", *SAID, "--commit=--all", "--yes"), "there is no commit"),
        (("1.1.3", *SAID, "--on", "2026-07-02", "--yes"), "dated in the future"),
        (("1.1.3", *SAID, "--on", "soon", "--yes"), "does not say when"),
        (("1.1.3", "--owner", "@acme/model-risk", "--yes"), "say in a sentence"),
        (("1.1.3", "--statement", "x", "--yes"), "nobody signs in another's name: give --owner (@acme"),
        (("1.1.3",), "no terminal to ask on: give --statement"),
        (("1.1.3", *SAID, "--claim", "na"), "na"),
    ],
)  # fmt: skip
def test_what_would_not_count_is_refused(
    unsigned: Project, arguments: tuple[str, ...], said: str
) -> None:
    before = unsigned.read("maturity.yaml")
    name, *rest = arguments
    assert said in refused(run("attest", name, unsigned.root, *rest, *AT))
    assert unsigned.read("maturity.yaml") == before


def test_a_commit_beside_the_branch_is_refused(unsigned: Project) -> None:
    side = unsigned.git("commit-tree", "HEAD^{tree}", "-m", "beside")
    done = run("attest", "1.1.3", unsigned.root, *SAID, "--commit", side, "--yes", *AT)
    assert "no ancestor" in refused(done)


def test_work_that_is_not_committed_is_refused(unsigned: Project) -> None:
    unsigned.write("params.yaml", "a: 1\n")
    assert "params.yaml differs" in refused(
        run("attest", "1.1.3", unsigned.root, *SAID, "--yes", *AT)
    )


def test_without_a_commit_there_is_nothing_to_sign(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert "no commit yet" in refused(run("attest", "1.1.3", tmp_path, *SAID, "--yes"))


def test_a_file_that_cannot_take_a_line_is_left_alone(unsigned: Project) -> None:
    unsigned.write("maturity.yaml", "{schema: 1}\n")
    unsigned.commit()
    assert "braces" in refused(run("attest", "1.1.3", unsigned.root, *SAID, "--yes", *AT))
    assert unsigned.read("maturity.yaml") == "{schema: 1}\n"


def test_a_link_is_not_written_through(unsigned: Project, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("schema: 1\n")
    unsigned.remove("maturity.yaml")
    (unsigned.root / "maturity.yaml").symlink_to(tmp_path / "outside.yaml")
    unsigned.commit()
    refused(run("attest", "1.1.3", unsigned.root, *SAID, "--yes", *AT))
    assert (tmp_path / "outside.yaml").read_text() == "schema: 1\n"


def test_a_new_file_is_begun(unsigned: Project) -> None:
    unsigned.remove("maturity.yaml")
    unsigned.commit()
    done = run("attest", "1.1.3", unsigned.root, *SAID, "--yes", *AT)
    assert "git add maturity.yaml" in done.stdout
    unsigned.commit()
    assert unsigned.outcome("1.1.3") is Outcome.MET


def typed(root: Path, *lines: str) -> tuple[int, str]:
    """Answer the questions on a terminal, as a person does."""
    mine, theirs = pty.openpty()
    command = [sys.executable, "-m", "trueline.cli", "attest", "1.1.3", str(root), *AT]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    os.close(theirs)
    os.write(mine, "".join(f"{line}\n" for line in lines).encode())
    said, _ = process.communicate(timeout=60)
    os.close(mine)
    return process.returncode, said


def test_on_a_terminal_it_asks_with_defaults(unsigned: Project) -> None:
    code, said = typed(unsigned.root, "", "", "Looked at it all.", "", "", "30")
    assert code == 0, said
    (record,) = yaml.safe_load(unsigned.read("maturity.yaml"))["attestations"]
    assert (record["statement"], record["review_days"]) == ("Looked at it all.", 30)
    assert "[docs/project/risk.yaml]" in said
    before = unsigned.read("maturity.yaml")
    code, said = typed(unsigned.root, "@nobody", "", "x", "", "", "")
    assert code == 2
    assert unsigned.read("maturity.yaml") == before
