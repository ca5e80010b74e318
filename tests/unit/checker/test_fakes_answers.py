"""Further ways to look better than one is in explanations, limits, logs and experiments, and honest
variants, beside those of expected/."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from trueline.maturity.prose import STARTERS
from trueline.maturity.score import Outcome
from unit.checker.building import Project, ago, junit, passing
from unit.checker.scenarios import ab_tests, assignment, contributions, fidelity, limits, signing
from unit.checker.scenarios import prediction_log as log
from unit.checker.scenarios.features import side_commit

MET, PARTIAL, UNMET, UNKNOWN = Outcome.MET, Outcome.PARTIAL, Outcome.UNMET, Outcome.UNKNOWN
STALE = Outcome.STALE
APP, SCORE, JUNIT = limits.APP, limits.SCORE, limits.JUNIT
ANSWER, BARE, ALL = limits.ANSWER, limits.BARE, limits.ALL
EXPLAINED = contributions.ANSWER


def explaining(answer: str) -> Callable[[Project], object]:
    """Let POST /explain answer so."""
    return lambda p: p.edit(APP, EXPLAINED, answer)


def by_service(project: Project) -> None:
    """Put a class of its own between the route and the explanation, the route given by a call."""
    project.edit(APP, "def create_app", SERVICE + "def create_app")
    project.edit(APP, contributions.ROUTE + EXPLAINED, "    _routes(app, Service())\n")


SERVICE = '''
class Service:
    """Answers."""

    async def explain(self, rows: list[dict]) -> "Told":
        told = local.explain(rows)[0]
        return Told(told["contributions"], told["base"], told["reference"])


@dataclass
class Told:
    """An explanation."""

    contributions: dict
    base_value: float
    reference: dict


def _routes(app: FastAPI, service: Service) -> None:
    async def why(rows: list[dict]) -> Told:
        return await service.explain(rows)

    app.add_api_route("/explain", why, methods=["POST"])


'''


def summed_elsewhere(project: Project) -> None:
    """Let the explanation use base and median for its sum, and tell of neither."""
    project.edit(
        contributions.LOCAL,
        'told.append({"contributions": shares, "base": BASE, "reference": MEDIAN})',
        'if BASE + sum(shares.values()) > 0:\n            told.append({"contributions": shares})',
    )


def guarding(before: str) -> Callable[[Project], object]:
    """Let the API do that before it answers without a word of the guard."""
    return lambda p: p.edit(APP, ALL, before + BARE)


def by_name(project: Project) -> None:
    """Ask the guard by another name, in a function that the route calls."""
    helper = (
        "    def doubts(rows: list[dict]) -> list[list[str]]:\n"
        + limits.ASKED.replace("Guard(6.0, 30.0)", "careful")
        + limits.REFUSED
        + "        return flags\n"
    )
    project.edit(
        APP,
        "    app = FastAPI()\n",
        f"    app = FastAPI()\n    careful = Guard(6.0, 30.0)\n\n{helper}",
    )
    project.edit(APP, ALL, "        flags = doubts(rows)\n" + limits.LOGGED + ANSWER)


def some_parameters(project: Project) -> None:
    """Skip the unseen category among the parameters of one test."""
    limits.parametrised(project)
    once = "name='test_each_kind_is_flagged[1]' time='0.1'>"
    project.evidence[JUNIT] = project.evidence[JUNIT].replace(once, f"{once}<skipped/>")


def rolled_back(project: Project) -> None:
    """Return to version 16 after version 17 was measured."""
    event = (
        '{"type": "rollback", "ts": "%s", "env": "production", "status": "success",'
        ' "source": "github:run/8", "event_id": "back",'
        ' "model_version": "16", "git_sha": "@HEAD@"}\n'
    )
    project.evidence["events.jsonl"] += event % ago(hours=1)


def by_features(project: Project) -> None:
    """Keep the rules on personal data where the template has them."""
    project.edit_yaml(log.SETTINGS, lambda body: body.pop("predictions"))
    rules = {"keep_days": {"predictions": 90}}
    project.edit_yaml("conf/features.yaml", lambda body: body.update(personal=rules))


def personal(project: Project) -> None:
    project.edit("conf/features.yaml", "pii: false", "pii: true")


def logging(middleware: str, route: str) -> Callable[[Project], object]:
    """Let the API do other things where it wrote to the log."""

    def change(project: Project) -> None:
        for call, instead in zip(log.IN_APP, (middleware, route), strict=True):
            project.edit(APP, call, instead)

    return change


def handed_on(project: Project) -> None:
    """Hand the writer to a thread rather than call it."""
    logging("        writer.put((request, answer))\n", "")(project)
    start = "    app = FastAPI()\n"
    project.edit(APP, start, f"{start}    writer = Writer(prediction_log.append)\n")


def copied_form(project: Project) -> None:
    project.remove("docs/experiments")
    target = project.root / "docs/experiments/0002-second.yaml"
    target.parent.mkdir()
    shutil.copy(STARTERS / "docs/experiments/0001-first.yaml", target)


def older_too(project: Project) -> None:
    """Keep a half-written record and an old one beside the newest."""
    for name, change in (
        ("2025-01-old", ("2026-05-20", "2025-05-20")),
        ("2026-07-next", ("2026-05-20", "null")),
    ):
        text = project.read(ab_tests.RECORD).replace(*change).replace("2026-04-20", "2025-04-20")
        project.write(f"docs/experiments/{name}.yaml", text)


def by_helper(*lines: str) -> Callable[[Project], object]:
    """Let assign take the number from a helper that ends so."""

    def change(project: Project) -> None:
        number = '    return variants[number(unit, experiment["salt"]) % len(variants)]\n'
        old = assignment.DIGEST + assignment.VARIANTS + assignment.CHOICE
        body = "".join(f"    {line}\n" for line in lines)
        helper = f'\n\ndef number(unit: str, salt: str) -> int:\n    """Return it."""\n{body}'
        project.edit(assignment.ASSIGN, old, assignment.VARIANTS + number + helper)
        project.edit(assignment.ASSIGN, "import hashlib\n", "import hashlib\nimport numpy as np\n")

    return change


def assigns(old: str, new: str) -> Callable[[Project], object]:
    return lambda p: p.edit(assignment.ASSIGN, old, new)


BROKEN = "def broken(:\n"
CASES: list[tuple[str, Outcome, Callable[[Project], object]]] = [
    ("6.1", MET, by_service),
    ("6.1", UNMET, explaining("        local.explain(rows)\n        return []\n")),
    ("6.1", UNMET, explaining("        return []\n" + EXPLAINED)),
    ("6.1", UNMET, explaining("        if False:\n    " + EXPLAINED + "        return []\n")),
    ("6.1", UNMET, summed_elsewhere),
    ("6.1", UNKNOWN, lambda p: p.write(APP, BROKEN)),
    ("6.1", MET, lambda p: p.evidence.update({JUNIT: junit(passing(), source="local")})),
    ("6.3", PARTIAL, lambda p: p.report(fidelity.REPORT, source="local")),
    ("6.3", PARTIAL, lambda p: p.report(fidelity.REPORT, commit=side_commit(p))),
    ("6.3", PARTIAL, lambda p: p.report(fidelity.REPORT, fidelity=True)),
    ("6.3", PARTIAL, lambda p: p.report(fidelity.REPORT, fidelity="0.99")),
    ("6.3", PARTIAL, lambda p: p.report(fidelity.REPORT, additivity_error=0.1)),
    ("6.3", PARTIAL, lambda p: p.evidence.pop("events.jsonl")),
    ("6.3", PARTIAL, rolled_back),
    ("6.3", UNMET, lambda p: p.write(fidelity.CODE, '"""fidelity and stability"""\n')),
    ("6.3", UNMET, lambda p: p.edit_yaml("params.yaml", lambda body: body.pop("explain"))),
    ("6.3", UNKNOWN, lambda p: p.write("params.yaml", "explain: [")),
    ("6.4", MET, by_name),
    ("6.4", PARTIAL, guarding("        found = Guard(6.0, 30.0).flags(rows)\n")),
    ("6.4", PARTIAL, guarding("        flags = Guard(6.0, 30.0).flags(rows)\n        print(flags)\n")),
    ("6.4", UNMET, guarding("        if False:\n            flags = Guard(6.0, 30.0).flags(rows)\n")),
    ("6.4", UNMET, guarding("        # flags = Guard(6.0, 30.0).flags(rows)\n")),
    ("6.4", UNMET, lambda p: p.edit(APP, limits.REFUSED, "")),
    ("6.4", PARTIAL, some_parameters),
    ("6.4", PARTIAL, lambda p: log.settings(p, "guard", max_false_flags=1.0)),
    ("6.4", PARTIAL, lambda p: p.edit(limits.TEST, "flagged / len(KNOWN) <= MOST", "True")),
    ("7.1", MET, by_features),
    ("7.1", MET, handed_on),
    ("7.1", UNMET, logging("        prediction_log.Path.cwd()\n", "        # prediction_log.append(rows)\n")),
    ("7.1", UNMET, logging("        return answer\n" + log.IN_APP[0], "        raise KeyError\n" + log.IN_APP[1])),
    ("7.1", PARTIAL, personal),
    ("7.1", PARTIAL, lambda p: p.report(log.REPORT, source="local")),
    ("7.1", PARTIAL, lambda p: p.report(log.REPORT, newest_at=ago(days=-1))),
    ("7.1", PARTIAL, lambda p: p.report(log.REPORT, newest_at=None)),
    ("7.1", PARTIAL, lambda p: p.report(log.REPORT, rows_stored=1001)),
    ("7.1", PARTIAL, lambda p: p.report(log.REPORT, rows_stored=0, log_share=0)),
    ("7.1", PARTIAL, lambda p: log.settings(p, "api", log_share=0)),
    ("7.1", UNKNOWN, lambda p: p.write(log.SETTINGS, "api: [")),
    ("7.2", UNMET, copied_form),
    ("7.2", MET, older_too),
    ("7.2", PARTIAL, lambda p: p.report(ab_tests.REPORT, source="local")),
    ("7.2", PARTIAL, lambda p: p.report(ab_tests.REPORT, experiments={"other": {"16": 1, "17": 1}})),
    ("7.2", UNMET, lambda p: ab_tests.record(p, start="2026-06-20")),
    ("7.2", UNMET, lambda p: ab_tests.record(p, variants={"control": "17", "treatment": "17"})),
    ("7.2", UNKNOWN, lambda p: p.write(ab_tests.RECORD, "hypothesis: [")),
    ("7.2", STALE, lambda p: signing.record(p, "7.2", reviewed_on="2026-01-01")),
    ("7.3", MET, by_helper('return int(hashlib.md5(f"{salt}{unit}".encode()).hexdigest(), 16)')),
    ("7.3", UNMET, by_helper("return np.random.default_rng(len(unit)).integers(9)")),
    ("7.3", UNMET, by_helper("hashlib.sha256(salt.encode())", "return len(unit)")),
    ("7.3", UNMET, assigns("{experiment['salt']}:{unit}", "{unit}")),
    ("7.3", UNMET, assigns("{experiment['salt']}:{unit}", "{experiment['salt']}")),
    ("7.3", PARTIAL, lambda p: p.remove("docs/experiments")),
    ("7.3", PARTIAL, lambda p: p.edit(assignment.TEST, "in_another_process(unit) for", "assign(unit, EXPERIMENT) for")),
    ("7.3", UNKNOWN, lambda p: p.write(assignment.ASSIGN, BROKEN)),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected", "change"), CASES)
def test_a_change_from_met(
    project: Project, statement: str, expected: Outcome, change: Callable[[Project], object]
) -> None:
    project.holds(statement, expected, change)
