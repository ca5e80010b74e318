"""GitLab CI reads as GitHub's workflows do: which job runs when, on which files, and if its failure shows."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trueline.evidence import gitlab, yamltext
from trueline.evidence.gitlab_condition import situations, truth
from trueline.evidence.workflows import Job, Workflow, surely

EVENTS = ("pull_request", "push", "schedule", "workflow_dispatch")
MR = "$CI_PIPELINE_SOURCE == 'merge_request_event'"
MAIN = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"
RECOMMENDED = f"""
workflow:
  rules:
    - if: {MR}
    - if: $CI_COMMIT_BRANCH && $CI_OPEN_MERGE_REQUESTS
      when: never
    - if: $CI_COMMIT_BRANCH
"""


def workflows(content: str, *files: str) -> tuple[Workflow, ...]:
    body: Any = yamltext.load(content)
    return gitlab.parse(body, "main", frozenset(files))


def job(content: str, name: str = "test", *files: str) -> Job:
    return next(j for w in workflows(content, *files) for j in w.jobs if j.id == name)


def runs(content: str, *files: str) -> dict[str, bool]:
    """Return the events on which job `test` can run, and whether it surely does."""
    return {
        event: surely(job(content, "test", *files).condition, event)
        for event in EVENTS
        for workflow in workflows(content, *files)
        if any(j.id == "test" for j in workflow.runnable(event))
    }


ALL = dict.fromkeys(EVENTS, True)
RULES: list[tuple[str, dict[str, bool]]] = [
    ("", ALL),
    (f"rules: [{{if: \"{MR}\"}}]", {"pull_request": True}),
    (f"rules: [{{if: '{MAIN}'}}]", {"push": True, "schedule": True, "workflow_dispatch": True}),
    ("rules: [{if: $CI_MERGE_REQUEST_IID}]", {"pull_request": True}),
    ("rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"'}]", {"schedule": True}),
    ("rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"', when: never}, {when: on_success}]",
     {"pull_request": True, "push": True, "workflow_dispatch": True}),
    ("rules: [{if: $CI_COMMIT_TAG}]", {}),
    ("rules: [{if: $CI_COMMIT_TAG, when: never}, {}]", ALL),
    ("rules: [{when: never}, {}]", {}),
    ("rules: []", {}),
    ("rules: [{if: $RUN_TESTS}]", dict.fromkeys(EVENTS, False)),
    ("rules: [{if: $SKIP, when: never}, {}]", dict.fromkeys(EVENTS, False)),
    ("rules: [{if: '$CI_COMMIT_BRANCH =~ /^ma/'}]",
     {"push": True, "schedule": True, "workflow_dispatch": True}),
    ("rules: [{if: '$CI_COMMIT_BRANCH !~ /^ma/ && $CI_PIPELINE_SOURCE == \"push\"'}]", {"pull_request": True}),
    ("rules: [{exists: [pyproject.toml]}]", ALL),
    ("rules: [{exists: ['**/*.tf']}]", {}),
    ("rules: [{if: '$CI_COMMIT_BRANCH', when: manual}]", {"workflow_dispatch": True}),
    ("when: manual", {"workflow_dispatch": True}),
    ("when: never", {}),
    ("when: on_failure", {}),
    ("when: always", ALL),
    ("only: [merge_requests]", {"pull_request": True}),
    ("only: [main]", {"push": True, "schedule": True, "workflow_dispatch": True}),
    ("only: [schedules]", {"schedule": True}),
    ("only: [tags]", {}),
    ("only: {refs: [/^main$/]}", {"push": True, "schedule": True, "workflow_dispatch": True}),
    ("except: [main]", {"pull_request": True}),
    ("except: [branches]", {}),
    ("only: {variables: [$RUN_TESTS]}", dict.fromkeys(EVENTS, False)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "expected"), RULES, ids=[rule or "none" for rule, _ in RULES])
def test_when_a_job_runs(rule: str, expected: dict[str, bool]) -> None:
    assert runs(f"test:\n  script: pytest\n  {rule}\n", "pyproject.toml") == expected


def test_the_rules_of_the_whole_pipeline_hold_for_each_job() -> None:
    assert runs(RECOMMENDED + "test: {script: pytest}\n") == ALL
    only_main = f"workflow:\n  rules:\n    - if: {MAIN}\n"
    assert "pull_request" not in runs(only_main + "test: {script: pytest}\n")
    assert runs(only_main + f"test:\n  script: pytest\n  rules:\n    - if: {MR}\n") == {}


def test_without_merge_request_pipelines_that_of_the_branch_is_what_a_request_shows() -> None:
    no_branch = "workflow:\n  rules:\n    - if: $CI_COMMIT_BRANCH == 'main'\n"
    assert "pull_request" not in runs(no_branch + "test: {script: pytest}\n")


@pytest.mark.parametrize(
    ("rule", "paths"),
    [
        (f'rules: [{{if: "{MR}", changes: [src/**/*]}}]', ("src/**/*",)),
        (f'rules: [{{if: "{MR}", changes: [src/**]}}]', ("src/*",)),
        (
            f"rules: [{{if: {MR}, changes: ['**/*.{{py,{{a,b}}}}']}}]",
            ("**/*.py", "**/*.a", "**/*.b"),
        ),
        (f'rules: [{{if: "{MR}", changes: {{paths: [docs/*]}}}}]', ("docs/*",)),
        (f'rules: [{{if: "{MR}", changes: [a]}}, {{changes: [b]}}]', ("a", "b")),
        (f'rules: [{{if: "{MR}", changes: [a]}}, {{if: "{MR}"}}]', ()),
        (f'rules: [{{if: "{MR}", changes: [a]}}, {{when: manual}}]', ("a",)),
        ("only: {refs: [merge_requests], changes: [src/**/*]}", ("src/**/*",)),
    ],
)
def test_files_that_must_have_changed_become_a_filter(rule: str, paths: tuple[str, ...]) -> None:
    content = f"test:\n  script: pytest\n  {rule}\nlint: {{script: ruff check}}\n"
    flow = next(w for w in workflows(content) if any(j.id == "test" for j in w.jobs))
    assert flow.triggers["pull_request"].paths == paths
    assert len(workflows(content)) == (2 if paths else 1)


def test_a_job_that_some_changes_take_out_is_not_sure() -> None:
    skipped = "rules: [{changes: ['docs/**'], when: never}, {}]"
    assert runs(f"test:\n  script: pytest\n  {skipped}\n")["pull_request"] is False


def words(found: Job) -> list[str]:
    return [" ".join(command.words) for step in found.steps for command in step.commands]


def test_extends_defaults_and_references_are_put_in() -> None:
    content = """
