"""Points in time as files give them: ISO 8601 text, YAML dates, always as UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from ..errors import BadInput

FIRST_YEAR = 1900  # what is earlier is no record of a run, and no period can be taken off year 1
LONGEST_DAYS = 400  # a longer period would let anything count as recent


def moment(value: object) -> datetime | None:
    """Return a point in time in UTC (no zone given: UTC), or None for what is none."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if not isinstance(value, datetime) or value.year < FIRST_YEAR:
        return None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        return None


def stated(text: str | None) -> datetime | None:
    """Return the moment that a user names with --now, None for none. Raises BadInput."""
    at = moment(text)
    if text is not None and at is None:
        raise BadInput(f"--now {text!r} is no ISO 8601 time, as 2026-07-01T00:00:00Z")
    return at


def day(value: object) -> date | None:
    """Return a calendar day, or None for what is none."""
    at = moment(value)
    return at.date() if at else None


def period(value: object) -> timedelta | None:
    """Return a span of time: a number of days, or text such as `12h`, `1 day`, `4 weeks`, `30m`."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        # An int may be larger than any float.
        amount, unit = (float(value) if abs(value) < 1e9 else 1e9), "d"
    elif isinstance(value, str):
        digits = value.strip().lower()
        named = {"hourly": "1h", "daily": "1d", "weekly": "7d", "monthly": "31d"}.get(
            digits, digits
        )
        number = named.rstrip("abcdefghijklmnopqrstuvwxyz ")
        unit = named[len(number) :].strip()[:2]
        try:
            amount = float(number)
        except ValueError:
            return None
    else:
        return None
    hours = {
        "m": 1 / 60,
        "mi": 1 / 60,
        "h": 1.0,
        "ho": 1.0,
        "d": 24.0,
        "da": 24.0,
        "w": 168.0,
        "we": 168.0,
        "mo": 744.0,
        "": 24.0,
    }.get(unit)
    if hours is None or not 0 < amount * hours <= 24 * LONGEST_DAYS:
        return None
    return timedelta(hours=amount * hours)
