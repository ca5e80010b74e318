"""Each disagreement of the newest recorded run is explained, and nothing else is."""

import json
from pathlib import Path

import yaml

from tests.foreign.agreement import confusion, kappa

HERE = Path(__file__).parent
RUNS = json.loads((HERE.parents[1] / "benchmarks/long/foreign.json").read_text("utf-8"))["runs"]
EXPLAINED = yaml.safe_load((HERE / "disagreements.yaml").read_text("utf-8"))["disagreements"]
JUDGED = yaml.safe_load((HERE / "expected.yaml").read_text("utf-8"))["repositories"]


def test_each_disagreement_is_explained_and_each_explanation_belongs_to_one() -> None:
    found = {
        (name, statement, both["judge"], both["checker"])
        for name, body in RUNS[-1]["repositories"].items()
        for statement, both in body["disagreements"].items()
    }
    keys = ("repository", "statement", "judge", "checker")
    explained = [tuple(one[key] for key in keys) for one in EXPLAINED]
    assert sorted(explained) == sorted(found)


def test_an_explanation_says_who_is_right_and_why_and_changes_no_label() -> None:
    for one in EXPLAINED:
        assert one["right"] in ("judge", "checker")
        assert 10 <= len(one["why"].split()) <= 60
        assert JUDGED[one["repository"]]["outcomes"][one["statement"]] == one["judge"]


def test_the_first_run_stays_in_the_record() -> None:
    assert (RUNS[0]["pairs"], RUNS[0]["agreed"]) == (672, 660)
    assert len(RUNS) >= 2


def test_the_confusion_table_holds_every_outcome() -> None:
    table = RUNS[-1]["confusion"]
    assert sum(count for row in table.values() for count in row.values()) == RUNS[-1]["pairs"]
    assert sum(row.get(said, 0) for said, row in table.items()) == RUNS[-1]["agreed"]


def test_kappa_leaves_out_what_chance_alone_would_agree_on() -> None:
    pairs = [("met", "met")] * 20 + [("met", "unmet")] * 5 + [("unmet", "met")] * 10
    pairs += [("unmet", "unmet")] * 15
    assert round(kappa(pairs), 4) == 0.4
    assert kappa([("unmet", "unmet")] * 3) == 1.0
    assert confusion(pairs)["unmet"] == {"met": 10, "unmet": 15}