default:
  image: python:3.12-slim
  before_script: [uv sync --locked]
.base:
  script: [ruff check]
  rules: [{if: $CI_MERGE_REQUEST_IID}]
.tests:
  extends: .base
  script:
    - !reference [.base, script]
    - [pytest -q, [coverage report]]
test:
  extends: [.tests]
  allow_failure: true
"""
    found = job(content)
    assert words(found) == ["uv sync --locked", "ruff check", "pytest -q", "coverage report"]
    assert found.ignored
    assert {step.python for step in found.steps} == {"3.12", ""}
    assert runs(content) == {"pull_request": True}
    alone = job(content.replace("  allow_failure: true", "  inherit: {default: false}"))
    assert words(alone)[0] == "ruff check"
    assert not alone.ignored


def test_each_line_of_a_script_is_a_step_in_one_shell() -> None:
    found = job("test:\n  script: [set +e, pytest, exit 0, mypy]\n  after_script: [ruff check]\n")
    said = [[c.name for c in step.commands] for step in found.steps]
    assert said == [[], ["pytest"], [], ["ruff"]]
    assert found.steps[1].commands[0].swallowed
    assert found.steps[-1].ignored


def test_stages_and_needs_say_what_goes_first() -> None:
    content = f"""
stages: [check, release]
lint: {{stage: check, script: ruff check}}
docs: {{stage: check, script: mkdocs build, rules: [{{if: "{MR}"}}]}}
image: {{name: x}}
deploy: {{stage: release, script: kubectl apply, environment: production, rules: [{{if: {MAIN}}}]}}
early: {{stage: release, script: x, needs: []}}
named: {{stage: release, script: x, needs: [{{job: docs, optional: true}}, lint]}}
stop: {{stage: release, script: x, environment: {{name: production, action: stop}}}}
"""
    assert job(content, "deploy").needs == ("lint",)
    assert job(content, "deploy").environment == "production"
    assert job(content, "stop").environment == ""
    assert job(content, "early").needs == ()
    assert job(content, "named").needs == ("lint",)


def test_what_lies_elsewhere_is_named() -> None:
    child = job("test: {trigger: {project: acme/deploy}}\n")
    assert child.opaque == "acme/deploy"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('$A == "1"', True), ("$A == '2'", False), ("$A != null", True), ("$GONE", None),
        ("$CI_COMMIT_TAG", False), ("$CI_COMMIT_TAG == null", True), ("null == null", True),
        ('$GONE || $A == "1"', True), ('$GONE && $A == "2"', False), ("$GONE && $A", None),
        ('($A == "2" || $A == "1") && $A', True), ("$A =~ /^[0-9]$/", True), ("$A =~ /b/i", False),
        ("$A =~ /(a+)+$/", None), ("$A =~ /[/", None), ("", None), ("$A ==", None), ("(" * 500, None),
        ("$A == $A )", None), ("&&", None), ("$A" + " && $A" * 900, None),
    ],
)  # fmt: skip
def test_a_condition_is_true_false_or_unknown(condition: str, expected: bool | None) -> None:
    push = next(s for s in situations("main", {"A": "1"}) if s.event == "push")
    assert truth(condition, push) is expected


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "$A",
                "$CI_COMMIT_BRANCH",
                "'x'",
                "null",
                "==",
                "=~",
                "!~",
                "&&",
                "||",
                "(",
                ")",
                "/a+/i",
                "/[/",
                "é",
            ]
        )
    )
)
def test_any_condition_is_judged(parts: list[str]) -> None:
    for situation in situations("main", {"A": "1"}):
        assert truth(" ".join(parts), situation) in (True, False, None)


SLOW = {
    "braces": f"test: {{script: x, rules: [{{changes: ['{'{a,b}' * 60}', '{'{' * 500}']}}]}}\n",
    "lines": "test:\n  script:\n" + "    - pytest || true\n" * 5_000,
    "jobs": "".join(f"j{n}: {{script: x}}\n" for n in range(3_000)),
    "circle": ".a: {extends: .b}\n.b: {extends: [.a, .a, .a]}\ntest: {extends: [.a, .b]}\n",
    "references": "".join(f".r{n}: {{script: [{f'!reference [.r{n + 1}, script], ' * 60}]}}\n" for n in range(11))
    + "test: {script: !reference [.r0, script]}\n",
    "parents": "".join(f".p{n}: {{extends: [{f'.p{n + 1}, ' * 11}]}}\n" for n in range(60)) + "test: {extends: .p0}\n",
    "reference": "test: {script: !reference [test, script]}\n",
    "wide": ".a: &a {script: [x]}\n" + "".join(f"j{n}: {{extends: [{'.a, ' * 40}.a]}}\n" for n in range(200)),
}  # fmt: skip


@pytest.mark.parametrize("name", SLOW)
def test_no_file_takes_long(name: str) -> None:
    started = time.perf_counter()
    workflows(SLOW[name])
    assert time.perf_counter() - started < 4
