import subprocess
import sys

import pytest
from churn import registry
from churn.experiment.assign import assign
from hypothesis import given
from hypothesis import strategies as st

EXPERIMENT = {"salt": "2026-05-threshold", "variants": ["16", "17"]}
ASK = "import sys; from churn.experiment.assign import assign; print(assign(sys.argv[1], {}))"


def in_another_process(unit):
    command = [sys.executable, "-c", ASK.format(EXPERIMENT), unit]
    return subprocess.check_output(command, text=True).strip()


@given(st.lists(st.text("abc123", min_size=1), unique=True))
def test_the_assignment_is_the_same_in_any_order_and_process(units):
    first = {unit: assign(unit, EXPERIMENT) for unit in units}
    again = {unit: assign(unit, EXPERIMENT) for unit in reversed(units)}
    assert first == again == {unit: in_another_process(unit) for unit in units}


def test_a_pinned_variant_is_not_replaced_while_its_experiment_runs():
    with pytest.raises(ValueError, match="runs"):
        registry.promote("18", deployed="16", pinned={"16", "17"})
