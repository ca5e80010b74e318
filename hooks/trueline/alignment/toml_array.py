"""An array of a TOML file as its entries, each with the comments that belong to it.

tomlkit keeps comments where they stand, not with the value they speak of; when the values of two
authors are merged, a comment has to travel with its value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL
)
_REQUIREMENT = re.compile(r"""["']\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*([^;"']*)(;[^"']*)?["']""")


@dataclass(frozen=True)
class Entry:
    """One value as written, the comment lines above it, and the comment behind it."""

    value: str
    above: tuple[str, ...] = ()
    behind: str = ""

    @property
    def name(self) -> str:
        """What makes two entries the same: a requirement's project and marker, else the value."""
        found = _REQUIREMENT.fullmatch(self.value)
        if found is None:
            return re.sub(r"\s+", "", self.value)
        project = re.sub(r"[-_.]+", "-", found[1]).lower()
        return project + re.sub(r"\s+", "", found[3] or "")


def entries(array: str) -> list[Entry]:
    """Split the text of an array, brackets included. Raises ValueError for what is not one."""
    if not (array.startswith("[") and array.endswith("]")):
        raise ValueError("not an array")
    found: list[Entry] = []
    above: list[str] = []
    value, at, body = "", 0, array[1:-1]
    depth, on_new_line = 0, True
    while at < len(body):
        char = body[at]
        if string := _STRING.match(body, at):
            value, at = value + string[0], string.end()
            on_new_line = False
        elif char == "#":
            end = body.find("\n", at)
            comment, at = body[at : end if end >= 0 else len(body)].rstrip(), end
            at = len(body) if end < 0 else at
            if on_new_line and not value.strip():
                above.append(comment)
            elif value.strip():  # behind a value that has no comma yet
                found.append(Entry(value.strip(), tuple(above), comment))
                value, above = "", []
            elif found:
                found[-1] = replace(found[-1], behind=comment)
        elif char == "," and depth == 0:
            if value.strip():
                found.append(Entry(value.strip(), tuple(above)))
                value, above = "", []
            at += 1
        else:
            depth += (char in "[{") - (char in "]}")
            on_new_line = char == "\n" or (on_new_line and char.isspace())
            value, at = value + char, at + 1
    if value.strip():
        found.append(Entry(value.strip(), tuple(above)))
    elif above and found:
        # A comment after the last value: keep it with that value.
        found[-1] = replace(found[-1], behind=" ".join([found[-1].behind, *above]).strip())
    elif above:
        raise ValueError("an array of nothing but comments")
    if depth:
        raise ValueError("not an array")
    return found


def write(found: list[Entry], indent: str) -> str:
    """Write entries as an array with one value a line."""
    if not found:
        return "[]"
    lines = ["["]
    for entry in found:
        lines += [indent + comment for comment in entry.above]
        lines.append(f"{indent}{entry.value},{'  ' + entry.behind if entry.behind else ''}")
    return "\n".join([*lines, "]"])


def merge(base: str, ours: str, theirs: str) -> tuple[str, str, str]:
    """Merge three versions of an array as sets of named values.

    Returns the three again, one value a line in one order, equal but for values that both sides
    changed in different ways: what is left for a line merge to report. Raises ValueError.
    """
    old, mine, new = (_by_name(entries(text)) for text in (base, ours, theirs))
    order = list(mine)
    for name in new:  # a value the template added goes behind the one it follows there
        if name not in order:
            before = [n for n in list(new)[: list(new).index(name)] if n in order]
            order.insert(order.index(before[-1]) + 1 if before else 0, name)
    columns: tuple[list[Entry], list[Entry], list[Entry]] = ([], [], [])
    for name in order:
        kept = _settle(old.get(name), mine.get(name), new.get(name))
        for column, entry in zip(columns, kept, strict=True):
            if entry is not None:
                column.append(entry)
    indented = re.search(r"\n([ \t]+)\S", ours)
    indent = indented[1] if indented else "  "
    return write(columns[0], indent), write(columns[1], indent), write(columns[2], indent)


def _by_name(found: list[Entry]) -> dict[str, Entry]:
    named = {entry.name: entry for entry in found}
    if len(named) < len(found):  # as a set, one of the two would be lost
        raise ValueError("an array that names a project twice")
    return named


def _settle(base: Entry | None, ours: Entry | None, theirs: Entry | None) -> list[Entry | None]:
    """Decide over one entry: three times the same, or three that a merge by lines will report."""
    if ours is None:
        # Removed by the user: a change of the template's does not bring it back.
        return [theirs if base is None else None] * 3
    if theirs is None:
        # Removed by the template: what the user changed, if only its comment, stands.
        return [None if ours == base else ours] * 3
    above, behind = _comments(base or Entry(""), ours, theirs)
    was = base.value if base else None
    if ours.value in (was, theirs.value):
        values: list[str | None] = [theirs.value] * 3
    elif theirs.value == was:
        values = [ours.value] * 3
    else:
        values = [was, ours.value, theirs.value]
    return [None if value is None else Entry(value, above, behind) for value in values]


def _comments(base: Entry, ours: Entry, theirs: Entry) -> tuple[tuple[str, ...], str]:
    """Merge the comments of a value: the template's, with the user's added and removed ones."""
    added = [line for line in ours.above if line not in (*base.above, *theirs.above)]
    kept = [line for line in theirs.above if line in ours.above or line not in base.above]
    if ours.behind in (base.behind, theirs.behind):
        behind = theirs.behind
    elif theirs.behind == base.behind:
        behind = ours.behind
    else:
        behind = f"{theirs.behind} {ours.behind}".strip()
    return (*kept, *added), behind
