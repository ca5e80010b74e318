"""The people of the scripted team, their repository, and the forge that knows what they merged."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from machine import Machine
from unit.checker.forge import Github, Pull

REPOSITORY = "acme/churn"
TOKEN = "token-of-the-test"
RENOVATE = "29139614+renovate[bot]@users.noreply.github.com"
NAMES = {
    "ada": ("Ada Tester", "ada@example.org"),
    "ben": ("Ben Okri", "ben@example.org"),
    "cleo": ("Cleo Marsh", "cleo@example.org"),
    "renovate[bot]": ("renovate[bot]", RENOVATE),
}
# Who approves whose pull requests; Ben owns infrastructure, so what is not his goes to him.
APPROVES = {"ada": "ben", "ben": "cleo", "cleo": "ada", "renovate[bot]": "ben"}
JOBS = ("lint and types", "tests", "small pipeline run")


@dataclass
class Company:
    """A team at work on one machine: `project` is the clone that operates, `origin` the remote."""

    machine: Machine
    project: Path
    origin: Path
    answers: dict[str, object] = field(default_factory=dict)

    def trueline(self, *args: str, check: bool = True, **env: str) -> str:
        """Run the checker in the project, as `poe trueline` does."""
        command = [sys.executable, "-m", "trueline.cli", *args]
        done = self.machine.run(command, self.project, check=check, **env)
        return done.stdout

    def poe(self, *args: str, codes: tuple[int, ...] = (0,), **env: str) -> str:
        """Run a task of the project; it has to exit with one of `codes`."""
        command = ["uv", "run", "poe", "-q", *args]
        done = self.machine.run(command, self.project, check=False, **env)
        said = f"{args}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert done.returncode in codes, said
        return done.stdout

    def merge(self, message: str, by: str = "ada") -> str:
        """Bring all changes of the work tree to main, as a merged pull request of one commit."""
        name, email = NAMES[by]
        who = {
            f"GIT_{role}_{key}": value
            for role in ("AUTHOR", "COMMITTER")
            for key, value in (("NAME", name), ("EMAIL", email))
        }
        self.machine.git("add", "-A", cwd=self.project)
        self.machine.run(["git", "commit", "-qm", message], self.project, **who)
        self.machine.git("push", "-q", "origin", "main", cwd=self.project)
        return self.head

    @property
    def head(self) -> str:
        """The newest commit."""
        return self.machine.git("rev-parse", "HEAD", cwd=self.project)

    def forge(self) -> Github:
        """Return the forge as it stands now: all but the first commit came by a pull request."""
        log = self.machine.git("log", "--format=%H %ae %cI", "main", cwd=self.project)
        rows = [line.split() for line in log.splitlines()]
        merged = rows[:-1]
        server = Github([sha for sha, _, _ in merged])
        logins = {email: login for login, (_, email) in NAMES.items()}
        server.pulls = [
            Pull(len(merged) - n, [sha], logins[email], at, [(APPROVES[logins[email]], "APPROVED")])
            for n, (sha, email, at) in enumerate(merged)
        ]
        checks = [{"context": name} for name in JOBS]
        for rule in server.rulesets[1]["rules"]:
            if rule["type"] == "required_status_checks":
                rule["parameters"]["required_status_checks"] = checks
        now = datetime.now(UTC).isoformat(timespec="seconds")
        server.deployments = []
        server.runs[0] |= {"head_sha": rows[0][0], "created_at": now}
        tags = self.machine.git("tag", "--list", cwd=self.project).split()
        server.releases = [
            {"tag_name": tag, "body": "Boosted trees order the queue.", "published_at": now}
            for tag in tags
        ]
        return server


def asking(server: Github) -> dict[str, str]:
    """Return the variables by which the checker finds the forge."""
    return {
        "GITHUB_API_URL": server.url,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_TOKEN": TOKEN,
    }
