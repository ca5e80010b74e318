"""2.2.9: the way back."""

from __future__ import annotations

import json
import re
from typing import Any

from unit.checker.building import RELEASED, Project, ago, junit, passing

from . import Scenarios
from .features import side_commit

RUNBOOK, CLI, JUNIT, EVENTS = (
    "docs/runbooks/rollback.md",
    "src/churn/cli.py",
    "reports/junit.xml",
    "events.jsonl",
)
NODE = ("tests.model.test_registry", "test_rollback_returns_to_the_version_before")
SHIPPED = (RELEASED / RUNBOOK).read_text("utf-8")
CUT = re.sub(r"<!--.*?-->\n", "", SHIPPED, flags=re.DOTALL)
WORDS = (
    "pharmacist oncologist mammogram sentinel triage ambulance stethoscope radiologist surgeon ward"
)
scenario = Scenarios("2.2.9")


def drill(project: Project, **fields: Any) -> None:
    """Make a changed drill the only rollback event; None takes a field out."""
    rows = [json.loads(line) for line in project.evidence[EVENTS].splitlines()]
    for row in (row for row in rows if row["type"] == "rollback"):
        row.update(fields)
    kept = [{k: v for k, v in row.items() if v is not None} for row in rows]
    project.evidence[EVENTS] = "".join(json.dumps(row) + "\n" for row in kept)


def own_words(count: int) -> str:
    """Return the released text without prompts, with so many new words in each required section."""
    words = WORDS.split()
    when, how = " ".join(words[:count]), " ".join(f"x{word}" for word in words[:count])
    return CUT.replace("## How", f"{when}\n\n## How") + f"\n{how}\n"


def ran(project: Project, outcome: str) -> None:
    project.evidence[JUNIT] = junit({**passing(), NODE: outcome})


scenario.simply(
    no_runbook=lambda p: p.remove(RUNBOOK),
    no_command=lambda p: p.edit(CLI, '@main.command("rollback")\n', ""),
    no_drill=lambda p: p.evidence.pop(EVENTS),
    no_junit=lambda p: p.evidence.pop(JUNIT),
    empty_runbook=lambda p: p.write(RUNBOOK, ""),
    shipped_runbook=lambda p: p.write(RUNBOOK, SHIPPED),
    prompt_cut=lambda p: p.write(RUNBOOK, CUT),
    seven_words=lambda p: p.write(RUNBOOK, own_words(7)),
    eight_words=lambda p: p.write(RUNBOOK, own_words(8)),
    hidden_words=lambda p: p.write(
        RUNBOOK, CUT + f"<!-- {' '.join(f'y{n}ax' for n in range(20))} -->\n"
    ),
    prompt_kept=lambda p: p.write(
        RUNBOOK, SHIPPED + " ".join(f"word{n}" for n in range(100)) + "\n"
    ),
    skipped=lambda p: ran(p, "skipped"),
    failed=lambda p: ran(p, "failed"),
    old_drill=lambda p: drill(p, ts=ago(days=181)),
    edge_drill=lambda p: drill(p, ts=ago(days=180)),
    future_drill=lambda p: drill(p, ts=ago(days=-1)),
    failed_drill=lambda p: drill(p, status="failure"),
    no_duration=lambda p: drill(p, duration_s=None),
    no_commit=lambda p: drill(p, git_sha=None),
)


@scenario("once-failed")
def once_failed(project: Project) -> None:
    failed = (
        f"<testcase classname='{NODE[0]}' name='{NODE[1]}[b]'><failure/></testcase></testsuite>"
    )
    project.evidence[JUNIT] = project.evidence[JUNIT].replace("</testsuite>", failed)


@scenario("no-ancestor")
def no_ancestor(project: Project) -> None:
    project.evidence[JUNIT] = junit(passing(), commit=side_commit(project))


@scenario("broken-junit")
def broken_junit(project: Project) -> None:
    project.evidence[JUNIT] = project.evidence[JUNIT][: len(project.evidence[JUNIT]) // 2]
