from churn.data import ingest


def test_rows_without_a_label_are_dropped():
    assert ingest.rows([{"malignant": None}, {"malignant": 1}]) == [{"malignant": 1}]
