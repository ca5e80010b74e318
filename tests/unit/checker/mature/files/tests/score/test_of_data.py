import pytest


@pytest.mark.ml_test("data1")
def test_broken_rows_are_refused(report):
    assert report("validation")["refused"] == 6


@pytest.mark.ml_test("data2")
def test_no_feature_is_useless(report):
    assert report("feature_value")["no_proven_benefit"] == []


@pytest.mark.ml_test("data3")
def test_no_feature_is_too_dear(report):
    assert max(one["ms"] for one in report("feature_value")["features"].values()) < 5


@pytest.mark.ml_test("data4")
def test_only_allowed_sources_are_used(report):
    assert report("policy")["violations"] == []


@pytest.mark.ml_test("data5")
def test_planted_names_are_found_nowhere(report):
    assert report("retention")["leaks"] == []


@pytest.mark.ml_test("data6")
def test_a_toy_feature_is_added_in_time(report):
    assert report("toy_feature")["seconds"] < 180


@pytest.mark.ml_test("data7")
def test_each_feature_is_tested(report):
    assert report("tested_features")["untested"] == []
