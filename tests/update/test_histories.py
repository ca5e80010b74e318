"""Random histories of a project: whatever was done to it, an update loses none of it."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import pytest
from edited_project import Project
from trueline.alignment import update

SEEDS = {"README.md", "params.yaml", "src/small/data/source.py", "docs/goals.md"}
# Where the new template puts files of its own.
NEW = ["src/small/monitoring/page.py", "src/small/model/gate.py", "docs/goals.md", "own/a.py"]


class History:
    """Edits drawn from a seed; each leaves a token that must be found again."""

    def __init__(self, project: Project, seed: int) -> None:
        self.project, self.random = project, random.Random(seed)
        self.count, self.removed = 0, set[str]()

    def files(self) -> list[str]:
        found = self.project.git("ls-files", "--cached", "--others").splitlines()
        return sorted(
            path for path in found
            if path != ".copier-answers.yml" and (self.project.root / path).is_file()
        )  # fmt: skip

    def token(self) -> str:
        self.count += 1
        return f"# token-{self.count:03d}-{self.random.getrandbits(64):016x}"

    def insert(self, path: str) -> None:
        """Put a line somewhere between the lines of a file."""
        lines = (self.project.root / path).read_text().splitlines(keepends=True)
        lines.insert(self.random.randint(0, len(lines)), f"{self.token()}\n")
        (self.project.root / path).write_text("".join(lines))

    def rewrite(self, path: str) -> None:
        (self.project.root / path).write_text(f"{self.token()}\n")

    def remove(self, path: str) -> None:
        (self.project.root / path).unlink()
        self.removed.add(path)

    def move(self, path: str) -> None:
        target = self.project.root / f"moved_{self.count}" / Path(path).name
        target.parent.mkdir(exist_ok=True)
        (self.project.root / path).rename(target)
        self.removed.add(path)

    def add(self, path: str) -> None:
        file = self.project.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{self.token()}\n")
        self.removed.discard(path)

    def live(self, steps: int) -> None:
        acts = [self.insert] * 6 + [self.rewrite, self.remove, self.move]
        for _ in range(steps):
            if self.random.random() < 0.2:
                self.add(self.random.choice(NEW))
            else:
                self.random.choice(acts)(self.random.choice(self.files()))
            if self.random.random() < 0.3:
                self.project.commit("A step")
        self.project.commit("The last step")


@pytest.mark.parametrize("seed", range(24))
def test_nothing_is_lost(project: Project, seed: int) -> None:
    history = History(project, seed)
    history.live(steps=4 + seed % 9)
    before = project.state()
    told = update.run(project.root)
    assert project.state() == before
    branch = told["branch"]
    contents = {path: project.read(path, branch) for path in project.paths(branch)}
    everything = "\n".join(contents.values())
    mine = {path: project.read(path) for path in history.files()}
    lost = [
        line
        for text in mine.values()
        for line in text.splitlines()
        if line.startswith("# token-") and line not in everything
    ]
    assert lost == []
    conflicts = {row["path"] for row in told["conflicts"]}
    marked = {path for path, text in contents.items() if "<<<<<<< yours" in text}
    assert marked <= conflicts
    for path in SEEDS & mine.keys():
        assert contents[path] == mine[path].strip(), path
    # A file of the user's own that came and went says nothing about the template's new one.
    gone = {path for path in history.removed - {*NEW} if path not in mine}
    assert not gone & contents.keys()
    if "pyproject.toml" in contents and "pyproject.toml" not in conflicts:
        tomllib.loads(contents["pyproject.toml"])
    assert "_commit: v0.2.0" in contents[".copier-answers.yml"]
