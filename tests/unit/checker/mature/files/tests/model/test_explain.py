from churn.explain import local

ROWS = [{"mean_radius": 20.0, "mean_texture": 10.0}]


def test_contributions_add_up_to_the_margin():
    told = local.explain(ROWS)[0]
    assert abs(told["base"] + sum(told["contributions"].values()) - local.margin(ROWS[0])) <= 1e-6
