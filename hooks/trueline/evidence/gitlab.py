"""GitLab CI as the same Workflows that GitHub's files become, so that probes need not care.

One file holds all jobs there, each with its own rules. Its jobs become one workflow whose jobs
carry the events they run on as a condition; jobs that run for certain changed files only become a
workflow of their own with that filter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from .document import Document, Malformed, mapping, sequence, text
from .files import WorkTree
from .gitlab_condition import Situation, situations
from .gitlab_file import child, extended, flat, included, inherited, plain
from .gitlab_rules import NOT, Verdict, by_refs, by_rules
from .shell import Command, commands
from .tasks import Tasks
from .triggers import Trigger
from .workflows import Job, Step, Workflow

PATH = ".gitlab-ci.yml"
MAX_JOBS = 500
_RESERVED = re.compile(
    "default|include|stages|variables|workflow|image|services|cache|before_script|after_script|"
    "spec|types"
)
_STAGES = (".pre", "build", "test", "deploy", ".post")
_IMAGE = re.compile(r"python:?(\d+\.\d+)")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_MAYBE = "gitlab.rules_allow_it"  # neither surely true nor surely false
_END = "end-of-a-line-of-gitlab"
_ELSEWHERE = ("stop", "prepare", "verify", "access")  # actions that deploy nothing


def read(tree: WorkTree, names: Tasks, branch: str) -> list[Document[Workflow]]:
    """Return the workflows of `.gitlab-ci.yml`, none when git does not track it."""
    document = tree.yaml(PATH)
    if document.problem:
        return [Document(PATH, None, document.problem)]
    if document.value is None:
        return []
    try:
        body, elsewhere = included(tree, mapping(document.value))
    except Malformed as error:
        return [tree.broken(PATH, str(error))]
    found = parse(body, branch, tree.tracked, elsewhere)
    return [Document(PATH, _resolved(workflow, names)) for workflow in found]


@dataclass(frozen=True)
class _Entry:
    """A job with what its rules say of each event."""

    job: Job
    stage: str
    needs: tuple[tuple[str, bool], ...] | None  # (name, optional); None: the stages decide
    verdicts: Mapping[str, Verdict]

    @property
    def sure(self) -> frozenset[str]:
        """The events on which it surely runs, whatever file changed."""
        said = self.verdicts.items()
        return frozenset(event for event, v in said if v.runs and not v.paths)

    @property
    def filters(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The events on which it runs for certain files only, with these."""
        return tuple((event, v.paths) for event, v in sorted(self.verdicts.items()) if v.paths)


def parse(
    body: dict[str, object],
    branch: str = "main",
    files: frozenset[str] = frozenset(),
    elsewhere: Iterable[str] = (),
) -> tuple[Workflow, ...]:
    """Return the workflows that a whole `.gitlab-ci.yml` stands for."""
    constants = {
        name: plain(value)
        for name, value in mapping(body.get("variables")).items()
        if not isinstance(value, dict) or "value" in value
    }
    inputs = tuple(
        name.lower()
        for name, value in mapping(body.get("variables")).items()
        if "description" in mapping(value)
    )
    moments = situations(branch, constants)
    flow = mapping(body.get("workflow"))
    entries: list[_Entry] = []
    known: dict[str, dict[str, object]] = {}
    for name in [key for key in body if not _RESERVED.fullmatch(key) and key[:1] != "."][:MAX_JOBS]:
        whole = extended(body, name, known)
        if not {"script", "trigger", "run"} & set(whole):
            continue
        line = getattr(body[name], "line", 0)
        entries.append(_entry(body, name, whole, line, flow, moments, files, constants))
    stages = [text(stage) for stage in sequence(body.get("stages"))] or list(_STAGES)
    order = {stage: n for n, stage in enumerate([".pre", *stages, ".post"])}
    jobs = [(entry, _waiting(entry, entries, order)) for entry in entries]
    jobs += [(_foreign(place), _foreign(place).job) for place in elsewhere]
    groups: dict[tuple[tuple[str, tuple[str, ...]], ...], list[tuple[_Entry, Job]]] = {}
    for entry, job in jobs:
        groups.setdefault(entry.filters, []).append((entry, job))
    return tuple(_workflow(group, filters, inputs) for filters, group in groups.items())


