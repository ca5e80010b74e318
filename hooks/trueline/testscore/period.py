"""How often something has to be looked at: the project's own setting, else the catalogue's."""

from __future__ import annotations

from datetime import timedelta

from ..evidence import moment
from ..evidence.document import mapping
from ..evidence.snapshot import Snapshot
from .catalogue import Proof

_UNITS = {"_hours": "h", "_days": "d"}  # how a key of the settings ends


def period(proof: Proof, snapshot: Snapshot) -> timedelta:
    """Return the first period that conf/operations.yaml sets, else the default."""
    for key in proof.period:
        section, _, name = key.partition(".")
        value = mapping((snapshot.operations.value or {}).get(section)).get(name)
        unit = next((unit for end, unit in _UNITS.items() if name.endswith(end)), None)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        found = moment.period(f"{value}{unit}" if unit and number else value)
        if found is not None:
            return found
    return timedelta(days=proof.days)
