"""What CI leaves behind of the mature project for the ML Test Score: marked tests and reports."""

from __future__ import annotations

from typing import Any

Node = tuple[str, str]

_NAMES = {
    "data": [
        "broken_rows_are_refused",
        "no_feature_is_useless",
        "no_feature_is_too_dear",
        "only_allowed_sources_are_used",
        "planted_names_are_found_nowhere",
        "a_toy_feature_is_added_in_time",
        "each_feature_is_tested",
    ],
    "model": [
        "versions_were_reviewed",
        "worse_metrics_lose_money",
        "the_best_point_is_not_on_the_edge",
        "the_age_limit_fits_the_curve",
        "the_baseline_is_worse",
        "each_slice_is_good_enough",
        "groups_are_treated_alike",
    ],
    "infra": [
        "training_twice_is_the_same",
        "the_loss_falls",
        "from_rows_to_an_answer",
        "a_damaged_model_is_refused",
        "the_last_step_is_the_answer",
        "a_bad_model_ends_its_trial",
        "the_version_before_gives_its_answers",
    ],
    "monitoring": [
        "a_changed_source_is_told",
        "served_rows_fit_the_schema",
        "served_features_are_computed_again",
        "the_model_is_young",
        "no_number_is_lost",
        "it_gets_no_slower",
        "answers_stay_good",
    ],
}
# id -> (class name, name) of its test
MARKED: dict[str, Node] = {
    f"{'mon' if section == 'monitoring' else section}{number}": (
        f"tests.score.test_of_{section}",
        f"test_{name}",
    )
    for section, names in _NAMES.items()
    for number, name in enumerate(names, start=1)
}
# The monitoring's tests run in operate.yml each day, the others in ci.yml with each change.
BY_OPERATE = {test: node for test, node in MARKED.items() if test.startswith("mon")}
BY_CI = {test: node for test, node in MARKED.items() if test not in BY_OPERATE}

_FEATURES = ("mean_radius", "mean_texture", "mean_area", "mean_smoothness")
_MATCH = {"mean_radius": {"match": 1.0}}
REPORTS: dict[str, dict[str, Any]] = {
    "feature_value": {"features": {name: {"ms": 1} for name in _FEATURES}},
    "retention": {"scanned": ["data/raw", "data/predictions"], "deleted": []},
    "search": {"study": "01J", "trials": [{"score": 0.9}], "on_edge": []},
    "metrics": {"candidate": {"roc_auc": 0.92}, "baseline": {"roc_auc": 0.8}},
    "slices": {"slices": [{"column": "sex", "value": 0.9}]},
    "fairness": {"status": "measured", "columns": {"sex": {"parity": 0.9}}},
    "contract": {"status": "as pinned", "hash": "ab", "pinned_hash": "ab"},
    "invariants": {"sides": {"training": {"rate": 0.0}, "serving": {"rate": 0.001}}},
    "skew": {"status": "fine", "features": _MATCH, "inputs": {"rows": 500}},
    "model_age": {"status": "fine", "age_days": 5.0, "max_age_days": 30},
    "non_finite": {"status": "fine", "counts": {"mean_radius": 0, "prediction": 0}},
    "perf_trend": {"status": "fine", "series": {"latency_p95_ms": {"found": ["fine"]}}},
    "quality": {"status": "fine", "value": 0.91, "coverage": 0.8},
}