def _workflow(
    group: list[tuple[_Entry, Job]],
    filters: tuple[tuple[str, tuple[str, ...]], ...],
    inputs: tuple[str, ...],
) -> Workflow:
    paths = dict(filters)
    events = dict.fromkeys(
        event for entry, _ in group for event, v in entry.verdicts.items() if v.runs is not False
    )
    triggers = {
        event: Trigger(
            event,
            paths=paths.get(event, ()),
            inputs=inputs if event == "workflow_dispatch" else (),
        )
        for event in events
    }
    return Workflow(PATH, triggers, tuple(job for _, job in group))


def _foreign(place: str) -> _Entry:
    """Return a job that stands for all that lies in another file which cannot be read here."""
    verdicts = {event: Verdict(True) for event in ("pull_request", "push")}
    return _Entry(Job("include", PATH, 0, opaque=place), "", (), verdicts)


def _entry(
    body: dict[str, object],
    name: str,
    whole: dict[str, object],
    line: int,
    flow: dict[str, object],
    moments: tuple[Situation, ...],
    files: frozenset[str],
    constants: dict[str, str],
) -> _Entry:
    defaults = inherited(body, whole)
    own = {key: plain(value) for key, value in mapping(whole.get("variables")).items()}
    image = whole.get("image", defaults.get("image"))
    image = text(mapping(image).get("name")) if isinstance(image, dict) else text(image)
    version = _IMAGE.search(_filled(image, {**constants, **own}))
    verdicts = _verdicts(body, whole, flow, moments, files)
    environment = whole.get("environment")
    place = mapping(environment) if isinstance(environment, dict) else {"name": text(environment)}
    deploys = text(place.get("action")) not in _ELSEWHERE
    named = _filled(text(place.get("name")), {**constants, **own})
    # A job that waits for a click may fail by GitLab's default; one that starts by itself may not.
    ignored = any(v.ignored for e, v in verdicts.items() if e != "workflow_dispatch")
    job = Job(
        name,
        PATH,
        line,
        tuple(_steps(body, {**defaults, **whole}, line, version[1] if version else "")),
        condition=_condition(verdicts),
        ignored="its allow_failure ignores its failure" if ignored else None,
        opaque=child(whole.get("trigger")) if "trigger" in whole else None,
        name=name,
        environments=(named,) if deploys and named else (),
        mints=bool(mapping(whole.get("id_tokens"))),
        called=_shared(mapping(body[name])),
    )
    needs = whole.get("needs")
    listed = None if needs is None else tuple(_needs(needs))
    return _Entry(job, text(whole.get("stage")) or "test", listed, verdicts)


def _shared(written: dict[str, object]) -> str:
    """Return the hidden job whose script a job runs with other variables: GitLab's way to call."""
    above = [text(name) for name in sequence(written.get("extends"))]
    return above[-1] if above and above[-1].startswith(".") and "script" not in written else ""


def _verdicts(
    body: dict[str, object],
    whole: dict[str, object],
    flow: dict[str, object],
    moments: tuple[Situation, ...],
    files: frozenset[str],
) -> dict[str, Verdict]:
    """Return what becomes of a job on each event; a manual one waits for somebody's click."""
    found: dict[str, Verdict] = {}
    for moment in moments:
        pipeline = by_rules(sequence(flow["rules"]), moment, files, {}) if "rules" in flow else None
        if pipeline is not None and pipeline.runs is False:
            continue
        verdict = _verdict(body, whole, moment, files, by_default=pipeline is not None)
        if pipeline is not None and verdict.runs is not False:
            sure = verdict.runs if pipeline.runs else None
            verdict = replace(verdict, runs=sure, paths=verdict.paths or pipeline.paths)
        if verdict.runs is False or verdict.when == "never":
            continue
        event = "workflow_dispatch" if verdict.when == "manual" else moment.event
        known = found.get(event, NOT)
        if known is NOT or (verdict.runs and not known.runs):
            found[event] = verdict
    return found


