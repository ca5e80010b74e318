"""Cron lines of five fields: how long at most from one start to the next."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_DAYS = "sun mon tue wed thu fri sat"
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
# Two years with a leap day, so that every line but one for a leap day alone starts at least twice.
_FIRST, _SPAN = date(2023, 3, 1), 731


def same(one: str, other: str) -> bool:
    """True when two lines say the same, blanks and names of days aside."""
    fields = _fields(one)
    return fields is not None and fields == _fields(other)


def period(line: str) -> timedelta | None:
    """Return the longest time between two starts of a cron line; None for what is none."""
    fields = _fields(line)
    if fields is None:
        return None
    minutes, hours, days, months, weekdays = fields
    times = sorted(hour * 60 + minute for hour in hours for minute in minutes)
    # Where both day fields are given, either starts it, as cron has it.
    either = len(days) < 31 and len(weekdays) < 7
    starts: list[int] = []
    for offset in range(_SPAN):
        today = _FIRST + timedelta(days=offset)
        by_date, by_week = today.day in days, today.isoweekday() % 7 in weekdays
        if today.month in months and (by_date or by_week if either else by_date and by_week):
            starts.append(offset * 1440)
    if not starts or len(starts) + len(times) == 2:
        return None
    gaps = [later - earlier for earlier, later in pairwise(times)]
    gaps += [later + times[0] - earlier - times[-1] for earlier, later in pairwise(starts)]
    return timedelta(minutes=max(gaps))


def _fields(line: str) -> tuple[frozenset[int], ...] | None:
    parts = line.lower().split()
    if len(parts) != len(_RANGES) or len(line) > 200:
        return None
    found = []
    for part, (low, high), names in zip(
        parts, _RANGES, ((), (), (), ("", *_MONTHS.split()), _DAYS.split()), strict=True
    ):
        values = [_values(piece, low, high, tuple(names)) for piece in part.split(",")]
        if not all(values):
            return None
        found.append(frozenset(value for some in values for value in some))
    found[4] = frozenset(day % 7 for day in found[4])
    return tuple(found)


def _values(piece: str, low: int, high: int, names: tuple[str, ...]) -> range:
    """Return the values of `*`, `a`, `a-b`, each maybe with `/step`; an empty range for others."""
    match = re.fullmatch(r"(\*|[a-z0-9]{1,3})(?:-([a-z0-9]{1,3}))?(?:/(\d{1,2}))?", piece)
    if match is None or (match[1] == "*" and match[2]):
        return range(0)
    start = low if match[1] == "*" else _value(match[1], names)
    end = high if match[1] == "*" or (match[3] and not match[2]) else start
    end = _value(match[2], names) if match[2] else end
    step = int(match[3] or 1)
    if start is None or end is None or not low <= start <= end <= high or step < 1:
        return range(0)
    return range(start, end + 1, step)


def _value(word: str, names: tuple[str, ...]) -> int | None:
    if word in names and word:
        return names.index(word)
    return int(word) if word.isascii() and word.isdigit() else None
