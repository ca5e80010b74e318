"""7.3: who gets which version."""

from __future__ import annotations

from unit.checker.building import Project, junit, passing

from . import Scenarios

ASSIGN, TEST, RECORD = (
    "src/churn/experiment/assign.py",
    "tests/test_assignment.py",
    "docs/experiments/2026-05-threshold.yaml",
)
JUNIT = "reports/junit.xml"
BLOCKED = "test_a_pinned_variant_is_not_replaced_while_its_experiment_runs"
SAME = "test_the_assignment_is_the_same_in_any_order_and_process"
DIGEST = "    digest = hashlib.sha256(f\"{experiment['salt']}:{unit}\".encode()).digest()\n"
VARIANTS = '    variants = sorted(experiment["variants"])\n'
CHOICE = '    return variants[int.from_bytes(digest[:8], "big") % len(variants)]\n'
scenario = Scenarios("7.3")


def assigning(project: Project, module: str, *lines: str) -> None:
    """Write another body of assign, which imports that module."""
    project.edit(
        ASSIGN, DIGEST + VARIANTS + CHOICE, VARIANTS + "".join(f"    {x}\n" for x in lines)
    )
    project.edit(ASSIGN, "import hashlib\n", f"import {module}\n" if module else "")


@scenario("other-hash")
def other_hash(project: Project) -> None:
    key = "f\"{experiment['salt']}:{unit}\".encode()"
    assigning(project, "zlib", f"return variants[zlib.crc32({key}) % len(variants)]")


@scenario("builtin-hash")
def builtin_hash(project: Project) -> None:
    lines = ('salt = experiment["salt"]', "return variants[hash((salt, unit)) % len(variants)]")
    assigning(project, "", *lines)


@scenario("no-block-test")
def no_block_test(project: Project) -> None:
    parts = project.read(TEST).split("\n\n\n")
    kept = [part for part in parts if f"def {BLOCKED}(" not in part]
    assert len(kept) < len(parts)
    project.write(TEST, "\n\n\n".join(kept) + "\n")
    nodes = {node: said for node, said in passing().items() if node[1] != BLOCKED}
    project.evidence[JUNIT] = junit(nodes)


@scenario("plain-property")
def plain_property(project: Project) -> None:
    parts = project.read(TEST).split("\n\n\n")
    test = (
        f"def {SAME}():\n"
        "    units = [str(number) for number in range(1000)]\n"
        "    first = {unit: assign(unit, EXPERIMENT) for unit in units}\n"
        '    code = "from test_assignment import *; print(all_of(range(1000)))"\n'
        '    elsewhere = {**os.environ, "PYTHONHASHSEED": "1"}\n'
        '    command = [sys.executable, "-c", code]\n'
        "    said = subprocess.run(command, env=elsewhere, capture_output=True, check=True)\n"
        "    assert json.loads(said.stdout) == first\n"
    )
    kept = [test if f"def {SAME}(" in part else part for part in parts]
    content = "\n\n\n".join(kept)
    for line in ("from hypothesis import given\n", "from hypothesis import strategies as st\n"):
        content = content.replace(line, "")
    project.write(
        TEST, content.replace("import subprocess\n", "import json\nimport os\nimport subprocess\n")
    )


scenario.simply(
    no_assign=lambda p: p.remove(ASSIGN),
    no_junit=lambda p: p.evidence.pop(JUNIT),
    random=lambda p: assigning(p, "random", "return random.choice(variants)"),
    seeded=lambda p: assigning(p, "random", "return random.Random(unit).choice(variants)"),
    alias=lambda p: p.edit(
        RECORD, '{control: "16", treatment: "17"}', "{control: champion, treatment: challenger}"
    ),
    not_asked=lambda p: p.edit(".copier-answers.yml", "ab_testing, ", ""),
)
