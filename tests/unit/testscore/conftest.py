"""The mature project, as the checker's tests know it."""

from __future__ import annotations

from unit.checker.conftest import mature, project

__all__ = ["mature", "project"]
