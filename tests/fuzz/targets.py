"""The parsers, each as a function of bytes: data or Malformed may come of them, nothing else.

A target gets the text at every path that the parser looks for, as the readers get it from a work tree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from trueline.evidence import (
    access,
    actions,
    alerting,
    branching,
    changelog,
    codeowners,
    columns,
    docstrings,
    environment,
    environments,
    flows,
    forge_file,
    functions,
    git,
    hooks,
    imports,
    infra,
    jsontext,
    load,
    modules,
    openapi,
    packaged,
    pages,
    pipeline,
    project,
    python,
    reference,
    service,
    shell,
    signatures,
    sources,
    suite,
    versions,
    yamltext,
)
from trueline.evidence.document import Document, Malformed
from trueline.evidence.files import WorkTree, decode
from trueline.evidence.released import Released, ReleasedText, unwritten
from trueline.evidence.runs import BRANCH, Reader

ROOT = Path(__file__).parents[2]
MATURE = ROOT / "tests/unit/checker/mature"
MOST = 100_000  # bytes; libFuzzer seldom goes beyond


@dataclass(frozen=True)
class Held(WorkTree):
    """A work tree that holds the same text at every path, on no disk."""

    content: str = ""

    def loose(self, path: str, *, limit: int = MOST) -> Document[str]:
        """Return the text, whatever the path."""
        return Document(path, self.content[:limit])


@dataclass(frozen=True)
class Target:
    """One parser or family of parsers, with globs of the mature project's files as seeds."""

    run: Callable[[str], object]
    seeds: tuple[str, ...]
    texts: tuple[str, ...] = field(default=())  # seeds that no file holds


def refused(parse: Callable[[str], object], content: str) -> None:
    """Run a parser; Malformed is the only error that it may raise."""
    try:
        parse(content)
    except Malformed as error:
        if not 0 < len(str(error)) < 120:
            raise AssertionError(f"a reason of {len(str(error))} characters") from error


def one(target: Target, content: bytes) -> None:
    """Give bytes to a target as a file is given: what is no UTF-8 is refused before."""
    try:
        text = decode(content, MOST)
    except Malformed:
        return
    target.run(text)


def _tree(content: str, *paths: str) -> Held:
    return Held(Path("/nowhere"), frozenset(paths), content=content)


def _plain(content: str) -> None:
    for parse in (yamltext.load, jsontext.load, jsontext.lines, environment.toml):
        refused(parse, content)


def _ci(path: str) -> Callable[[str], None]:
    def target(content: str) -> None:
        found = actions.read(_tree(content, path, "src/a.py", "tests/test_a.py"))
        for workflow in found.readable:
            for event in ("pull_request", "push", *workflow.triggers):
                for job in workflow.runnable(event):
                    list(job.running("pytest"))

    return target


def _tasks(content: str) -> None:
    names = ("Makefile", "noxfile.py", "tox.ini", "pyproject.toml", "mise.toml")
    for name in names:
        found = actions.read_tasks(_tree(content, name))
        for line in ("make test", "poe test", "nox -s tests", "tox", "mise run test"):
            for command in shell.commands(line):
                found.resolve(command)
    for command in shell.commands(content):
        command.has("-n")


def _left(content: str) -> None:
    reader = Reader()
    for path in ("junit.xml", "coverage.xml", "events.jsonl", "deliveries.jsonl", "drift.json"):
        reader.take(BRANCH, Document(f"reports/{path}", content))
    runs = reader.runs()
    for event in runs.events:
        if event.duration is not None and event.duration < 0:
            raise AssertionError("an event that took less than no time")
    tree = _tree(content, "src/a/data/schema.py", "conf/features.yaml")
    columns.read(tree, signatures.read(tree, runs, None))


def _vouched(content: str) -> None:
    tree = _tree(content, "maturity.yaml", ".copier-answers.yml", "CODEOWNERS")
    project.read(tree)
    project.vouched(tree)
    codeowners.read(tree)


def _machines(content: str) -> None:
    paths = ("infra/main.tf", "infra/environments/a/main.tf", "infra/environments/a/x.tfvars",
             "infra/environments/b/main.tf", "infra/.terraform.lock.hcl", "infra/k8s/api.yaml",
             "infra/environments/ALLOWED_DIFF", "conf/environments/a.yaml", "compose.yaml",
             "conf/environments/b.yml", "Dockerfile")  # fmt: skip
    tree = _tree(content, *paths)
    known = environments.read(tree, infra.read(tree))
    branching.read(tree, known.settings)


def _code(content: str) -> None:
    paths = ("src/a/data/schema.py", "src/a/train.py", "src/a/serving/app.py", "src/a/cli.py",
             "tests/test_a.py", "tests/conftest.py", "tests/load/locustfile.py", "docs/conf.py")  # fmt: skip
    tree = _tree(content, *paths)
    graph, code = imports.read(tree), sources.read(tree)
    graph.reached(*graph.modules)
    code.reached(code.pieces.values())
    for reader in (suite, service, flows, functions, docstrings, modules, load, reference):
        reader.read(tree)
    refused(python.module, content)


