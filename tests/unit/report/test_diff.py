"""Two commits compared from git alone; the user's repository is only read."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from trueline.evidence.git import Repository
from trueline.maturity.score import Outcome
from trueline.past.change import Kind, changes, lost
from trueline.past.commits import main_tip
from trueline.past.diff_text import MARKER, as_data, as_markdown, as_table
from trueline.past.pushed import pushed
from trueline.past.scratch import scratch
from unit.checker.building import Project
from unit.report.results import HOSTILE, made
from unit.report.running import AT, refused, run

IDS = [statement.entry.id for statement in made().statements]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (Outcome.MET, Outcome.PARTIAL, Kind.LOST),
        (Outcome.MET, Outcome.STALE, Kind.LOST),
        (Outcome.MET, Outcome.UNKNOWN, Kind.LOST),
        (Outcome.MET, Outcome.NA, Kind.OTHER),
        (Outcome.NA, Outcome.MET, Kind.WON),
        (Outcome.NA, Outcome.UNMET, Kind.OTHER),
        (Outcome.UNMET, Outcome.MET, Kind.WON),
        (Outcome.UNMET, Outcome.PARTIAL, Kind.BETTER),
        (Outcome.PARTIAL, Outcome.UNMET, Kind.WORSE),
        (Outcome.UNMET, Outcome.UNKNOWN, Kind.OTHER),
    ],
)
def test_what_a_change_is(before: Outcome, after: Outcome, kind: Kind) -> None:
    one, other = made({IDS[0]: before}), made({IDS[0]: after})
    (found,) = changes(one, other)
    assert (found.kind, found.before, found.after.entry.id) == (kind, before, IDS[0])
    assert bool(lost([found])) is (kind is Kind.LOST)
    assert changes(one, one) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_repository_is_markup(text: str) -> None:
    before, after = made({IDS[0]: Outcome.MET}), made({IDS[1]: Outcome.MET}, text=text)
    page = as_markdown(before, after)
    assert page.startswith(f"{MARKER}\n")
    rows = [line for line in page.splitlines() if line.startswith("| ")][1:]
    assert [row.split(" | ")[0].strip("| ") for row in rows] == ["lost", "won"]
    assert "\x1b" not in as_table(before, after)
    data = json.loads(json.dumps(as_data(before, after)))
    assert (data["lost"], data["won"]) == ([IDS[0]], [IDS[1]])


@pytest.fixture
def parted(project: Project) -> Project:
    """A branch that drops the hooks, from a main that CI has told of."""
    project.publish()
    project.git("branch", "base")
    project.git("checkout", "-q", "-b", "change")
    project.remove(".pre-commit-config.yaml")
    project.commit("No hooks")
    return project


def state(project: Project) -> tuple[str, str, list[str]]:
    """What a reader could have changed: refs, worktrees, files of .git but for the index's clock."""
    files = sorted(str(f.relative_to(project.root)) for f in (project.root / ".git").rglob("*"))
    return project.git("for-each-ref"), project.git("worktree", "list", "--porcelain"), files


def test_a_loss_is_named_and_a_finding(parted: Project) -> None:
    before = state(parted)
    done = run("diff", "base..HEAD", parted.root, *AT)
    assert (done.returncode, done.stderr) == (0, "")
    assert "lost  3.2.1" in done.stdout
    strict = run("diff", "base", parted.root, "--no-regressions", "--format", "json", *AT)
    assert strict.returncode == 1
    assert strict.stderr == "trueline: met before and not any more: 3.2.1\n"
    data = json.loads(strict.stdout)
    assert (data["lost"], data["schema"]) == (["3.2.1"], 1)
    assert data["base"]["core"]["met"] == data["head"]["core"]["met"] + 1
    back = run("diff", "HEAD..base", parted.root, "--no-regressions", *AT)
    assert back.returncode == 0
    assert "won  " in back.stdout
    assert state(parted) == before


def test_check_holds_the_work_tree_against_a_commit(parted: Project) -> None:
    done = run("check", parted.root, "--no-regressions", "base", "--format", "badge", *AT)
    assert done.returncode == 1
    assert done.stderr.startswith("trueline: 3.2.1 was met at base and is unmet now: ")
    parted.git("checkout", "-q", "base", "--", ".pre-commit-config.yaml")
    parted.commit("Hooks again")
    assert (
        run("check", parted.root, "--no-regressions", "base", "--format", "badge", *AT).returncode
        == 0
    )
    assert "no commit 'nowhere'" in refused(
        run("check", parted.root, "--no-regressions", "nowhere")
    )


def test_three_dots_compare_with_where_the_branches_parted(parted: Project) -> None:
    parted.git("checkout", "-q", "base")
    parted.write("README.md", "# Another\n")
    parted.commit("Main moved on")
    data = json.loads(run("diff", "base...change", parted.root, "--format", "json", *AT).stdout)
    assert data["base"]["commit"] == parted.git("merge-base", "base", "change")


