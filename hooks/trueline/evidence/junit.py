"""JUnit reports (pytest's dialect) and Cobertura coverage: what ran, where, and for
which commit.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from datetime import datetime

from .document import Malformed
from .moment import moment


@dataclass(frozen=True)
class TestRun:
    """One JUnit report. `nodes` maps (class name, name without parameters) to the outcomes of its
    runs.
    """

    __test__ = False

    source: str = ""
    commit: str = ""
    at: datetime | None = None
    nodes: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    # The same by the parameters that pytest writes in brackets: node -> parameters -> outcome.
    parameters: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many tests ran, passed or not."""
        return sum(outcome != "skipped" for outcomes in self.nodes.values() for outcome in outcomes)

    @property
    def failed(self) -> int:
        """How many tests failed or broke."""
        return sum(outcome == "failed" for outcomes in self.nodes.values() for outcome in outcomes)

    def passed(self, node: tuple[str, str]) -> bool:
        """True when the test ran and no run of it failed; skipped parameters do not count."""
        outcomes = [outcome for outcome in self.nodes.get(node, ()) if outcome != "skipped"]
        return bool(outcomes) and all(outcome == "passed" for outcome in outcomes)


def parse(content: str) -> TestRun:
    """Return a JUnit report; raises Malformed for what is none."""
    root = _root(content)
    if root.tag not in ("testsuites", "testsuite"):
        raise Malformed("no JUnit report")
    properties: dict[str, str] = {}
    for item in root.iter("property"):
        properties.setdefault(item.get("name", ""), item.get("value", "") or (item.text or ""))
    nodes: dict[tuple[str, str], list[str]] = {}
    parameters: dict[tuple[str, str], dict[str, str]] = {}
    for case in root.iter("testcase"):
        name, bracket, given = case.get("name", "").partition("[")
        node, outcome = (case.get("classname", ""), name), _outcome(case)
        nodes.setdefault(node, []).append(outcome)
        if bracket:
            parameters.setdefault(node, {})[given.removesuffix("]")] = outcome
    stamps = [at for suite in root.iter("testsuite") if (at := moment(suite.get("timestamp", "")))]
    at = moment(properties.get("created_at", "")) or max(stamps, default=None)
    return TestRun(
        properties.get("source", ""),
        properties.get("commit", ""),
        at,
        {node: tuple(outcomes) for node, outcomes in nodes.items()},
        parameters,
    )


def coverage(content: str) -> dict[str, tuple[int, int]]:
    """Return (lines covered, lines) per file of a Cobertura report; raises Malformed for what is
    none.
    """
    root = _root(content)
    if root.tag != "coverage":
        raise Malformed("no coverage report")
    files: dict[str, tuple[int, int]] = {}
    for part in root.iter("class"):
        hits = [line.get("hits", "0") for line in part.iter("line")]
        covered = sum(hit.isdigit() and int(hit[:9]) > 0 for hit in hits)
        before = files.get(part.get("filename", ""), (0, 0))
        files[part.get("filename", "")] = (before[0] + covered, before[1] + len(hits))
    return files


def _root(content: str) -> ElementTree.Element:
    # A report needs no document type; entities are how an XML file grows without end.
    if "<!DOCTYPE" in content or "<!ENTITY" in content:
        raise Malformed("a document type, which a report does not need")
    try:
        return ElementTree.fromstring(content)  # noqa: S314 (no entities: see above)
    except (ElementTree.ParseError, ValueError, RecursionError) as error:
        raise Malformed("not valid XML") from error


def _outcome(case: ElementTree.Element) -> str:
    tags = {child.tag for child in case}
    if tags & {"failure", "error"}:
        return "failed"
    return "skipped" if "skipped" in tags else "passed"
