"""Reports of test runs as pytest writes them: JUnit with its properties, Cobertura."""

from __future__ import annotations

from collections.abc import Mapping

from unit.checker.operating import HEAD
from unit.checker.score_evidence import MARKED, Node

AT = "2026-06-30T18:00:00Z"  # six hours before the tests' now
IDS = {node: test for test, node in MARKED.items()}


def junit(
    nodes: Mapping[Node, str],
    *,
    source: str = "ci",
    commit: str = HEAD,
    at: str = "",
    data: str | Mapping[Node, str] = "md5:ab",
    ids: Mapping[Node, str] = IDS,
) -> str:
    """Write a JUnit report as pytest does; values are passed, failed or skipped.

    `ids` says which test of the ML Test Score a node stands for, `data` on which data it ran.
    """
    inner = {
        "passed": "",
        "failed": "<failure message='no'/>",
        "skipped": "<skipped message='no'/>",
    }
    cases = ""
    for node, outcome_ in nodes.items():
        on = data if isinstance(data, str) else data.get(node, "md5:ab")
        own = {"ml_test": ids[node], **({"ml_test_data": on} if on else {})} if node in ids else {}
        content = _properties(own) + inner[outcome_]
        cases += f"<testcase classname='{node[0]}' name='{node[1]}' time='0.1'>{content}</testcase>"
    values = {"source": source, "commit": commit, "run_id": "7"}
    values |= {"data_version": "md5:ab"} if data else {}
    return (
        f"<testsuites><testsuite name='pytest' timestamp='{at or AT}' "
        f"tests='{len(nodes)}'>{_properties(values)}{cases}</testsuite></testsuites>"
    )


def _properties(values: Mapping[str, str]) -> str:
    inner = "".join(f"<property name='{k}' value='{v}'/>" for k, v in values.items())
    return f"<properties>{inner}</properties>" if inner else ""


def coverage(**rates: float) -> str:
    """Write a Cobertura report with a line rate per stage."""
    files = {
        "data": "data/ingest.py",
        "features": "features/derive.py",
        "train": "model/train.py",
        "evaluate": "model/evaluate.py",
        "serving": "serving/app.py",
        "batch": "batch/score.py",
    }
    classes = ""
    for stage, path in files.items():
        covered = round(20 * rates.get(stage, 0.9))
        lines = "".join(f"<line number='{n}' hits='{int(n <= covered)}'/>" for n in range(1, 21))
        classes += f"<class filename='{path}'><lines>{lines}</lines></class>"
    return (
        f"<coverage><packages><package><classes>{classes}</classes></package></packages></coverage>"
    )
