"""The base of all probes, and the registry that knows each by its statement."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import ClassVar

from ..evidence.snapshot import Snapshot
from .catalogue import Entry, load
from .finding import Finding


class Probe:
    """One statement's probe.

    Its docstring says what is asked; `observe` looks at a Snapshot only.
    """

    statement: ClassVar[str]

    @property
    def entry(self) -> Entry:
        """Return the statement's entry of the catalogue."""
        return load()[self.statement]

    def observe(self, snapshot: Snapshot) -> Finding:
        """Return what the snapshot shows of the statement."""
        raise NotImplementedError


@cache
def registry() -> dict[str, Probe]:
    """Return every probe below `maturity/probes` by the id of its statement."""
    from . import probes

    for module in pkgutil.walk_packages(probes.__path__, f"{probes.__name__}."):
        importlib.import_module(module.name)
    return {probe.statement: probe() for probe in Probe.__subclasses__()}


def observe(statement: str, snapshot: Snapshot) -> Finding:
    """Return what one statement's probe sees, whether the statement applies or not."""
    return registry()[statement].observe(snapshot)
