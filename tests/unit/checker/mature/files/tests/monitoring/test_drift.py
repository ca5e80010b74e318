from churn.monitoring import drift


def test_a_shift_raises_the_alert():
    assert drift.drifts([1.0], [2.0])
