from churn.batch import score


def test_every_row_is_scored():
    assert score.score([1, 2])["rows"] == 2
