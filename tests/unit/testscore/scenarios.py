"""What each scenario of test_score.yaml means on disk: (project, test) -> the mature project, changed."""

from __future__ import annotations

from collections.abc import Callable

from unit.checker.building import Project, ago
from unit.checker.scenarios.features import side_commit
from unit.checker.score_evidence import MARKED

from . import changing as to

Change = Callable[[Project, str], object]


def commented(project: Project, test: str) -> None:
    to.rewrite(project, test, lambda block: f"# {block}")


def skip_mark(project: Project, test: str) -> None:
    to.decorated(project, test, "@pytest.mark.skip")
    to.outcome(project, test, "skipped")


def skipped_node(project: Project, test: str) -> None:
    to.body(project, test, 'pytest.skip("no data")', "assert report(1)")
    to.outcome(project, test, "skipped")


def xfail(project: Project, test: str) -> None:
    to.decorated(project, test, "@pytest.mark.xfail")
    to.outcome(project, test, "skipped")


def two(project: Project, test: str, other: str) -> None:
    to.reported(project, test, {to.second(project, test): other})


def sample(project: Project, test: str) -> None:
    to.reported(project, test, {}, data={MARKED[test]: "sample"})


def sample_record(project: Project, test: str) -> None:
    sample(project, test)
    to.recorded(project, test)


def own_and_sample(project: Project, test: str) -> None:
    to.reported(project, test, {to.second(project, test): "passed"}, data={MARKED[test]: "sample"})


def record_and_skip(project: Project, test: str) -> None:
    skip_mark(project, test)
    to.recorded(project, test)


def failed_by_hand(project: Project, test: str) -> None:
    to.only_recorded(project, test, result="failed")


def both(project: Project, test: str) -> None:
    to.serving(project, "both")
    to.unmarked(project, test)


KNOWN: dict[str, Change] = {
    "base-data": lambda *_: None,
    "base-model": lambda *_: None,
    "base-infra": lambda *_: None,
    "base-mon": lambda *_: None,
    "nothing": lambda p, t: to.rewrite(p, t, lambda _: ""),
    "no-assertion": lambda p, t: to.body(p, t, 'report("validation")'),
    "constant": lambda p, t: to.body(p, t, "assert True"),
    "raises": lambda p, t: to.body(p, t, "with pytest.raises(BadInput):", '    report("x")'),
    "comment": commented,
    "forged-node": to.unmarked,
    "skip-mark": skip_mark,
    "skipped-node": skipped_node,
    "xfail": xfail,
    "failed": lambda p, t: to.outcome(p, t, "failed"),
    "one-of-two-failed": lambda p, t: two(p, t, "failed"),
    "one-of-two-skipped": lambda p, t: two(p, t, "skipped"),
    "never-run": lambda p, _: to.never_ran(p),
    "local": lambda p, _: to.local(p),
    "behind": lambda p, _: to.behind(p),
    "stranger": lambda p, _: to.everywhere(p, commit=side_commit(p)),
    "old-monitoring": lambda p, t: to.reported(p, t, {}, at=ago(hours=37)),
    "edge-monitoring": lambda p, t: to.reported(p, t, {}, at=ago(hours=36)),
    "future": lambda p, t: to.reported(p, t, {}, at=ago(days=-1)),
    "by-hand": lambda p, _: to.by_hand(p),
    "swallowed-job": lambda p, _: to.swallowed(p),
    "sample": sample,
    "sample-record": sample_record,
    "own-and-sample": own_and_sample,
    "no-data-version": lambda p, t: to.reported(p, t, {}, data=""),
    "no-route": lambda p, _: to.no_route(p),
    "no-route-code": lambda p, _: to.no_route(p),
    "record": to.only_recorded,
    "undistributed": lambda p, t: to.only_recorded(p, t, distributed_to=...),
    "undocumented": lambda p, t: to.only_recorded(p, t, report=""),
    "too-old": lambda p, t: to.only_recorded(p, t, ran_on="2026-04-01"),
    "last-day": lambda p, t: to.only_recorded(p, t, ran_on="2026-04-02"),
    "tomorrow": lambda p, t: to.only_recorded(p, t, ran_on="2026-07-02"),
    "failed-by-hand": failed_by_hand,
    "record-and-skip": record_and_skip,
    "na-batch": lambda p, _: to.serving(p, "batch"),
    "na-both": both,
    "na-claimed": to.unmarked,
}