def test_bad_names_are_one_line(parted: Project, tmp_path: Path) -> None:
    for name in (
        "nowhere..HEAD",
        "HEAD..",
        "--all..HEAD",
        "base..-x",
        "..nowhere",
        "x" * 300,
        "HEAD:src..HEAD",
    ):
        done = run("diff", *AT, "--", name, parted.root)
        if name == "HEAD..":
            assert done.returncode == 0
        else:
            refused(done)
    refused(run("diff", "HEAD", tmp_path))
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", f"file://{parted.root}", str(tmp_path / "cut")],
        check=True,
    )
    cut = run("diff", "HEAD~1..HEAD", tmp_path / "cut", *AT)
    assert (cut.returncode, cut.stderr.count("\n")) == (3, 1)
    assert "fetch with full history" in cut.stderr
    assert run("diff", "HEAD..HEAD", tmp_path / "cut", *AT).returncode == 0


def test_nothing_of_the_repository_is_run(parted: Project, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    command = f"touch {trap}; cat"
    for key in ("filter.x.smudge", "filter.x.clean", "core.fsmonitor", "filter.x.process"):
        parted.git("config", key, command)
    hook = parted.root / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {trap}\n")
    hook.chmod(0o755)
    parted.git("update-index", "--assume-unchanged", "README.md")
    (parted.root / ".gitattributes").write_text("*.md filter=x\n")
    blob = parted.git("hash-object", "-w", "--no-filters", ".gitattributes")
    parted.git("update-index", "--add", "--cacheinfo", f"100644,{blob},.gitattributes")
    tree = parted.git("write-tree")
    sha = parted.git("commit-tree", tree, "-p", "HEAD", "-m", "Attributes")
    parted.git("update-ref", "HEAD", sha)
    trap.unlink(missing_ok=True)
    done = run("diff", "base..HEAD", parted.root, *AT)
    assert done.returncode == 0, done.stderr
    assert not trap.exists()


def test_a_commit_is_laid_out_as_it_was(parted: Project) -> None:
    parted.git("tag", "before", "base")
    parted.git("tag", "-a", "after", "-m", "two", "HEAD")
    (parted.root / "link").symlink_to("README.md")
    head = parted.commit("A link")
    with scratch(Repository.open(parted.root)) as copy:
        root = copy.lay(parted.git("rev-parse", "base"), None)
        assert (root / ".pre-commit-config.yaml").is_file()
        assert not (root / "link").exists()
        here = Repository.open(root)
        assert here.head == parted.git("rev-parse", "base")
        assert here.branch() == "main"
        assert here.tracked() == frozenset(
            parted.git("ls-tree", "-r", "--name-only", "base").splitlines()
        )
        assert main_tip(here, "main") == here.head
        tags = ["git", "-C", str(root), "tag"]
        there = subprocess.run(tags, capture_output=True, text=True, check=True).stdout.split()
        assert "before" in there
        assert "after" not in there
        copy.lay(head, None)
        assert (root / "link").is_symlink()
        assert not (root / ".pre-commit-config.yaml").exists()
        there = subprocess.run(tags, capture_output=True, text=True, check=True).stdout.split()
        assert {"before", "after"} <= set(there)
        # A commit beside main leaves main where it is.
        main = parted.git("rev-parse", "main")
        assert main_tip(Repository.open(root), "main") == main != head
    assert not root.exists()


def test_each_commit_is_judged_by_what_ci_had_told(parted: Project) -> None:
    repository = Repository.open(parted.root)
    base, head = parted.git("rev-parse", "base"), parted.git("rev-parse", "change")
    first = pushed(repository)
    assert [one.about for one in first.states] == [base]
    assert not first.cut
    found = first.about(repository, head)
    assert found
    assert found.about == base
    root = parted.git("rev-list", "--max-parents=0", "change")
    assert first.about(repository, root) is None
    tree = parted.git("rev-parse", "origin/evidence^{tree}")
    newer = parted.git("commit-tree", tree, "-p", "origin/evidence", "-m", f"Evidence for {head}")
    parted.git("update-ref", "refs/remotes/origin/evidence", newer)
    states = pushed(repository)
    assert [one.about for one in states.states] == [head, base]
    chosen = states.about(repository, base)
    assert chosen
    assert chosen.sha == first.states[0].sha
    parted.git("update-ref", "-d", "refs/remotes/origin/evidence")
    assert pushed(repository).states == ()


@pytest.mark.parametrize(
    "content",
    ["[" * 100_000, "", "[]", '{"commit": {}}', '{"commit": "--all"}', '{"commit": 1e999}', "\x00\xff", '{"commit": "HEAD"}'],
    ids=["deep", "empty", "list", "mapping", "option", "infinity", "bytes", "name"],
)  # fmt: skip
def test_a_branch_that_tells_nonsense_tells_of_nothing(parted: Project, content: str) -> None:
    parted.evidence = {"reports/ci.json": content}
    parted.publish()
    (state_,) = pushed(Repository.open(parted.root)).states
    assert state_.about == ""
    assert run("diff", "base", parted.root, *AT).returncode == 0


def test_a_repository_of_another_hash(tmp_path: Path) -> None:
    subprocess.run(
        ["git", "init", "-q", "--object-format=sha256", "-b", "main", str(tmp_path)], check=True
    )
    project = Project(tmp_path)
    project.write("README.md", "# One\n")
    project.commit()
    project.write("README.md", "# Two\n")
    project.commit()
    done = run("diff", "HEAD~1..HEAD", tmp_path, *AT)
    assert (done.returncode, "No statement changes" in done.stdout) == (0, True)
