"""What is read for the score: markers by syntax alone, properties of JUnit, records; and any rubbish."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from trueline.evidence import alerting, junit, moment, suite
from trueline.evidence import project as project_reader
from trueline.evidence.document import Document, Malformed
from trueline.evidence.files import WorkTree
from trueline.evidence.snapshot import Snapshot
from trueline.testscore.scoring import score
from unit.checker.building import Project, copy, operated
from unit.checker.building import junit as written
from unit.testscore import changing as to

PATH = "tests/test_a.py"
quickly = settings(max_examples=60, deadline=None)


@dataclass(frozen=True)
class Held(WorkTree):
    """A work tree that holds one text at every path."""

    content: str = ""

    def loose(self, path: str, *, limit: int = 0) -> Document[str]:
        return Document(path, self.content[: limit or None])


def marked(content: str) -> dict[str, set[str]]:
    tree = Held(Path("/nowhere"), frozenset({PATH}), content=content)
    return {case.name: set(case.ml_tests) for case in suite.read(tree).cases}


@pytest.mark.parametrize(
    ("lines", "ids"),
    [
        ('@pytest.mark.ml_test("mon3")', {"mon3"}),
        ('@pytest.mark.ml_test("mon3", "data1")', {"mon3", "data1"}),
        ('@pytest.mark.ml_test(id="mon3")', {"mon3"}),
        ('@pytest.mark.ml_test(ids=["mon3", "data1"])', {"mon3", "data1"}),
        ('@pytest.mark.ml_test("mon3")\n@pytest.mark.ml_test("data1")', {"mon3", "data1"}),
        ('from pytest import mark\n@mark.ml_test("mon3")', {"mon3"}),
        ('ml = pytest.mark.ml_test\n@ml("mon3")', {"mon3"}),
        ('skew = pytest.mark.ml_test("mon3")\n@skew', {"mon3"}),
        ('SKEW: str = "mon3"\n@pytest.mark.ml_test(SKEW)', {"mon3"}),
        ('pytestmark = pytest.mark.ml_test("mon3")', {"mon3"}),
        ('pytestmark = [pytest.mark.slow, pytest.mark.ml_test("mon3")]', {"mon3"}),
        ('@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.ml_test("mon3"))])', {"mon3"}),
        ('# @pytest.mark.ml_test("mon3")', set()),
        ('"""@pytest.mark.ml_test("mon3")"""', set()),
        ('@pytest.mark.ml_tests("mon3")', set()),
        ("@pytest.mark.ml_test", set()),
        ("@pytest.mark.ml_test()", set()),
        ("@pytest.mark.ml_test(unknown)", set()),
        ("a = b\nb = a\n@a\n@pytest.mark.ml_test(b)", set()),
    ],
)  # fmt: skip
def test_markers(lines: str, ids: set[str]) -> None:
    assert marked(f"import pytest\n{lines}\ndef test_a(n=0):\n    assert n\n") == {"test_a": ids}


def test_markers_of_classes() -> None:
    content = """
import pytest
pytestmark = pytest.mark.ml_test("data1")

@pytest.mark.ml_test("data2")
class TestIt:
    pytestmark = pytest.mark.ml_test("data3")

    @pytest.mark.ml_test("data4")
    def test_a(self):
        assert self

    def test_b(self):
        assert self

def test_c():
    assert test_c
"""
    above = {"data1", "data2", "data3"}
    assert marked(content) == {"test_a": {*above, "data4"}, "test_b": above, "test_c": {"data1"}}


REPORT = """<testsuites><testsuite name="a" timestamp="2026-06-30T18:00:00Z">
<properties><property name="source" value="ci"/><property name="data_version" value="md5:1"/></properties>
<testcase classname="tests.test_a" name="test_a[1]"><properties>
<property name="ml_test" value="mon3"/><property name="ml_test" value="mon2"/>
<property name="ml_test_data" value="sample"/><property name="commit" value="abc"/></properties></testcase>
<testcase classname="tests.test_a" name="test_b"><properties><property name="ml_test" value="mon3"/>
</properties><skipped type="pytest.xfail"/></testcase>
<testcase classname="tests.test_a" name="test_c"/></testsuite></testsuites>"""


def test_properties_of_a_case() -> None:
    run = junit.parse(REPORT)
    assert (run.source, run.data_version, run.total) == ("ci", "md5:1", 2)
    # What a case says of itself is nothing that the suite says.
    assert run.commit == ""
    assert run.ml_cases == (
        junit.MlCase(("tests.test_a", "test_a"), "test_a[1]", frozenset({"mon2", "mon3"}), "passed", "sample"),
        junit.MlCase(("tests.test_a", "test_b"), "test_b", frozenset({"mon3"}), "skipped", ""),
    )  # fmt: skip


def test_each_parameter_is_a_case_of_its_own(project: Project) -> None:
    """One parameter failed, though another one of the same function passed."""
    nodes = {
        **operated(),
        ("tests.score.test_of_monitoring", "test_no_number_is_lost[nan]"): "failed",
    }
    ids = {node: "mon5" for node in nodes if "no_number" in node[1]}
    project.evidence[to.ML_TESTS] = written(nodes, ids=ids)
    assert {one.test.id: one.points for one in score(project.snapshot()).tests}["mon5"] == 0


def test_the_run_of_the_score_is_no_run_of_all_tests(project: Project) -> None:
    """reports/ml_test.xml is newer, and leaves out what other statements look for."""
    runs = project.snapshot().runs
    assert [run.path for run in runs.tests] == [to.JUNIT]
    assert [run.path for run in runs.ml_tests] == [to.ML_TESTS]


def test_what_cannot_be_read_is_unknown(project: Project) -> None:
    project.write(to.source("data1"), "def broken(:\n")
    found = {one.test.id: one for one in score(project.snapshot()).tests}
    assert (found["data1"].outcome.value, found["data1"].points) == ("unknown", 0)
    assert "cannot be read" in found["data1"].reason
    assert found["model1"].points == 1


def test_a_broken_maturity_yaml_is_unknown_where_a_record_could_have_helped(
    project: Project,
) -> None:
    to.unmarked(project, "data1")
    project.write("maturity.yaml", "manual_runs: [")
    found = {one.test.id: one for one in score(project.snapshot()).tests}
    assert found["data1"].outcome.value == "unknown"
    assert found["data2"].points == 1


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates()
)
FIELDS = st.sampled_from(
    ["manual_runs", "id", "ran_on", "by", "commit", "model_version", "result", "report", "route",
     "receiver", "receivers", "routes", "name", "email_configs", "to", "max_age_days", "data1", "passed"]
)  # fmt: skip
VALUES = st.recursive(
    SCALARS | FIELDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=20,
)


@pytest.fixture(scope="session")
def unmarked(mature: Project, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The mature project without a test for data1."""
    project = copy(mature, tmp_path_factory.mktemp("unmarked") / "churn")
    to.unmarked(project, "data1")
    return project.snapshot()


