"""6.4: a guard that is asked, heard and tested."""

from __future__ import annotations

from unit.checker.building import Project, junit, passing

from . import Scenarios

APP, SCORE, TEST = (
    "src/churn/serving/app.py",
    "src/churn/batch/score.py",
    "tests/serving/test_guard.py",
)
JUNIT = "reports/junit.xml"
MODULE = "tests.serving.test_guard"
KINDS = (
    "test_each_doubt_is_flagged",  # a number out of range
    "test_an_unseen_category_is_flagged",
    "test_a_missing_key_feature_is_flagged",
)
RATE = "test_known_rows_raise_few_false_flags"
ASKED = "        flags = Guard(6.0, 30.0).flags(rows)\n"
LOGGED = "        prediction_log.append(rows, 0.5, flags)\n"
REFUSED = (
    '        if any("missing_key_feature:mean_radius" in own for own in flags):\n'
    '            raise HTTPException(422, "without mean_radius the model knows nothing")\n'
)
ANSWER = (
    "        pairs = zip(answers(rows), flags, strict=True)\n"
    '        return [{"prediction": one, "in_domain": not own, "flags": own} for one, own in pairs]\n'
)
ALL = ASKED + LOGGED + REFUSED + ANSWER
BARE = '        return [{"prediction": one} for one in answers(rows)]\n'
scenario = Scenarios("6.4")


def without(project: Project, *names: str) -> None:
    """Delete tests of the guard, with their nodes."""
    parts = project.read(TEST).split("\n\n\n")
    kept = [part for part in parts if not any(f"def {name}(" in part for name in names)]
    assert len(kept) == len(parts) - len(names)
    project.write(TEST, "\n\n\n".join(kept))
    nodes = {node: said for node, said in passing().items() if node[1] not in names}
    project.evidence[JUNIT] = junit(nodes)


@scenario("no-guard")
def no_guard(project: Project) -> None:
    project.edit(APP, ALL, BARE)
    project.edit(
        SCORE, "    flags = Guard(6.0, 30.0).flags(rows)\n", "    flags = [[] for _ in rows]\n"
    )


@scenario("after-return")
def after_return(project: Project) -> None:
    project.edit(APP, ALL, BARE + ASKED)


@scenario("ignored")
def ignored(project: Project) -> None:
    project.edit(APP, ALL, "        Guard(6.0, 30.0).flags(rows)\n" + BARE)


@scenario("xfail")
def xfail(project: Project) -> None:
    marked = f"@pytest.mark.xfail\ndef {KINDS[1]}"
    project.edit(TEST, f"def {KINDS[1]}", marked)
    project.write(TEST, f"import pytest\n{project.read(TEST)}")
    skipped = junit({**passing(), (MODULE, KINDS[1]): "skipped"})
    project.evidence[JUNIT] = skipped.replace("<skipped ", "<skipped type='pytest.xfail' ")


@scenario("fallback")
def fallback(project: Project) -> None:
    answer = (
        "        return [\n"
        '            {"prediction": PRIOR if own else 0.5, "fallback": bool(own), "flags": own}\n'
        "            for own in flags\n"
        "        ]\n"
    )
    project.edit(APP, ALL, ASKED + answer)
    project.edit(APP, "SECONDS = ", "PRIOR = 0.37\nSECONDS = ")


@scenario("parametrised")
def parametrised(project: Project) -> None:
    without(project, *KINDS)
    project.write(TEST, f"import pytest\n{project.read(TEST)}")
    test = (
        "\n\n@pytest.mark.parametrize(\n"
        '    ("row", "flag"),\n'
        "    [\n"
        '        ({"mean_radius": 90.0}, "out_of_range:mean_radius"),\n'
        '        ({"mean_radius": 9.0, "clinic": "east"}, "unseen_category:clinic"),\n'
        '        ({"mean_texture": 9.0}, "missing_key_feature:mean_radius"),\n'
        "    ],\n"
        ")\n"
        "def test_each_kind_is_flagged(row, flag):\n"
        "    assert Guard(6.0, 30.0).flags([row]) == [[flag]]\n"
    )
    project.write(TEST, project.read(TEST) + test)
    nodes = {node: said for node, said in passing().items() if node[1] not in KINDS}
    nodes |= {(MODULE, f"test_each_kind_is_flagged[{n}]"): "passed" for n in range(3)}
    project.evidence[JUNIT] = junit(nodes, source="local")


scenario.simply(
    no_junit=lambda p: p.evidence.pop(JUNIT),
    no_false_flags=lambda p: without(p, RATE),
    one_kind=lambda p: without(p, *KINDS[1:], RATE),
)
