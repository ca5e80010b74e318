from churn.serving.guard import Guard

KNOWN = [{"mean_radius": 6.0 + n / 10, "mean_texture": 20.0} for n in range(100)]
MOST = 0.05  # guard.max_false_flags of conf/operations.yaml


def test_a_number_out_of_range_is_flagged():
    assert Guard().flags([{"mean_radius": 90.0}]) == [["out_of_range:mean_radius"]]


def test_an_unseen_category_is_flagged():
    flags = Guard().flags([{"mean_radius": 9.0, "clinic": "east"}])
    assert flags == [["unseen_category:clinic"]]


def test_a_missing_key_feature_is_flagged():
    assert Guard().flags([{"mean_texture": 9.0}]) == [["missing_key_feature"]]


def test_known_rows_raise_few_false_flags():
    flagged = sum(bool(own) for own in Guard().flags(KNOWN))
    assert flagged / len(KNOWN) <= MOST
