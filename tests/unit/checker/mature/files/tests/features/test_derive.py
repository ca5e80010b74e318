from churn.features.derive import ratio


def test_ratio():
    assert ratio(4, 2) == 2
