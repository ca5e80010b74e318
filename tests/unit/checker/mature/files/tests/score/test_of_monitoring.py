import pytest


@pytest.mark.ml_test("mon1")
def test_a_changed_source_is_told(report):
    assert report("contract")["hash"] == report("contract")["pinned_hash"]


@pytest.mark.ml_test("mon2")
def test_served_rows_fit_the_schema(report):
    assert report("invariants")["sides"]["serving"]["rate"] < 0.01


@pytest.mark.ml_test("mon3")
def test_served_features_are_computed_again(report):
    assert report("skew")["features"]["mean_radius"]["match"] >= 0.999


@pytest.mark.ml_test("mon4")
def test_the_model_is_young(report):
    assert report("model_age")["age_days"] < 30


@pytest.mark.ml_test("mon5")
def test_no_number_is_lost(report):
    assert sum(report("non_finite")["counts"].values()) == 0


@pytest.mark.ml_test("mon6")
def test_it_gets_no_slower(report):
    assert report("perf_trend")["series"]["latency_p95_ms"]["found"] == ["fine"]


@pytest.mark.ml_test("mon7")
def test_answers_stay_good(report):
    assert report("quality")["value"] > 0.9
