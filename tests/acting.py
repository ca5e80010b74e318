"""Run a made project's GitHub workflows for real, on this machine, through act.

Third-party actions cannot be fetched; each is replaced by the folder of the same name in
`actions/`, which does the real local equivalent. Everything else runs as written.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from machine import Machine

_STUBS = Path(__file__).parent / "actions"
# What act itself needs to pass on; a job sees nothing else of the machine's environment.
_TO_JOBS = ("UV_CACHE_DIR", "MYPY_CACHE_DIR", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_OFFLINE", "UV_FIND_LINKS",
            "SSL_CERT_FILE", "PIP_CERT", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS",
            "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
            "REQUESTS_CA_BUNDLE")  # fmt: skip


@dataclass(frozen=True)
class WorkflowRun:
    """One run: act's exit code, each job's result by its id, and the job summaries by id."""

    code: int
    results: dict[str, str]
    summaries: dict[str, str]
    artifacts: Path
    log: str

    @property
    def story(self) -> str:
        """Give what the steps of the failed jobs printed, its end."""
        red = {job for job, result in self.results.items() if result != "success"}
        said = [line["msg"].rstrip() for line in _lines(self.log) if line.get("jobID") in red]
        return f"{self.results}\n" + "\n".join(said)[-6000:]

    def failed_step(self, job: str) -> str:
        """Give the name of the step that failed in `job`."""
        failed = [
            line["step"]
            for line in _lines(self.log)
            if line.get("stepResult") == "failure" and line["jobID"] == job and line.get("step")
        ]
        assert failed, f"no step of {job} failed: {self.story}"
        return str(failed[-1])


def actions_used(project: Path) -> set[str]:
    """Give each third-party action of the project's workflows as owner/name@commit."""
    return {
        step["uses"]
        for path in (project / ".github" / "workflows").glob("*.yml")
        for job in yaml.safe_load(path.read_text())["jobs"].values()
        for step in job["steps"]
        if "uses" in step
    }


@dataclass(frozen=True)
class Forge:
    """What a run is told of the forge: its API, the repository's name there, and a token."""

    url: str
    repository: str
    token: str


def pull_request(project: Path, machine: Machine, head: str) -> dict[str, Any]:
    """Return the payload of pull request 7, of the last commit, from the repository `head`."""
    base = machine.git("rev-parse", "HEAD~1", cwd=project)
    return {
        "pull_request": {
            "number": 7,
            "base": {"ref": "main", "sha": base},
            "head": {"ref": "topic", "repo": {"full_name": head}},
        }
    }


def act(
    machine: Machine,
    project: Path,
    workflow: str,
    event: str,
    *,
    payload: dict[str, Any] | None = None,
    forge: Forge | None = None,
    artifacts: Path | None = None,
) -> WorkflowRun:
    """Run the workflow file of the clean checkout `project` for `event`; a red run is no error.

    Without a payload a pull request comes from a fork. `artifacts` is what earlier jobs of the
    run have left behind.
    """
    given = artifacts
    artifacts = machine.root / "artifacts"
    shutil.rmtree(artifacts, ignore_errors=True)
    shutil.copytree(given, artifacts) if given else artifacts.mkdir()
    if event == "pull_request" and payload is None:
        payload = pull_request(project, machine, "somebody/fork")
    told = machine.root / "event.json"
    told.write_text(json.dumps(payload or {}))
    origin = machine.git("remote", "get-url", "origin", cwd=project)
    env = {name: machine.env[name] for name in _TO_JOBS if name in machine.env}
    env |= {"TEST_ORIGIN": origin, "TEST_ARTIFACTS": str(artifacts)}
    command = [shutil.which("act") or "act", event, "--json", "--rm", "--no-skip-checkout"]
    command += ["--eventpath", str(told)]
    if forge:
        command += ["--secret", f"GITHUB_TOKEN={forge.token}"]
        env |= {"GITHUB_API_URL": forge.url, "GITHUB_REPOSITORY": forge.repository}
    command += ["--workflows", f".github/workflows/{workflow}"]
    command += ["--platform", "ubuntu-latest=-self-hosted"]
    command += ["--action-cache-path", str(machine.root / "act")]
    # Jobs one after the other: they share this machine's two cores, not its disk.
    command += ["--concurrent-jobs", "1"]
    for used in sorted(actions_used(project)):
        # An action may lie in a folder of its repository: owner/name/folder@commit.
        path, _, commit = used.partition("@")
        owner, name, *folder = path.split("/")
        stub = _STUBS / name
        action = stub.joinpath(*folder, "action.yml")
        assert action.exists(), f"there is no local equivalent of {used}"
        command += ["--local-repository", f"{owner}/{name}@{commit}={stub}"]
    for name, value in env.items():
        command += ["--env", f"{name}={value}"]
    done = machine.run(command, project, check=False, timeout=1800)
    log = done.stdout + done.stderr
    results: dict[str, str] = {}
    summaries: dict[str, str] = {}
    for line in _lines(log):
        if "jobResult" in line:
            results[line["jobID"]] = line["jobResult"]
        if line.get("command") == "summary":
            summaries[line["jobID"]] = summaries.get(line["jobID"], "") + line["content"]
    return WorkflowRun(done.returncode, results, summaries, artifacts, log)


def _lines(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]