def _settings(content: str) -> None:
    tree = _tree(content, "dvc.yaml", ".pre-commit-config.yaml", "pyproject.toml", "uv.lock",
                 "notebooks/a.ipynb", ".dvc/config", "monitoring/alertmanager.yml", "Dockerfile",
                 "requirements.txt", "mkdocs.yml", "docs/a.md", "lefthook.yml")  # fmt: skip
    for reader in (pipeline, hooks, environment, alerting, packaged, reference, versions):
        reader.read(tree)
    pipeline.notebooks(tree)
    refused(lambda text: service.alerts(yamltext.load(text)), content)


def _forge(content: str) -> None:
    refused(forge_file.parse, content)
    for parse in (openapi.parse, openapi.parse_yaml):
        refused(parse, content)
    access.read(_tree(content, "docs/openapi.json", "src/a/serving/app.py"))


def _prose(content: str) -> None:
    names = [p.relative_to(MATURE / "files").as_posix() for p in (MATURE / "files/docs").rglob("*")]
    pages.read(_tree(content, *names))
    changelog.sections(content)
    changelog.models_named(content)
    changelog.model_releases(content)
    changelog.says_something(content)
    unwritten("a.md", content, Released({"a.md": ReleasedText(frozenset(), (("a",),))}))


def _batch(content: str) -> None:
    list(git._batch(content.encode()))
    git.ORIGIN.fullmatch(content.strip())


EVENT = '{"type": "model_deployed", "ts": "2026-05-01T10:00:00Z", "env": "production", "git_sha": "%s"}\n'
JUNIT = (
    '<testsuites><testsuite name="a" tests="1" timestamp="2026-05-01T10:00:00"><properties>'
    '<property name="commit" value="0"/></properties><testcase classname="tests.test_a" name="test_b" '
    'time="1"><skipped/></testcase></testsuite></testsuites>'
)
GITLAB = """workflow: {rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}]}
.base: {before_script: [uv sync]}
test: {extends: .base, script: [!reference [.base, before_script], pytest], needs: [{job: a}],
  rules: [{if: $CI_COMMIT_TAG && $A =~ /b/, when: never}, {changes: [src/**]}], environment: {name: a}}
"""
MISE = (
    '[tasks.test]\nrun = ["mise run a", "uv run pytest"]\ndepends = ["b"]\n[tasks]\na = "pytest"\n'
)
FORGE = (
    '{"schema": 1, "kind": "github", "repository": "a/b", "branch": "main", "commit": "0123456789",'
    ' "asked_at": "2026-05-01T10:00:00Z", "brought": {}, "rules": {"value": null}}'
)

TARGETS: dict[str, Target] = {
    "plain": Target(_plain, ("files/conf/*.yaml", "files/pyproject.toml", "files/docs/*.json")),
    "workflow": Target(_ci(".github/workflows/ci.yml"), ("files/github/workflows/*.yml",)),
    "gitlab": Target(_ci(".gitlab-ci.yml"), (), (GITLAB,)),
    "tasks": Target(_tasks, ("files/pyproject.toml",), ("test: a\n\tuv run pytest || true\n", MISE)),
    "left": Target(_left, ("files/src/churn/data/schema.py",), (EVENT, JUNIT)),
    "vouched": Target(_vouched, ("files/maturity.yaml", "copier-answers.yml", "files/github/C*")),
    "machines": Target(
        _machines, ("files/infra/**/*.tf", "files/infra/**/*.hcl", "files/compose.yaml",
                    "files/conf/environments/*", "files/Dockerfile", "files/infra/**/*.tfvars")
    ),
    "code": Target(_code, ("files/src/**/*.py", "files/tests/**/*.py")),
    "settings": Target(
        _settings, ("files/dvc.yaml", "pre-commit-config.yaml", "files/pyproject.toml",
                    "files/uv.lock", "files/monitoring/*.yml", "files/mkdocs.yml")
    ),
    "forge": Target(_forge, ("files/docs/openapi.json",), (FORGE,)),
    "prose": Target(_prose, ("files/docs/**/*.md", "files/docs/**/*.yaml", "files/CHANGELOG.md")),
    "git": Target(_batch, (), ("%s blob 3\nabc\nx missing\n" % ("0" * 40), "git@a.org:b/c.git")),
}  # fmt: skip


def seeds(name: str) -> list[bytes]:
    """Return the contents that a target starts from."""
    target = TARGETS[name]
    files = [path for glob in target.seeds for path in sorted(MATURE.glob(glob)) if path.is_file()]
    return [path.read_bytes() for path in files] + [text.encode() for text in target.texts]
