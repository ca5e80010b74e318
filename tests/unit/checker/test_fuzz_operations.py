"""What strangers wrote about operation: parsers return data or say Malformed, in bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from trueline.evidence import access, alerting, cron, jsontext, load, mlflow, modules, versions
from trueline.evidence.document import Malformed
from trueline.maturity import alerting as watching
from trueline.maturity import lineage
from unit.checker.building import MATURE
from unit.checker.test_fuzz import VALUES, _Held, bent, quickly, total
from unit.checker.tracking_store import Store

FILES = MATURE / "files"
ROUTES = (FILES / "monitoring/alertmanager.yml").read_text("utf-8")
API = (FILES / "docs/openapi.json").read_text("utf-8")
DOOR = (
    'resource "aws_security_group" "a" {\n  ingress {\n    x = ["0.0.0.0/0"] /* y */ # z\n  }\n}\n'
)
CODE = (FILES / "src/churn/cli.py").read_text("utf-8")


@quickly
@given(VALUES)
def test_any_data_is_read(value: object) -> None:
    alerting.parse(value).route.leads({"alertname": "a"})
    alerting.tested(value, "a.yml")
    total(lambda _: access.parse(value), "")
    if isinstance(value, dict):
        lineage.gap(value)
        lineage.commit(value)


@quickly
@given(st.text() | st.text("0123456789*/-, a"))
def test_any_cron_line_is_read(line: str) -> None:
    period = cron.period(line)
    assert period is None or period.total_seconds() > 0
    assert cron.same(line, line) == cron.same(line, f" {line} ")


@quickly
@given(st.text() | bent(DOOR))
def test_any_terraform_is_read(content: str) -> None:
    lines = content.splitlines()
    assert all(1 <= line <= len(lines) for line in access.open_ingress(content))


@quickly
@given(bent(API))
def test_a_bent_description_is_read_or_refused(content: str) -> None:
    total(lambda text: access.parse(jsontext.load(text)), content)


@quickly
@given(st.text())
def test_any_expression_and_script_is_read(content: str) -> None:
    assert isinstance(watching.metrics(content), frozenset)
    assert load.k6(content) is None or load.k6(content) in range(1, content.count("\n") + 99)


@settings(max_examples=40, deadline=None)
@given(bent(CODE) | st.text())
def test_any_module_is_read(content: str) -> None:
    paths = frozenset({"src/a/cli.py", "src/a/__init__.py", "b.py", "tests/load/locustfile.py"})
    tree = _Held(Path("/nowhere"), paths, content=content)
    found = modules.read(tree)
    for words in ((), ("a",), ("a", "monitor"), ("python", "b.py"), ("a.cli",)):
        assert found.run_by(words) <= set(found.imports)
    load.read(tree)
    versions.read(tree)


@settings(max_examples=30, deadline=None)
@example(place=2934, junk=b"\x80")
@given(place=st.integers(0, 40_000), junk=st.binary(max_size=200))
def test_a_damaged_database_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, junk: bytes
) -> None:
    path = tmp_path_factory.mktemp("db") / "mlflow.db"
    with Store(path) as store:
        store.run("a" * 32, tags={"k": "v"}, metrics={"m": 0.5})
        store.version(1, "a" * 32)
    content = bytearray(path.read_bytes())
    content[place : place + len(junk)] = junk
    path.write_bytes(bytes(content))
    try:
        mlflow.load(path)
    except Malformed as error:
        assert 0 < len(str(error)) < 120


SLOW: dict[str, tuple[Callable[[str], object], str]] = {
    "open comments": (load.k6, "/*" * 200_000),
    "open braces": (lambda text: list(access.open_ingress(text)), "ingress {\n" * 20_000),
    "rules": (
        lambda text: list(access.open_ingress(text)),
        'resource "aws_security_group_rule" "a" {\n' * 20_000,
    ),
    "names": (watching.metrics, "a" * 200_000),
    "parentheses": (watching.metrics, "by (" * 50_000),
    "lists": (cron.period, ",".join(["0"] * 50_000) + " * * * *"),
}


@pytest.mark.parametrize("name", SLOW)
def test_no_text_takes_long(name: str) -> None:
    parse, content = SLOW[name]
    started = time.perf_counter()
    total(parse, content)
    assert time.perf_counter() - started < 4
