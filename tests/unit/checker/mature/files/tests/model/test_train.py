from churn.model.train import train


def test_training_learns():
    assert train(3) == 3