def _verdict(
    body: dict[str, object],
    whole: dict[str, object],
    moment: Situation,
    files: frozenset[str],
    *,
    by_default: bool,
) -> Verdict:
    if "rules" in whole:
        return by_rules(flat(body, whole["rules"]), moment, files, whole)
    if by_default and not {"only", "except"} & set(whole):
        # Rules for the whole pipeline take the place of the usual `only: [branches, tags]`.
        return by_rules([{}], moment, files, whole)
    return by_refs(whole, moment)


def _condition(verdicts: dict[str, Verdict]) -> str:
    """Return the events as a condition in GitHub's words."""
    if not verdicts:
        return "false"
    extra = {"always": " && always()", "on_failure": " && failure()"}
    return " || ".join(
        f"github.event_name == '{event}'"
        + ("" if verdict.runs else f" && {_MAYBE}")
        + extra.get(verdict.when, "")
        for event, verdict in sorted(verdicts.items())
    )


def _steps(
    body: dict[str, object], whole: dict[str, object], line: int, python: str
) -> Iterator[Step]:
    """Yield a step for each line of the script: they share one shell, which stops at a failure."""
    lines = [*flat(body, whole.get("before_script")), *flat(body, whole.get("script"))]
    written = [text(item) for item in lines]
    # The shell is read once; a command of ours after each line tells where the next one begins.
    script = f"\n{_END}\n".join(row.rstrip("\\") for row in written)
    parts: list[list[Command]] = [[]]
    for command in commands(script, pipefail=True):
        if command.words == (_END,):
            parts.append([])
        else:
            parts[-1].append(command)
    for number, part in enumerate(parts if written else []):
        yield Step(PATH, line, tuple(part), python="" if number else python)
    if not written and python:
        yield Step(PATH, line, python=python)
    after = "\n".join(text(item) for item in flat(body, whole.get("after_script")))
    if after:
        ignored = "a failure of after_script changes nothing"
        yield Step(PATH, line, commands(after), ignored=ignored)


def _needs(value: object) -> Iterator[tuple[str, bool]]:
    for item in sequence(value):
        entry = mapping(item)
        name = text(entry.get("job")) if entry else text(item)
        if name and "pipeline" not in entry and "project" not in entry:
            yield name, entry.get("optional") is True


def _waiting(entry: _Entry, entries: list[_Entry], order: dict[str, int]) -> Job:
    """Return the job with the jobs that it waits for: those it names, or all earlier stages'.

    Of an earlier stage only those count that run whenever it does: nobody waits for the others.
    """
    runs = frozenset(entry.verdicts)
    if entry.needs is None:
        mine = order.get(entry.stage, 0)
        earlier = [e for e in entries if order.get(e.stage, 0) < mine and runs <= e.sure]
        return replace(entry.job, needs=tuple(e.job.id for e in earlier))
    sure = {e.job.id for e in entries if runs <= e.sure}
    kept = [name for name, optional in entry.needs if not optional or name in sure]
    return replace(entry.job, needs=tuple(kept))


def _filled(word: str, known: Mapping[str, str]) -> str:
    """Return a text with the variables filled in whose value stands in the file."""
    return _VARIABLE.sub(lambda m: known.get(m[1] or m[2], m[0]), word)


def _resolved(workflow: Workflow, names: Tasks) -> Workflow:
    return replace(workflow, jobs=tuple(_with_tasks(job, names) for job in workflow.jobs))


def _with_tasks(job: Job, names: Tasks) -> Job:
    def told(found: tuple[Command, ...]) -> tuple[Command, ...]:
        return tuple(c for command in found for c in names.resolve(command))

    return replace(job, steps=tuple(replace(s, commands=told(s.commands)) for s in job.steps))
