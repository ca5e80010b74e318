"""What the checker says of a team's project beside what was written down before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = tuple[str, str, str, str]


def differences(
    project: str,
    written: Mapping[str, Any],
    said: Mapping[str, Mapping[str, Any]],
    disputed: Iterable[Mapping[str, str]],
) -> list[Row]:
    """Return a row for each id that is not as written, or disputed although it is (or otherwise).

    A row: id, what was written, what the checker says, its reason.
    """
    known = {case["id"]: case for case in disputed if case["project"] == project}
    statements = written["statements"]
    rows: list[Row] = []
    for name in sorted({*statements, *said, *known}, key=lambda n: [int(p) for p in n.split(".")]):
        if name not in statements or name not in said:
            rows.append((name, str(name in statements), str(name in said), "only one side has it"))
            continue
        wanted = [statements[name]["outcome"], *statements[name].get("or", [])]
        outcome, reason = said[name]["outcome"], said[name].get("reason") or ""
        case = known.get(name)
        if case is None and outcome not in wanted:
            rows.append((name, " or ".join(wanted), outcome, reason))
        elif case is not None and outcome in wanted:
            rows.append((name, " or ".join(wanted), outcome, "disputed, though both say the same"))
        elif case is not None and (case["oracle"], case["checker"]) != (wanted[0], outcome):
            other = f"disputed as {case['oracle']} against {case['checker']}"
            rows.append((name, " or ".join(wanted), outcome, f"{other}: {reason}"))
    return rows


def table(rows: Sequence[Row]) -> str:
    """Return the rows as text in columns."""
    listed = [("id", "written", "checker", "reason"), *rows]
    widths = [max(len(row[n]) for row in listed) for n in range(3)]
    return "\n".join(
        "  ".join((*(row[n].ljust(widths[n]) for n in range(3)), row[3])) for row in listed
    )
