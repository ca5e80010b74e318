"""What a running model is watched by: each reader against cases that were worked out by hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from trueline.evidence import cron, modules
from trueline.evidence.access import open_ingress, parse
from trueline.evidence.alerting import parse as alertmanager
from trueline.evidence.environment import dockerfile
from trueline.evidence.files import WorkTree
from trueline.evidence.load import k6
from trueline.evidence.service import Alert
from trueline.maturity.alerting import kinds, metrics
from trueline.maturity.training import trains

EXPRESSIONS: dict[str, tuple[str, set[str]]] = {
    "down": ('max(up{job="api"}) == 0 or absent(up{job="api"})', {"availability"}),
    "job label": ('rate(http_requests_total{job="batch"}[5m]) > 1', set()),
    "errors": ('sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) > 0.05', {"errors"}),
    "own errors": ('rate(http_requests_total{code="404"}[5m]) > 1', set()),
    "disk": ("node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1", {"saturation"}),
    "memory": ("container_memory_working_set_bytes > 1e9", {"saturation"}),
    "job": ("time() - job_last_success_timestamp_seconds > 129600", {"failed jobs"}),
    "kube": ("kube_job_status_failed > 0", {"failed jobs"}),
    "age of a model": ("time() - max(model_trained_timestamp_seconds != 0) > 30 * 86400", set()),
    "constant": ("vector(0) > 1", set()),
    "text": ('label_replace(vector(1), "disk", "up", "cpu", ".*") > 0', set()),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_tells_what_it_watches(name: str) -> None:
    expression, expected = EXPRESSIONS[name]
    assert kinds(Alert("x", expression)) == expected


def test_metrics_are_neither_functions_nor_labels() -> None:
    said = 'sum by (disk, le) (rate(a_total{cpu="up"}[5m] offset 1h)) / on (job) b:c > bool 2e3'
    assert metrics(said) == {"a_total", "b:c"}


ROUTES = {
    "route": {
        "receiver": "nobody",
        "routes": [
            {"receiver": "pager", "match": {"severity": "page"}},
            {"receiver": "chat", "matchers": ['severity =~ "ticket|info"']},
            {"match": {"team": "a"}, "routes": [{"receiver": "chat", "match": {"x": "y"}}]},
        ],
    }
}


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ({"severity": "page"}, "pager"),
        ({"severity": "info"}, "chat"),
        ({"severity": "pages"}, "nobody"),
        ({}, "nobody"),
        ({"team": "a"}, "nobody"),
        ({"team": "a", "x": "y"}, "chat"),
    ],
)
def test_an_alert_goes_the_first_way_that_takes_it(labels: dict[str, str], receiver: str) -> None:
    found = alertmanager(ROUTES).route.leads(labels)
    assert (found or "nobody") == receiver


@pytest.mark.parametrize(
    ("ways", "reaches"),
    [
        ({"email_configs": [{"to": "oncall@acme.io"}]}, True),
        ({"slack_configs": [{"channel": "#churn", "api_url_file": "/run/secrets/slack"}]}, True),
        ({"pagerduty_configs": [{"routing_key_file": "/run/secrets/pager"}]}, True),
        ({"webhook_configs": [{"url": "https://pager.acme.io/churn"}]}, True),
        ({"webhook_configs": [{"url": "http://localhost:5001/"}]}, False),
        ({"webhook_configs": [{"url": "https://example.com/hook"}]}, False),
        ({"email_configs": [{"to": "you@example.org"}]}, False),
        ({"email_configs": [{"to": "<your address>"}]}, False),
        ({"email_configs": [{"to": ""}]}, False),
        ({"email_configs": [{"send_resolved": True}]}, False),
        ({"email_configs": []}, False),
        ({}, False),
    ],
)
def test_a_receiver_reaches_somebody(ways: dict[str, Any], reaches: bool) -> None:
    found = alertmanager({"receivers": [{"name": "a", **ways}]})
    assert found.reaching == {"a": reaches}


@pytest.mark.parametrize(
    ("line", "hours"),
    [
        ("0 4 * * 1", 168),
        ("0 4 * * MON", 168),
        ("*/15 * * * *", 0.25),
        ("0 5 * * *", 24),
        ("0 4 1 * *", 31 * 24),
        ("0 9-17/4 * * 1-5", 2 * 24 + 16),  # Friday 17 to Monday 9
        ("0 0 1 1 *", 366 * 24),
        ("0 0 29 2 *", None),
        ("60 * * * *", None),
        ("@daily", None),
        ("# 0 4 * * 1", None),
        ("", None),
    ],
)
def test_the_longest_wait_of_a_cron_line(line: str, hours: float | None) -> None:
    assert cron.period(line) == (None if hours is None else timedelta(hours=hours))


def test_lines_of_cron_are_the_same_by_what_they_say() -> None:
    assert cron.same("0 4 * * 1", "0  4 * * mon")
    assert cron.same("0 4 * * 0", "0 4 * * 7")
    assert not cron.same("0 4 * * 1", "0 4 1 * *")
    assert not cron.same("", "")


def test_doors_that_are_open() -> None:
    code = """resource "aws_security_group" "a" {
  ingress { # "0.0.0.0/0"
    cidr_blocks = ["10.0.0.0/8"]
  }
  egress {
    cidr_blocks = ["0.0.0.0/0"]
  }
  /* ingress {
    cidr_blocks = ["0.0.0.0/0"]
  } */
  ingress {
    ipv6_cidr_blocks = [
      "::/0",
    ]
  }
}
resource "aws_security_group_rule" "b" {
  cidr_blocks = ["0.0.0.0/0"]
  type        = "ingress"
}
resource "aws_security_group_rule" "c" {
  cidr_blocks = ["0.0.0.0/0"]
  type        = "egress"
}
resource "aws_vpc_security_group_ingress_rule" "d" {
  cidr_ipv4 = "0.0.0.0/0"
}
"""
    assert list(open_ingress(code)) == [13, 18, 26]


@pytest.mark.parametrize(
    ("security", "asks"),
    [
        ([{"key": []}], True),
        ([{"key": []}, {}], False),
        ([{}], False),
        ([], False),
        ([{"unknown": []}], False),
        (None, False),
    ],
)
def test_an_operation_asks_for_a_key(security: object, asks: bool) -> None:
    body = {
        "paths": {"/a": {"post": {"security": security}, "parameters": []}},
        "components": {"securitySchemes": {"key": {"type": "apiKey"}}},
    }
    assert [operation.secured for operation in parse(body)] == [asks]


@pytest.mark.parametrize(
    ("content", "user"),
    [
        ("FROM a\nUSER app\n", "app"),
        ("FROM a\nUSER app\nUSER root\n", "root"),
        ("FROM a AS b\nUSER app\nFROM c\n", ""),
        ("FROM a AS b\nUSER app\nFROM b\n", "app"),
        ("FROM a\n# USER app\n", ""),
    ],
)
def test_who_runs_the_container(content: str, user: str) -> None:
    assert dockerfile(content).user == user


def test_a_script_of_k6_sends_something() -> None:
    assert k6("import http from 'k6/http';\nhttp.post(url, body);\n") == 2
    assert k6("// http.post(url)\n/* http.get(url)\n*/\n") is None


def test_what_trains() -> None:
    assert trains(("dvc", "repro"))
    assert trains(("churn", "train"))
    assert trains(("churn.model.train",))
    assert trains(("python", "scripts/train.py"))
    assert not trains(("dvc", "pull"))
    assert not trains(("churn", "monitor"))
    assert not trains(("echo", "train"))


def test_a_command_reaches_what_it_imports(tmp_path: Path) -> None:
    texts = {
        "src/shop/__init__.py": "",
        "src/shop/cli.py": "import click\nfrom . import a, b\n@click.command()\ndef one():\n"
        "    _inner()\n@click.command('two-b')\ndef two():\n    b.run()\ndef _inner():\n    a.run()\n",
        "src/shop/a.py": "from shop.c import cost\n",
        "src/shop/b.py": "",
        "src/shop/c.py": "def cost(): ...\n",
        "scripts/job.py": "from shop import b\n",
        "tests/test_a.py": "from shop import a\n",
        "pyproject.toml": "[project.scripts]\nshopping = 'shop.cli:main'\n",
    }
    for path, content in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    found = modules.read(WorkTree(tmp_path, frozenset(texts)))
    reached = {
        ("shop", "one"): {"a", "c"},
        ("shopping", "two-b"): {"b"},
        ("shop.a",): {"a", "c"},
        ("python", "scripts/job.py"): {"job", "b"},
        ("shop", "nothing"): set(),
        ("echo", "one"): set(),
        (): set(),
    }
    for words, names in reached.items():
        paths = found.run_by(words)
        assert {Path(path).stem for path in paths if "__init__" not in path} == names, words
