"""Who hears of an alert: the routes and receivers of Alertmanager, and the tests of the rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from .document import Document, mapping, sequence, text
from .files import WorkTree

PATHS = ("monitoring/alertmanager.yml", "monitoring/alertmanager.yaml")
MAX_DEPTH = 20
# Keys of a receiver's configuration that say where a message goes.
_ADDRESS = re.compile(
    r"to|urls?|(api|webhook|web_hook|opsgenie|slack_api)_url|\w+_(url_)?file|channel|chat_id|room_id"
    r"|user_key|(service|routing|api)_key|topic_arn|target_arn|phone_number|responders"
)
_PLACEHOLDER = re.compile(
    r"\bexample\b|localhost|127\.0\.0\.1|0\.0\.0\.0|\.(invalid|test)\b|fill:|todo|fixme|change.?me"
    r"|placeholder|dummy|your[-_. ]|x{3,}|<[^>]*>",
    re.IGNORECASE,
)
_MATCHER = re.compile(r'\s*"?([\w.]+)"?\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*')


@dataclass(frozen=True)
class Route:
    """One route: which labels it takes, to whom, and the routes below it."""

    receiver: str
    matchers: tuple[tuple[str, str, str], ...] = ()  # (label, operator, value)
    routes: tuple[Route, ...] = ()

    def takes(self, labels: Mapping[str, str]) -> bool:
        """True when an alert with these labels goes this way."""
        return all(_holds(labels.get(name, ""), sign, said) for name, sign, said in self.matchers)

    def leads(self, labels: Mapping[str, str]) -> str:
        """Return the receiver of an alert: that of the first route below that takes it, or one's
        own.
        """
        below = next((route for route in self.routes if route.takes(labels)), None)
        return (below.leads(labels) if below else "") or self.receiver


@dataclass(frozen=True)
class Alertmanager:
    """The root of the routes, and which receivers really reach somebody."""

    route: Route
    reaching: Mapping[str, bool] = field(default_factory=dict)


def read(tree: WorkTree) -> Document[Alertmanager]:
    """Read the configuration of Alertmanager, if there is one."""
    document = tree.yaml(tree.first(PATHS) or PATHS[0])
    if document.value is None:
        return Document(document.path, None, document.problem)
    return Document(document.path, parse(document.value))


def parse(content: object) -> Alertmanager:
    """Return routes and receivers of an Alertmanager's configuration."""
    body = mapping(content)
    receivers = [mapping(item) for item in sequence(body.get("receivers"))]
    # What stands under `global` holds for each receiver that does not say it itself.
    shared = mapping(body.get("global"))
    return Alertmanager(
        _route(body.get("route"), 0),
        {text(item.get("name")): _reaches(item, shared) for item in receivers},
    )


def _route(content: object, depth: int) -> Route:
    body = mapping(content)
    found = [(name, "=", text(value)) for name, value in mapping(body.get("match")).items()]
    found += [(name, "=~", text(value)) for name, value in mapping(body.get("match_re")).items()]
    for item in sequence(body.get("matchers")):
        match = _MATCHER.fullmatch(text(item)[:500])
        found += [(match[1], match[2], match[3])] if match else [("", "=", "?")]
    below = sequence(body.get("routes")) if depth < MAX_DEPTH else []
    routes = tuple(_route(item, depth + 1) for item in below)
    return Route(text(body.get("receiver")), tuple(found), routes)


def _holds(value: str, sign: str, wanted: str) -> bool:
    if sign in ("=", "!="):
        return (value == wanted) == (sign == "=")
    # Alternatives of plain words are what people write; another expression cannot be told.
    return (value in wanted.split("|")) == (sign == "=~")


def _reaches(receiver: dict[str, object], shared: dict[str, object]) -> bool:
    """True when one of the ways of a receiver has an address, and none of its addresses is a
    placeholder.
    """
    ways = [
        {**shared, **mapping(way)}
        for key, entries in receiver.items()
        if key.endswith("_configs")
        for way in sequence(entries)
        if mapping(way)
    ]
    return any(_addressed(list(_addresses(way, 0))) for way in ways)


def _addressed(found: list[str]) -> bool:
    return bool(found) and not any(_PLACEHOLDER.search(address[:500]) for address in found)


def _addresses(value: object, depth: int, key: str = "") -> Iterator[str]:
    if depth > 5:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _addresses(item, depth + 1, key if key else str(name))
    elif isinstance(value, list):
        for item in value:
            yield from _addresses(item, depth + 1, key)
    elif _ADDRESS.fullmatch(key) and text(value):
        yield text(value)


def tested(content: object, rules: str) -> frozenset[str]:
    """Return the alerts of a rule file that a file of `promtool test rules` sees fire."""
    files = [text(item) for item in sequence(mapping(content).get("rule_files"))]
    if not any(PurePosixPath(rules).match(PurePosixPath(name).name or "-") for name in files):
        return frozenset()
    checks = [
        mapping(check)
        for test in sequence(mapping(content).get("tests"))
        for check in sequence(mapping(test).get("alert_rule_test"))
    ]
    return frozenset(
        text(check.get("alertname")) for check in checks if sequence(check.get("exp_alerts"))
    ) - {""}
