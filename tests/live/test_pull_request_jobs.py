"""The jobs of `ci` that write to the forge, run for real against a forge of the test.

Only the job in question runs: what `card` would leave behind is laid there by hand.
"""

from __future__ import annotations

import base64
import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from acting import Forge, WorkflowRun, act, pull_request
from machine import Machine, make_machine

ROOT = Path(__file__).parents[2]
CI = yaml.safe_load((ROOT / "template" / ".github" / "workflows" / "ci.yml").read_text())
HERE, TOKEN = "acme/churn", "token-of-the-job"
MARK = "<!-- trueline: diff -->"
DIFF = (
    f"{MARK}\n## Maturity: core 3/41 → core 4/41\n\nwon `$(touch pwned)` ${{{{ github.token }}}}\n"
)
SARIF = json.dumps({"version": "2.1.0", "runs": []})


class Api(ThreadingHTTPServer):
    """The part of GitHub's API that the jobs use; it remembers what was written."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.comments: list[dict[str, Any]] = []
        self.sarifs: list[dict[str, Any]] = []
        self.scanning = True
        self.asked: list[tuple[str, str]] = []

    @property
    def forge(self) -> Forge:
        return Forge(f"http://127.0.0.1:{self.server_port}", HERE, TOKEN)

    def say(self, body: str, *, bot: bool = False) -> None:
        """Let somebody write a comment."""
        user = {"login": "x", "type": "Bot" if bot else "User"}
        self.comments.append({"id": 1000 + len(self.comments), "user": user, "body": body})


class _Answer(BaseHTTPRequestHandler):
    server: Api

    def _do(self) -> None:
        split = urlsplit(self.path)
        length = int(self.headers.get("content-length", 0))
        body = json.loads(self.rfile.read(length)) if length else {}
        self.server.asked.append((self.command, split.path))
        code, answer = 404, {"message": "Not Found"}
        known, comment = self.server.comments, f"/repos/{HERE}/issues/comments/"
        if self.headers["authorization"] != f"Bearer {TOKEN}":
            code = 401
        elif split.path == f"/repos/{HERE}/issues/7/comments" and self.command == "GET":
            query = parse_qs(split.query)
            page, each = int(query["page"][0]), int(query["per_page"][0])
            code, answer = 200, known[(page - 1) * each : page * each]  # type: ignore[assignment]
        elif split.path == f"/repos/{HERE}/issues/7/comments" and self.command == "POST":
            self.server.say(body["body"], bot=True)
            code, answer = 201, known[-1]
        elif split.path.startswith(comment) and self.command == "PATCH":
            (old,) = [one for one in known if str(one["id"]) == split.path.removeprefix(comment)]
            old["body"] = body["body"]
            code, answer = 200, old
        elif split.path == f"/repos/{HERE}/code-scanning/sarifs" and self.server.scanning:
            self.server.sarifs.append(body)
            code, answer = 202, {"id": "1"}
        elif split.path == f"/repos/{HERE}/code-scanning/sarifs":
            code, answer = 403, {"message": "Code Security must be enabled for this repository."}
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    do_GET = do_POST = do_PATCH = _do  # noqa: N815 (names of http.server)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> tuple[Machine, Path]:
    """A repository of two commits with the two jobs alone, as the template has them."""
    machine = make_machine(tmp_path_factory.mktemp("jobs"))
    project = machine.root / "project"
    origin = machine.root / "origin.git"
    machine.run(["git", "init", "-q", "--bare", "-b", "main", str(origin)])
    machine.run(["git", "init", "-q", "-b", "main", str(project)])
    machine.git("remote", "add", "origin", f"file://{origin}", cwd=project)
    for job in ("comment", "findings"):
        body = {key: value for key, value in CI["jobs"][job].items() if key != "needs"}
        workflow = {
            "on": {"pull_request": {}, "push": {}},
            "permissions": CI["permissions"],
            "jobs": {job: body},
        }
        path = project / ".github" / "workflows" / f"{job}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(workflow))
        machine.git("add", "-A", cwd=project)
        machine.git("commit", "-qm", job, cwd=project)
    machine.git("push", "-q", "origin", "main", cwd=project)
    return machine, project


def ran(
    here: tuple[Machine, Path], job: str, api: Api, *, event: str = "pull_request", head: str = HERE
) -> WorkflowRun:
    machine, project = here
    left = machine.root / "left" / "evidence"
    left.mkdir(parents=True, exist_ok=True)
    (left / "diff.md").write_text(DIFF)
    (left / "check.sarif").write_text(SARIF)
    payload = pull_request(project, machine, head) if event == "pull_request" else None
    return act(
        machine,
        project,
        f"{job}.yml",
        event,
        payload=payload,
        forge=api.forge,
        artifacts=left.parent,
    )


def test_there_is_one_comment_and_it_is_kept_up_to_date(
    here: tuple[Machine, Path], api: Api
) -> None:
    # A long thread, so that the comment stands on its third page; others may quote the mark.
    api.say(f"{MARK}\nquoted by a person")
    api.say("a report of another bot", bot=True)
    for number in range(230):
        api.say(f"word {number}")
    first = ran(here, "comment", api)
    assert (first.code, first.results) == (0, {"comment": "success"}), first.story
    assert len(api.comments) == 233
    # To the letter: nothing of it was run or filled in on the way.
    assert api.comments[-1]["body"] == DIFF
    api.comments[-1]["body"] = f"{MARK}\nof the last push"
    api.say("somebody else")
    second = ran(here, "comment", api)
    assert second.code == 0, second.story
    assert len(api.comments) == 234
    assert api.comments[232]["body"] == DIFF
    assert [one["body"] for one in api.comments[:2]] == [
        f"{MARK}\nquoted by a person",
        "a report of another bot",
    ]
    assert {method for method, _ in api.asked} == {"GET", "POST", "PATCH"}


def test_a_fork_gets_no_comment_and_sends_no_findings(here: tuple[Machine, Path], api: Api) -> None:
    for job in ("comment", "findings"):
        run = ran(here, job, api, head="somebody/churn")
        assert (run.code, run.results) == (0, {}), run.story
    assert api.asked == []


def test_findings_go_to_code_scanning_and_its_absence_is_a_notice(
    here: tuple[Machine, Path], api: Api
) -> None:
    run = ran(here, "findings", api, event="push")
    assert (run.code, run.results) == (0, {"findings": "success"}), run.story
    (sent,) = api.sarifs
    assert gzip.decompress(base64.b64decode(sent["sarif"])).decode() == SARIF
    assert len(sent["commit_sha"]) == 40
    assert "Code scanning took no findings" not in run.log
    api.scanning = False
    private = ran(here, "findings", api)
    assert (private.code, private.results) == (0, {"findings": "success"}), private.story
    assert "Code scanning took no findings" in private.log
    assert len(api.sarifs) == 1


def test_only_these_jobs_write_and_each_one_thing() -> None:
    writes = {
        job: {name for name, right in body.get("permissions", {}).items() if right == "write"}
        for job, body in CI["jobs"].items()
    }
    assert {job: rights for job, rights in writes.items() if rights} == {
        "comment": {"pull-requests"},
        "findings": {"security-events"},
        "publish": {"contents"},
    }
    for job in ("comment", "findings"):
        used = [step.get("uses", "") for step in CI["jobs"][job]["steps"]]
        assert not any("checkout" in action for action in used), "no code of the pull request"
