from churn import registry


def test_rollback_returns_to_the_version_before():
    assert registry.rollback(["1", "2"]) == "1"
