"""Builds real repositories on disk: a mature one, and changed copies of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from trueline.evidence.released import Released
from trueline.evidence.snapshot import Snapshot, collect
from trueline.maturity.catalogue import load
from trueline.maturity.prose import STARTERS, digests
from trueline.maturity.score import Outcome, Result, Statement, judge, score
from unit.checker import answered, delivered, operating
from unit.checker.reported import coverage, junit
from unit.checker.score_evidence import BY_CI, BY_OPERATE, REPORTS, Node
from unit.checker.tracking import RUNS, store

HERE = Path(__file__).parent
MATURE = HERE / "mature"  # the files of a project that meets all twelve statements
RELEASED = HERE / "released"  # the prose of a release, as the template would ship it
TEMPLATE = HERE.parents[2] / "template"
REAL = (  # pages of the template itself; the mature project has answered their prompts
    "docs/adr/0001-baseline.md",
    "docs/architecture/README.md",
    "docs/data/steps.yaml",
    "docs/model/explanations.md",
    "docs/project/goals.md",
)
NOW = datetime(2026, 7, 1, tzinfo=UTC)
HEAD = "@HEAD@"  # stands for the commit that CI ran on, filled in when the evidence is published

ENVIRONMENTS = ("local", "staging", "production")
# (class name, name) of every test of the mature project.
NODES = [
    ("tests.batch.test_score", "test_every_row_is_scored"),
    ("tests.data.test_ingest", "test_rows_without_a_label_are_dropped"),
    ("tests.features.test_derive", "test_ratio"),
    ("tests.features.test_features", "test_a_cycle_is_refused"),
    ("tests.features.test_features", "test_a_missing_name_is_refused"),
    ("tests.features.test_features", "test_a_feature_comes_after_all_that_it_needs"),
    ("tests.model.test_explain", "test_contributions_add_up_to_the_margin"),
    ("tests.model.test_evaluate", "test_a_better_model_has_a_higher_metric"),
    ("tests.model.test_registry", "test_rollback_returns_to_the_version_before"),
    ("tests.model.test_train", "test_training_learns"),
    ("tests.monitoring.test_drift", "test_a_shift_raises_the_alert"),
    ("tests.pipeline.test_tracking", "test_a_run_leads_back_to_all_that_it_was_made_of"),
    *(
        ("tests.pipeline.test_stages", f"test_each_environment_is_complete[{name}]")
        for name in ENVIRONMENTS
    ),
    ("tests.serving.test_app", "test_a_request_leaves_a_log_record"),
    ("tests.serving.test_app", "test_a_request_moves_the_metric"),
    *BY_CI.values(),
    ("tests.serving.test_openapi_drift", "test_the_tracked_description_is_that_of_the_api"),
    ("tests.serving.test_guard", "test_each_doubt_is_flagged"),
    ("tests.serving.test_guard", "test_only_a_known_key_opens_the_api"),
    ("tests.serving.test_skew", "test_served_rows_equal_training_rows"),
    ("tests.serving.test_guard", "test_a_missing_key_feature_is_flagged"),
    ("tests.serving.test_guard", "test_an_unseen_category_is_flagged"),
    ("tests.serving.test_guard", "test_known_rows_raise_few_false_flags"),
    ("tests.test_assignment", "test_a_pinned_variant_is_not_replaced_while_its_experiment_runs"),
    ("tests.test_assignment", "test_the_assignment_is_the_same_in_any_order_and_process"),
]


def ago(**delta: float) -> str:
    """Return the moment that long before `NOW`, as reports write it."""
    return (NOW - timedelta(**delta)).isoformat().replace("+00:00", "Z")


@dataclass
class Project:
    """A repository on disk. Change its files and what CI left behind, then let it be checked."""

    root: Path
    evidence: dict[str, str] = field(default_factory=dict)  # path on branch `evidence` -> content
    commits: dict[str, str] = field(default_factory=dict)  # names -> shas
    frozen: str | None = None  # set: CI ran on this commit, not on HEAD
    forge: bool = False

    def git(self, *arguments: str, given: bytes = b"", at: str = "2026-06-30T12:00:00Z") -> str:
        """Run git in the repository, at a fixed time and free of the machine's configuration."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        env = {
            **kept,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_AUTHOR_DATE": at,
            "GIT_COMMITTER_DATE": at,
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@acme.example",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@acme.example",
        }
        done = subprocess.run(
            # Nothing here has to outlive a power cut; waiting for the disk took most of the time.
            ["git", "-c", "core.fsync=none", *arguments],
            cwd=self.root,
            input=given,
            env=env,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def write(self, path: str, content: str) -> None:
        """Write a file."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(content, "utf-8")

    def read(self, path: str) -> str:
        """Return a file's text."""
        return (self.root / path).read_text("utf-8")

    def edit(self, path: str, old: str, new: str, *, every: bool = False) -> None:
        """Replace a text that must be there, once unless `every`."""
        content = self.read(path)
        assert old in content, f"{path} does not hold {old!r}"
        self.write(path, content.replace(old, new, -1 if every else 1))

    def edit_yaml(self, path: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Change a YAML file as data."""
        body = yaml.safe_load(self.read(path))
        change(body)
        self.write(path, yaml.safe_dump(body, sort_keys=False))

    def report(self, path: str, **fields: object) -> None:
        """Change fields of a JSON report on branch `evidence`; None takes a field out."""
        body = {**json.loads(self.evidence[path]), **fields}
        kept = {key: value for key, value in body.items() if value is not None}
        self.evidence[path] = json.dumps(kept)

    def remove(self, *paths: str) -> None:
        """Delete files or folders."""
        for path in paths:
            target = self.root / path
            shutil.rmtree(target) if target.is_dir() else target.unlink()

    def commit(self, message: str = "A change") -> str:
        """Commit everything and return the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "--no-verify", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def publish(self) -> None:
        """Put what CI left behind on branch `evidence`, by plumbing, as a workflow does."""
        ran_on = self.frozen or self.git("rev-parse", "HEAD")
        stream = [b"commit refs/heads/evidence\ncommitter CI <ci@acme.example> 1782800000 +0000\n"]
        stream += [b"data 8\nEvidence\ndeleteall\n"]
        for path, content in self.evidence.items():
            data = content.replace(HEAD, ran_on).encode()
            stream.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
        self.git("fast-import", "--quiet", "--force", given=b"".join(stream))
        self.git("update-ref", "refs/remotes/origin/evidence", "refs/heads/evidence")

    def snapshot(self, *, now: datetime = NOW) -> Snapshot:
        """Commit what changed, let CI run on it, and read the repository."""
        if self.git("status", "--porcelain"):
            self.commit()
        self.publish()
        return collect(self.root, now=now, ask_forge=self.forge, texts=released())

    def result(self) -> Result:
        """Return the score."""
        return score(self.snapshot())

    def judged(self, statement: str) -> Statement:
        """Return what one statement comes to, and why; no other is looked at."""
        return judge(load()[statement], self.snapshot())

    def outcome(self, statement: str) -> Outcome:
        """Return what one statement comes to."""
        return self.judged(statement).outcome

    def holds(self, statement: str, expected: Outcome, change: Callable[[Project], object]) -> None:
        """Change something, and hold that a statement then comes to what is expected."""
        change(self)
        found = self.judged(statement)
        assert found.outcome is expected, found.reason


def outcome(result: Result, statement: str) -> Outcome:
    """Return what one statement came to."""
    return next(s.outcome for s in result.statements if s.entry.id == statement)


@cache
def released() -> Released:
    """Return the digests of the test's own release, and of real pages that it does not have."""
    real = {**digests(STARTERS).paths, **digests(TEMPLATE).paths}
    return Released({**{path: real[path] for path in REAL}, **digests(RELEASED).paths})


def operated() -> dict[Node, str]:
    """Return the tests that operate.yml runs each day, passed."""
    return dict.fromkeys(BY_OPERATE.values(), "passed")


def passing() -> dict[tuple[str, str], str]:
    """Return all tests of the mature project, passed."""
    return dict.fromkeys(NODES, "passed")


def left_behind() -> dict[str, str]:
    """Return what CI pushed for the mature project."""
    envelope = {"source": "ci", "commit": HEAD, "run_id": "7", "created_at": ago(hours=12)}
    features = ["mean_radius", "mean_texture"]
    drift = {
        "columns": {name: {"psi": 0.01, "status": "stable"} for name in features},
        "target": {"status": "stable"},
        "n": 500,
    }
    drill = {
        "type": "rollback",
        "ts": ago(days=10),
        "status": "success",
        "source": "github:run/7",
        "event_id": "2",
        "duration_s": 4.2,
        "git_sha": HEAD,
    }
    slots = [(NOW - timedelta(hours=12, days=n)).isoformat() for n in reversed(range(10))]
    deliveries = [
        {"rows": 9, "sha256": "d" * 64, "output": "data/scored/x.parquet", "scheduled_at": s, "delivered_at": s}
        for s in slots
    ]  # fmt: skip
    jobs = dict.fromkeys(("lint", "docs", "test", "alerts", "infra", "features"), "success")
    verdict = {**drill, "type": "canary_verdict", "event_id": "c1"}
    events = [*operating.events(ago), drill, *delivered.events(), verdict]
    return {
        **{f"reports/{n}.json": json.dumps({**envelope, **body}) for n, body in REPORTS.items()},
        **operating.reports(envelope, ago),
        **answered.reports(envelope, ago),
        "reports/junit.xml": junit(passing()),
        "reports/ml_test.xml": junit(operated()),
        "reports/coverage.xml": coverage(),
        "reports/ci.json": json.dumps({**envelope, "jobs": jobs}),
        "reports/drift.json": json.dumps({**envelope, **drift}),
        "reports/importance.json": json.dumps({**envelope, "features": {"mean_radius": 0.7}}),
        "reports/delivery.json": json.dumps({**envelope, "rows": 9}),
        "reports/deliveries.jsonl": "".join(f"{json.dumps(d)}\n" for d in deliveries),
        "reports/feature_usage.json": json.dumps({**envelope, **operating.usage(ago)}),
        "events.jsonl": "".join(f"{json.dumps(event)}\n" for event in events),
    }


def build(root: Path) -> Project:
    """Make the mature project: nine commits on main, the first one the copy, the last one the signature."""
    root.mkdir(parents=True)
    project = Project(root, left_behind())
    project.git("init", "-q", "-b", "main", "--template=")
    for name in ("copier-answers.yml", "gitignore", "pre-commit-config.yaml", "python-version"):
        shutil.copy(MATURE / name, root / f".{name}")
    project.commits["copy"] = project.commit("Copy of the template")
    shutil.copytree(MATURE / "files", root, dirs_exist_ok=True)
    (root / "github").rename(root / ".github")
    signature, notes = project.read("maturity.yaml"), project.read("CHANGELOG.md")
    project.remove("maturity.yaml", "README.md")
    for message in ("Own data", "Own model"):
        project.write("CHANGELOG.md", f"# Changelog\n\n{message}\n")
        project.commits[message] = project.commit(message)
    project.git("tag", "-a", "v1.0.0", "-m", "First model")
    for number in range(1, 5):
        project.write("infra/README.md", f"# Infrastructure\n\nState {number}.\n")
        project.commits[f"infra {number}"] = project.commit(f"Infrastructure, state {number}")
    project.write("README.md", "# Churn\n")
    project.write("CHANGELOG.md", notes)
    project.commits["reviewed"] = project.commit("README")
    project.git("tag", "-a", "v1.1.0", "-m", "Boosted trees")
    project.write("maturity.yaml", signature.replace("@REVIEWED@", project.commits["reviewed"]))
    project.commits["signed"] = project.commit("Risks reviewed")
    manifest = {"git_commit": project.commits["signed"], "features": [{"name": "mean_radius"}]}
    project.write("models/1/manifest.json", json.dumps({"version": "1", **manifest}))
    store(root / "mlflow.db", RUNS)
    newest = operating.manifest(project.commits["signed"])
    project.write(f"models/{operating.VERSION}/manifest.json", json.dumps(newest))
    project.git("repack", "-adq")  # one file instead of hundreds, for all the copies
    return project


def copy(project: Project, root: Path) -> Project:
    """Return an independent copy of a project."""
    shutil.copytree(project.root, root, symlinks=True)
    return Project(root, dict(project.evidence), dict(project.commits))
