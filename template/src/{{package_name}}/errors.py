"""What can go wrong in ways that a person can mend: one line on stderr, no traceback."""

from __future__ import annotations


class BadInput(Exception):
    """Data, a setting or an argument is wrong; the message says which and what to do (exit 2)."""


class Refused(Exception):
    """A check that protects production said no; the message says why (exit 1)."""
