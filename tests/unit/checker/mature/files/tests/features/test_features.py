import pytest
from churn.features import registry


def feature(*names):
    return {"depends_on": [*names]}


def test_a_cycle_is_refused():
    with pytest.raises(ValueError, match="a"):
        registry.resolve({"a": feature("b"), "b": feature("a")})


def test_a_missing_name_is_refused():
    with pytest.raises(ValueError, match="b"):
        registry.resolve({"a": feature("b")})


def test_a_feature_comes_after_all_that_it_needs():
    entries = {"a": feature("b"), "b": feature("c"), "c": feature()}
    assert registry.resolve(entries) == ["c", "b", "a"]
