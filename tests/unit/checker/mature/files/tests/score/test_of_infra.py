import pytest


@pytest.mark.ml_test("infra1")
def test_training_twice_is_the_same(report):
    assert len(set(report("twice")["sha256"])) == 1


@pytest.mark.ml_test("infra2")
def test_the_loss_falls(report):
    assert report("loss")["last"] < report("loss")["first"]


@pytest.mark.ml_test("infra3")
def test_from_rows_to_an_answer(report):
    assert report("whole")["answer"] == 0.5


@pytest.mark.ml_test("infra4")
def test_a_damaged_model_is_refused(events):
    assert "gate_decision" in events


@pytest.mark.ml_test("infra5")
def test_the_last_step_is_the_answer(report):
    assert report("steps")["steps"][-1] == report("steps")["answer"]


@pytest.mark.ml_test("infra6")
def test_a_bad_model_ends_its_trial(events):
    assert "canary_verdict" in events


@pytest.mark.ml_test("infra7")
def test_the_version_before_gives_its_answers(report):
    assert report("golden")["differences"] == 0
