"""JUnit reports (pytest's dialect) and Cobertura coverage: what ran, where, and for
which commit.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from .document import Malformed
from .moment import moment

ML_TEST, ML_TEST_DATA = "ml_test", "ml_test_data"  # properties of a test case


@dataclass(frozen=True)
class MlCase:
    """One test case that says which tests of the ML Test Score it stands for, and on which data."""

    node: tuple[str, str]  # (class name, name without parameters)
    name: str  # with its parameters
    ids: frozenset[str]
    outcome: str  # passed, failed or skipped
    data: str = ""  # `sample`, a version of the project's own data, or nothing


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
    data_version: str = ""
    ml_cases: tuple[MlCase, ...] = ()

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
    for item in _of_the_suite(root):
        properties.setdefault(item.get("name", ""), _value(item))
    nodes: dict[tuple[str, str], list[str]] = {}
    parameters: dict[tuple[str, str], dict[str, str]] = {}
    ml_cases: list[MlCase] = []
    for case in root.iter("testcase"):
        name, bracket, given = case.get("name", "").partition("[")
        node, outcome = (case.get("classname", ""), name), _outcome(case)
        nodes.setdefault(node, []).append(outcome)
        if bracket:
            parameters.setdefault(node, {})[given.removesuffix("]")] = outcome
        ml_cases += _ml_case(case, node)
    stamps = [at for suite in root.iter("testsuite") if (at := moment(suite.get("timestamp", "")))]
    at = moment(properties.get("created_at", "")) or max(stamps, default=None)
    return TestRun(
        properties.get("source", ""),
        properties.get("commit", ""),
        at,
        {node: tuple(outcomes) for node, outcomes in nodes.items()},
        parameters,
        properties.get("data_version", ""),
        tuple(ml_cases),
    )


def _of_the_suite(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Yield the properties of the report and its suites; a test case cannot speak for them."""
    for suite in root.iter():
        if suite.tag in ("testsuites", "testsuite"):
            for group in suite.findall("properties"):
                yield from group.findall("property")


def _value(item: ElementTree.Element) -> str:
    return item.get("value", "") or (item.text or "")


def _ml_case(case: ElementTree.Element, node: tuple[str, str]) -> Iterator[MlCase]:
    said = [(p.get("name", ""), _value(p)) for p in case.findall("properties/property")]
    ids = frozenset(value for name, value in said if name == ML_TEST)
    if ids:
        data = next((value for name, value in said if name == ML_TEST_DATA), "")
        yield MlCase(node, case.get("name", ""), ids, _outcome(case), data)


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
