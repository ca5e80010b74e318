from churn.model import evaluate


def test_a_better_model_has_a_higher_metric():
    assert evaluate.metric(3, 4) > evaluate.metric(2, 4)
