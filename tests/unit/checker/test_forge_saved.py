"""The forge's answers as a file: the same score without the forge, and nothing else believed."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from trueline.cli import trueline
from trueline.errors import BadInput
from trueline.evidence import forge_file
from trueline.evidence.document import Malformed
from trueline.evidence.snapshot import Snapshot, collect
from trueline.maturity.score import Outcome, score
from unit.checker.building import NOW, Project, outcome, released
from unit.checker.forge import Github
from unit.checker.test_forge import STATEMENTS

SCHEMA = json.loads(Path(forge_file.__file__).with_name("forge.schema.json").read_text("utf-8"))


class TestSaved:
    """The answers as a file: the same score without the forge, and nothing else believed."""

    @pytest.fixture
    def saved(self, project: Project, github: Github, tmp_path: Path) -> Path:
        github.releases = [{"tag_name": "v1", "body": "Ünïcode", "published_at": "2026-06-01"}]
        path = tmp_path / "forge.json"
        path.write_text(forge_file.dumped(project.snapshot().forge), "utf-8")
        return path

    def again(self, project: Project, path: Path, **moved: Any) -> Snapshot:
        now = NOW + timedelta(**moved)
        return collect(project.root, now=now, forge_from=path, texts=released())

    def test_it_repeats_the_score(self, project: Project, github: Github, saved: Path) -> None:
        before = project.snapshot().forge
        github.asked.clear()
        after = self.again(project, saved).forge
        assert after == before
        assert github.asked == []
        result = score(self.again(project, saved))
        assert all(outcome(result, statement) is Outcome.MET for statement in STATEMENTS)

    def test_it_obeys_its_schema_and_holds_no_token(self, saved: Path) -> None:
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        checker = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
        body = json.loads(saved.read_text("utf-8"))
        assert list(checker.iter_errors(body)) == []
        assert list(checker.iter_errors({**body, "more": 1}))
        assert list(checker.iter_errors({**body, "pulls": {"value": [{"number": "1"}]}}))
        assert "token-of-the-test" not in saved.read_text("utf-8")

    def test_what_could_not_be_asked_stays_unknown(
        self, project: Project, github: Github, saved: Path
    ) -> None:
        github.refused["/rules/branches/main"] = 403
        saved.write_text(forge_file.dumped(project.snapshot().forge), "utf-8")
        result = score(self.again(project, saved))
        assert outcome(result, "2.2.3") is Outcome.UNKNOWN
        assert outcome(result, "5.4") is Outcome.MET

    def test_old_answers_are_unknown(self, project: Project, saved: Path) -> None:
        assert outcome(score(self.again(project, saved, days=30)), "2.2.3") is Outcome.MET
        assert outcome(score(self.again(project, saved, days=31)), "2.2.3") is Outcome.UNKNOWN

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            ({"repository": "acme/other"}, "is of acme/other, and this is acme/churn"),
            ({"commit": "ab" * 20}, "which this clone lacks"),
            ({"commit": "--all"}, "commit is none"),
            ({"asked_at": "2026-07-02T00:00:00Z"}, "dated in the future"),
            ({"asked_at": "soon"}, "asked_at is no time"),
            ({"schema": 2}, "schema is not 1"),
            ({"kind": "gitea"}, "neither github nor gitlab"),
            ({"rules": {}}, "rules is missing"),
            ({"pulls": {"value": [{}]}}, "pulls has other fields than"),
            ({"brought": {"a": ["1"]}}, "brought holds no int"),
            ({"releases": {"value": [{"tag": "v1", "body": "x" * 5000, "at": None}]}}, "too long"),
        ],
    )
    def test_what_is_not_of_this_repository_is_refused(
        self, project: Project, saved: Path, change: dict[str, Any], problem: str
    ) -> None:
        body = {**json.loads(saved.read_text("utf-8")), **change}
        saved.write_text(json.dumps(body), "utf-8")
        with pytest.raises(BadInput, match=problem):
            self.again(project, saved)

    @pytest.mark.parametrize("content", ["", "[", "[]", "null", "1", '{"schema": 1}', "[" * 10_000])
    def test_what_is_no_such_file_is_refused(
        self, project: Project, tmp_path: Path, content: str
    ) -> None:
        (tmp_path / "forge.json").write_text(content)
        with pytest.raises(BadInput, match="no saved answers"):
            self.again(project, tmp_path / "forge.json")

    def test_the_command_saves_and_reads(
        self, project: Project, github: Github, tmp_path: Path
    ) -> None:
        project.snapshot()
        path, now = tmp_path / "saved.json", ["--now", NOW.isoformat(), "--format", "json"]

        def run(*options: str) -> Any:
            return CliRunner().invoke(trueline, ["check", str(project.root), *now, *options])

        asked = run("--forge", "--save-forge", str(path))
        assert asked.exit_code == 0, asked.output
        github.status = 500
        read = run("--forge-from", str(path))
        assert read.output == asked.output
        refused = run("--forge", "--save-forge", str(tmp_path / "none.json"))
        assert "nothing saved" in refused.output
        assert not (tmp_path / "none.json").exists()
        for options in (["--save-forge", "x"], ["--forge", "--forge-from", str(path)]):
            assert isinstance(run(*options).exception, BadInput)
        assert isinstance(run("--forge-from", str(tmp_path / "no")).exception, BadInput)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_bent_file_is_read_or_refused(data: st.DataObject) -> None:
    whole = SAVED
    start = data.draw(st.integers(0, len(whole)))
    cut, put = data.draw(st.integers(0, 40)), data.draw(st.text(max_size=10))
    try:
        said = forge_file.parse(whole[:start] + put + whole[start + cut :])
    except Malformed as error:
        assert 0 < len(str(error)) < 200
    else:
        assert said.commit


SAVED = json.dumps(
    {
        "schema": 1,
        "kind": "github",
        "repository": "acme/churn",
        "branch": "main",
        "commit": "ab" * 20,
        "asked_at": "2026-06-30T00:00:00Z",
        "brought": {"ab" * 20: [1]},
        "rules": {
            "value": {
                "pull_request": [
                    {
                        "approvals": None,
                        "code_owners": True,
                        "last_push": False,
                        "bypass": None,
                        "unreviewed": [],
                    }
                ],
                "checks": ["test"],
                "pipeline": False,
            }
        },
        "pulls": {
            "value": [
                {
                    "number": 1,
                    "author": {"name": "ada", "bot": False},
                    "merged_at": "2026-06-01",
                    "approved_by": [],
                }
            ]
        },
        **{name: {"problem": "no"} for name in ("environments", "deployments", "runs", "releases")},
    }
)
