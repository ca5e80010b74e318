"""4.2.1: the API logs and measures each request, alerts watch it, and a test saw it happen."""

from __future__ import annotations

import re

from ....evidence.service import SERVES, Metric, Service
from ....evidence.snapshot import Snapshot
from ....evidence.suite import Case
from ...finding import Finding, Place, found, missing, unseen, weak
from ...probe import Probe
from ...proof import tests

RULES = "monitoring/rules.yml"
_ROUTE = {"route", "path", "handler", "endpoint", "url"}
_CODE = {"code", "status", "status_code"}
_HEALTH = re.compile(r"/(health|healthz|livez?|alive)\b")


class ApiIsObserved(Probe):
    """API requests and answers are logged; times, codes and health are monitored."""

    statement = "4.2.1"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Read the serving code and the alert rules by their structure; then look for
        the test's run.
        """
        service, rules = snapshot.service, snapshot.alerts
        broken = [item for item in service.broken if item[0] in service.paths]
        if broken:
            return unseen(f"{broken[0][0]} cannot be read: {broken[0][1]}", Place(broken[0][0]))
        if rules.problem:
            return unseen(f"{RULES} cannot be read: {rules.problem}", Place(RULES))
        where = [Place(path) for path in service.paths if path.endswith("/app.py")][:1]
        gaps = _gaps(service)
        if gaps:
            return missing(f"the API has no {', no '.join(gaps)}", *where)
        if rules.value is None:
            return missing(f"there is no {RULES}", *where)
        names = {metric.name for metric in service.metrics}
        watching = [
            rule for rule in rules.value if any(_refers(rule.expression, name) for name in names)
        ]
        if not watching:
            return missing(f"no alert of {RULES} refers to the API's metrics", Place(RULES))
        alerts = [Place(RULES, rule.line or None, rule.name) for rule in watching]
        return self._at_work(snapshot, names, [*where, *alerts])

    def _at_work(self, snapshot: Snapshot, names: set[str], places: list[Place]) -> Finding:
        cases = [case for case in snapshot.suite.cases if _sends(case)]
        measuring = [case for case in cases if _reads_metrics(case, names)]
        logging = [case for case in cases if _reads_log(case)]
        remedy = "test that one request leaves a log record and moves the metric; let CI run it"
        if not measuring or not logging:
            what = "metric" if not measuring else "log record"
            return weak(f"no test sends a request and looks for its {what}", *places, remedy=remedy)
        proof = tests(snapshot, by_ci=True)
        if proof.run is None:
            return weak(proof.gap, *places, remedy=remedy)
        if not proof.passed(measuring) or not proof.passed(logging):
            return weak("the test of log record and metric did not pass", *proof.places, *places)
        return found("logged, measured, watched, and tested by CI", *proof.places, *places)


def _gaps(service: Service) -> list[str]:
    checks = {
        "middleware that is mounted": service.middleware,
        "log of its requests": service.logs,
        "health route": any(_HEALTH.match(route) for route in service.routes),
        "route /metrics": any(route.startswith("/metrics") for route in service.routes),
        "histogram of its times by route": any(_times(metric) for metric in service.metrics),
        "count by route and code": any(
            metric.labels & _ROUTE and metric.labels & _CODE for metric in service.metrics
        ),
    }
    return [name for name, there in checks.items() if not there]


def _times(metric: Metric) -> bool:
    return metric.kind == "Histogram" and bool(metric.labels & _ROUTE)


def _refers(expression: str, metric: str) -> bool:
    name = re.escape(metric.removesuffix("_total"))
    return re.search(rf"\b{name}(_total|_bucket|_sum|_count)?\b", expression) is not None


def _sends(case: Case) -> bool:
    """True for a test that uses the serving code and sends a request, by a client or a helper."""
    serves = any(
        "serving" in module or any(map(SERVES.fullmatch, module.split(".")))
        for module in case.modules
    )
    sends = bool(case.calls & {"post", "request", "urlopen"}) or "POST" in case.texts
    return serves and case.asserts and not case.skipped and sends


def _reads_metrics(case: Case, names: set[str]) -> bool:
    return any("metrics" in said.lower() or any(n in said for n in names) for said in case.own)


def _reads_log(case: Case) -> bool:
    return any(
        re.search(r"(^|_)log(_|s?$)|logged|caplog|\.jsonl", said.lower()) for said in case.own
    )
