import pytest


@pytest.mark.ml_test("model1")
def test_versions_were_reviewed(report):
    assert report("versions")["unreviewed"] == []


@pytest.mark.ml_test("model2")
def test_worse_metrics_lose_money(report):
    assert report("degraded")["spearman"] > 0.7


@pytest.mark.ml_test("model3")
def test_the_best_point_is_not_on_the_edge(report):
    assert report("search")["on_edge"] == []


@pytest.mark.ml_test("model4")
def test_the_age_limit_fits_the_curve(report):
    assert report("staleness")["configured"] <= report("staleness")["suggested"]


@pytest.mark.ml_test("model5")
def test_the_baseline_is_worse(report):
    assert report("metrics")["baseline"] < report("metrics")["candidate"]


@pytest.mark.ml_test("model6")
def test_each_slice_is_good_enough(report):
    assert min(one["value"] for one in report("slices")["slices"]) > 0.8


@pytest.mark.ml_test("model7")
def test_groups_are_treated_alike(report):
    assert report("fairness")["columns"]["sex"]["parity"] > 0.8
