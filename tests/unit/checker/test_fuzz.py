"""What strangers wrote: parsers return data or say Malformed, whatever comes, and in bounded time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from trueline.evidence import (
    branching,
    codeowners,
    columns,
    environment,
    environments,
    forge_file,
    gitlab,
    grants,
    hcl,
    hooks,
    imports,
    infra,
    jsontext,
    manifests,
    pipeline,
    project,
    python,
    service,
    shell,
    sources,
    suite,
    tasks,
    workflows,
    yamltext,
)
from trueline.evidence import (
    junit as junits,
)
from trueline.evidence.document import Document, Malformed, mapping
from trueline.evidence.files import WorkTree
from trueline.evidence.released import Released, ReleasedText, unwritten
from trueline.evidence.runs import BRANCH, Reader
from unit.checker.building import MATURE, junit, passing

# Words that the parsers look for, so that random data gets past their first `if`.
WORDS = st.sampled_from(
    ["on", "jobs", "steps", "run", "if", "uses", "needs", "pull_request", "push", "schedule", "cron",
     "paths", "branches", "types", "continue-on-error", "repos", "hooks", "id", "entry", "stages", "rev",
     "deps", "cmd", "foreach", "do", "attestations", "claim", "owner", "evidence", "reviewed_on",
     "waivers", "targets", "core", "features", "risks", "groups", "rules", "alert", "expr", "false",
     "script", "rules", "changes", "exists", "when", "only", "except", "extends", "include", "workflow",
     "default", "variables", "stage", "environment", "trigger", "manual", "$CI_COMMIT_TAG", "$A && $B == 'c'",
     "pytest || true", "${{ false }}", "2026-01-01", "./.github/workflows/ci.yml", "serving", "both"]
)  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    WORDS,
    st.dates(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=25,
)
quickly = settings(max_examples=60, deadline=None)


def bent(text: str) -> st.SearchStrategy[str]:
    """A valid file with a piece cut out and something else put there."""
    places = st.tuples(st.integers(0, len(text)), st.integers(0, 60), st.text(max_size=12))
    return places.map(lambda p: text[: p[0]] + p[2] + text[p[0] + p[1] :])


def total(parse: Callable[[str], object], content: str) -> None:
    """Run a parser; Malformed is the only error it may raise, with a reason in few words."""
    try:
        parse(content)
    except Malformed as error:
        assert 0 < len(str(error)) < 120


def from_yaml(parse: Callable[[object], object]) -> Callable[[str], object]:
    return lambda content: parse(yamltext.load(content))


def workflow(content: object) -> object:
    parsed = workflows.parse("ci.yml", content)
    return [
        (list(job.running("pytest")), job.own)
        for event in ("pull_request", *parsed.triggers)
        for job in parsed.runnable(event)
    ]


def gitlab_pipeline(content: object) -> object:
    return [
        (list(job.running("pytest")), job.own, job.environment)
        for parsed in gitlab.parse(mapping(content), "main", frozenset({"src/a.py"}))
        for event in ("pull_request", *parsed.triggers)
        for job in parsed.runnable(event)
    ]


PIPELINE = """
workflow: {rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}, {if: $CI_COMMIT_BRANCH}]}
variables: {VERSION: {value: "1", description: which}}
.base: {before_script: [uv sync], image: "python:3.12"}
test:
  extends: .base
  script: [!reference [.base, before_script], pytest]
  rules: [{if: $CI_COMMIT_TAG, when: never}, {changes: [src/**], allow_failure: true}]
deploy: {stage: deploy, script: x, only: {refs: [main], changes: [a]}, needs: [{job: test, optional: true}]}
"""


YAML_PARSERS: dict[str, Callable[[object], object]] = {
    "workflow": workflow,
    "pipeline": gitlab_pipeline,
    "hooks": hooks.parse,
    "alerts": service.alerts,
}


@pytest.mark.parametrize("name", YAML_PARSERS)
@quickly
@given(VALUES)
def test_any_data_is_read(name: str, value: object) -> None:
    YAML_PARSERS[name](value)


@pytest.mark.parametrize("name", YAML_PARSERS)
@quickly
@given(data=st.data())
def test_bent_yaml_is_read_or_refused(name: str, data: st.DataObject) -> None:
    text = {
        "workflow": (MATURE / "files/github/workflows/ci.yml").read_text("utf-8"),
        "pipeline": PIPELINE,
        "hooks": (MATURE / "pre-commit-config.yaml").read_text("utf-8"),
        "alerts": (MATURE / "files/monitoring/rules.yml").read_text("utf-8"),
    }[name]
    total(from_yaml(YAML_PARSERS[name]), data.draw(bent(text)))


@quickly
@given(
    st.one_of(
        st.text(),
        st.binary().map(lambda b: b.decode("utf-8", "replace")),
        VALUES.map(yaml.safe_dump),
    )
)
def test_any_text_is_yaml_json_toml_xml_or_refused(content: str) -> None:
    for parse in (yamltext.load, jsontext.load, jsontext.lines, environment.toml, junits.parse,
                  junits.coverage, environment.dockerfile, environment.locked_names,
                  environment.root_requirements, tasks.make, tasks.nox, tasks.tox, python.module,
                  columns.schema_features, shell.commands, codeowners.parse, forge_file.parse,
                  hcl.parse, manifests.documents, environments.differences):  # fmt: skip
        total(parse, content)


TERRAFORM = MATURE / "files/infra/environments/staging/main.tf"


@quickly
@given(bent(TERRAFORM.read_text("utf-8")))
def test_bent_terraform_is_read_or_refused(content: str) -> None:
    total(hcl.parse, content)


@quickly
@given(VALUES)
def test_the_rights_of_any_job_are_read(value: object) -> None:
    body = value if isinstance(value, dict) else {"environment": value, "with": value, "env": value}
    job = {str(key): item for key, item in body.items()}
    assert len(grants.environments(job)) <= grants.MOST
    assert grants.may_mint(value) in (True, False, None)
    assert all(name and key for key, name in grants.secrets(job, *job))
    assert all(isinstance(found, tuple) for found in grants.handed(job).values())


@quickly
@given(bent(Path(branching.__file__).read_text("utf-8")))
def test_any_code_is_looked_through_for_branches(content: str) -> None:
    total(lambda text: list(branching.lines(python.module(text), frozenset({"staging"}))), content)


@quickly
@given(bent(junit(passing())))
def test_a_bent_junit_is_read_or_refused(content: str) -> None:
    total(junits.parse, content)


FILES = ("maturity.yaml", ".copier-answers.yml", "conf/features.yaml", "dvc.yaml", "tests/test_a.py",
         ".pre-commit-config.yaml", "pyproject.toml", "uv.lock", "Dockerfile", "src/a/cli.py",
         "src/a/serving/app.py", "src/a/data/schema.py", "notebooks/a.ipynb", "compose.yaml",
         "infra/main.tf", "infra/environments/a/main.tf", "infra/environments/a/x.tfvars", ".dvc/config",
         "infra/environments/b/main.tf", "infra/.terraform.lock.hcl", "infra/k8s/api.yaml",
         "infra/environments/ALLOWED_DIFF", "conf/environments/a.yaml", "conf/environments/b.yml")  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.one_of(st.text(), VALUES.map(yaml.safe_dump)))
def test_any_file_of_a_tree_is_read_or_named(content: str) -> None:
    tree = _Held(Path("/nowhere"), frozenset(FILES), content=content)
    project.read(tree)
    project.vouched(tree)
    for document in (pipeline.read(tree), hooks.read(tree), environment.read(tree).lock):
        assert document.value is not None or document.problem in tree.seen.values()
    pipeline.notebooks(tree)
    suite.read(tree)
    service.read(tree)
    found = infra.read(tree)
    known = environments.read(tree, found)
    branching.read(tree, known.settings)
    assert set(found.roots) <= set(found.folders)
    follow(tree)


def follow(tree: WorkTree) -> None:
    """Read the code of a tree and follow every name in it."""
    graph, code = imports.read(tree), sources.read(tree)
    assert graph.reached(*graph.modules) <= frozenset(graph.modules)
    assert code.reached(code.pieces.values()) == frozenset(code.pieces.values())


SOURCES = {
    path.relative_to(MATURE / "files").as_posix(): path.read_text("utf-8")
    for path in (MATURE / "files/src").rglob("*.py")
}


@quickly
@given(data=st.data())
def test_bent_code_is_followed_or_named(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(SOURCES)))
    content = data.draw(bent(SOURCES[path]))
    tree = _Held(Path("/nowhere"), frozenset({path, "src/churn/other.py"}), content=content)
    follow(tree)


DEEP = {
    "elif": "if a: pass\n" + "elif b: pass\n" * 800,
    "attributes": f"x = a{'.b' * 900}\n",
    "calls": f"x = a{'.assign(b=1)' * 300}\n",
    "subscripts": f"x{'[0]' * 300} = 1\n",
    "dots": f"from {'.' * 500}a import b\n",
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_code_is_followed_or_named(name: str) -> None:
    follow(_Held(Path("/nowhere"), frozenset({"src/a/b.py"}), content=DEEP[name]))


@dataclass(frozen=True)
class _Held(WorkTree):
    """A work tree that holds the same text at every path."""

    content: str = ""

    def loose(self, path: str, *, limit: int = 0) -> Document[str]:
        return Document(path, self.content[: limit or None])


@quickly
@given(st.lists(st.one_of(st.text(max_size=30), VALUES.map(str)), max_size=5).map("\n".join))
def test_any_event_log_is_read_or_named(content: str) -> None:
    reader = Reader()
    for path in (
        "events.jsonl",
        "reports/deliveries.jsonl",
        "reports/drift.json",
        "reports/junit.xml",
    ):
        reader.take(BRANCH, Document(path, content))
    runs = reader.runs()
    assert len(runs.events) <= content.count("\n") + 1
    for event in runs.events:
        assert event.ci in (True, False)
        assert event.duration is None or event.duration >= 0


@quickly
@given(st.text(), st.sampled_from([(), (("a",),), (("a", "b"), ("c",))]))
def test_any_prose_is_judged(content: str, required: tuple[tuple[str, ...], ...]) -> None:
    known = Released({"a.md": ReleasedText(frozenset(), required)})
    reason = unwritten("a.md", content, known)
    assert reason is None or reason
