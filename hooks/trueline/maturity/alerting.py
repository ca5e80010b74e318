"""What an alerting rule watches, told by the metrics of its expression and never by its name."""

from __future__ import annotations

import re

from ..evidence.service import Alert

_TEXT = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_NAME = re.compile(r"[a-zA-Z_:][\w:]*(?!\s*\()\b(?!\s*\()")
_CODE = re.compile(r"(code|status|status_code|grpc_code)\s*(=|=~)\s*[\"'][^\"']*5")
# Words of PromQL that may stand where a metric may, and the lists of labels behind some of them.
_LISTS = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)")
_OPERATORS = "and or unless bool offset by without on ignoring group_left group_right inf nan"
_WORDS = frozenset(_OPERATORS.split())
KINDS = {
    "availability": re.compile(r"^up$|probe_success|_up$|replicas_|health|(^|_)ready"),
    "saturation": re.compile(
        r"(^|_)(cpu|memory|mem|disk|filesystem|fs|load1?|load15|swap|inodes?|fds|threads|volume"
        r"|saturation|queue)(_|$)"
    ),
    "errors": re.compile(r"errors?(_|$)|exceptions?(_|$)|failures?(_|$)|5xx"),
    "failed jobs": re.compile(
        r"(job|task|batch|deliver|dag|workflow|pipeline|cron|monitor|backup|training)\w*"
        r"(success|succeeded|fail|status|timestamp|complet|last|late|age)"
        r"|last_\w*(success|delivery|completion|run)"
    ),
}


def metrics(expression: str) -> frozenset[str]:
    """Return the names of the metrics that an expression of PromQL reads."""
    plain = _LISTS.sub(" ", re.sub(r"\{[^{}]*\}", " ", _TEXT.sub('""', expression[:5000])))
    plain = re.sub(r"\[[^\]]*\]|\b\d[\w.]*", " ", plain)
    return frozenset(name for name in _NAME.findall(plain) if name.lower() not in _WORDS)


def kinds(alert: Alert) -> frozenset[str]:
    """Return which kinds of trouble a rule tells of; none for one that reads no metric."""
    names = metrics(alert.expression)
    found = {kind for kind, known in KINDS.items() if any(known.search(name) for name in names)}
    if names and _CODE.search(alert.expression):
        found.add("errors")
    return frozenset(found)