@quickly
@given(VALUES, VALUES, SCALARS)
def test_any_record_route_and_period_is_judged(
    unmarked: Snapshot, record: object, route: object, number: object
) -> None:
    run = {"id": "data1", **to.RECORD, "max_age_days": number, "ran_on": record}
    body = {"manual_runs": [record, run], "attestations": []}
    tree = Held(Path("/nowhere"), frozenset({"maturity.yaml"}), content=yaml.safe_dump(body))
    told = alerting.parse({"route": route, "receivers": [route]})
    snapshot = replace(
        unmarked,
        vouched=project_reader.vouched(tree),
        alertmanager=Document("monitoring/alertmanager.yml", told),
        operations=Document("conf/operations.yaml", {"drift": {"every_hours": number}}),
    )
    points = {one.test.id: one.points for one in score(snapshot).tests}
    assert (points["data1"], points["data2"]) == (0, 1)


def bent(text: str) -> st.SearchStrategy[str]:
    places = st.tuples(st.integers(0, len(text)), st.integers(0, 60), st.text(max_size=12))
    return places.map(lambda p: text[: p[0]] + p[2] + text[p[0] + p[1] :])


@quickly
@given(bent(REPORT))
def test_a_bent_report_is_read_or_refused(content: str) -> None:
    try:
        run = junit.parse(content)
    except Malformed:
        return
    assert all(case.ids for case in run.ml_cases)


@quickly
@given(
    bent(
        'import pytest\na = pytest.mark.ml_test\nB = ["x", "y"]\n@a(B)\ndef test_a():\n    assert a\n'
    )
)
def test_a_bent_test_is_read_or_named(content: str) -> None:
    assert set(marked(content)) <= {"test_a", "test_"} or marked(content)


@pytest.mark.parametrize(
    "content",
    [
        "import pytest\n" + "".join(f"n{i} = n{i + 1}\n" for i in range(30_000)) + "@n0\ndef test_a(): pass\n",
        "import pytest\n" + "".join(f"n{i} = [{', '.join(['n' + str(i + 1)] * 20)}]\n" for i in range(200))
        + "@n0\ndef test_a(): pass\n",
        "M = [" + "x, " * 50_000 + "]\n" + "".join(f"@M\ndef test_{i}(): pass\n" for i in range(3_000)),
    ],
    ids=["long chain", "wide tree", "large list for each test"],
)  # fmt: skip
def test_names_that_lead_nowhere_cost_little(content: str) -> None:
    started = time.perf_counter()
    assert not any(marked(content).values())
    assert time.perf_counter() - started < 5


def test_records_are_bounded(tmp_path: Path) -> None:
    body = {"manual_runs": [{"id": "data1", "commit": f"{n:040x}"} for n in range(300)]}
    tree = Held(tmp_path, frozenset({"maturity.yaml"}), content=yaml.safe_dump(body))
    assert len(project_reader.vouched(tree).manual) == project_reader.MOST_RUNS


def test_the_period_is_the_projects_own(project: Project) -> None:
    """37 hours are too old for a daily look, 36 are not; and 1.5 x 48 hours are 72."""
    project.evidence[to.ML_TESTS] = written(operated(), at="2026-06-29T11:00:00Z")
    points = {one.test.section: one.points for one in score(project.snapshot()).tests}
    assert points["monitoring"] == 0.5
    assert moment.period("48h") is not None
    project.edit_yaml("conf/operations.yaml", lambda body: body["drift"].update(every_hours=48))
    points = {one.test.section: one.points for one in score(project.snapshot()).tests}
    assert set(points.values()) == {1}
