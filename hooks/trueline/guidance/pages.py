"""The pages that list the statements and tests, written from the catalogues.

    uv run python -m trueline.guidance.pages            write them
    uv run python -m trueline.guidance.pages --check    exit 1 when one is not what they say

Run it at the root of the template's repository after a change of a catalogue.
"""

from __future__ import annotations

import sys
from functools import partial
from itertools import groupby
from pathlib import Path

from ..exitcodes import BAD_INPUT, FINDING, FINE
from ..maturity.catalogue import Catalogue, Entry, load
from ..testscore.catalogue import load as load_tests

TEMPLATE = "template/MATURITY.md.jinja"
REFERENCE = "docs/reference/statements.md"
# What stands above it in the template's page is written by hand.
MARK = "{#- From here on written by `python -m trueline.guidance.pages` from the catalogue. -#}\n"

_DECIDED = {"repo": "files", "forge": "forge", "run": "runs", "attest": "sign"}
# To which projects a statement applies, beside the phase -> (condition, why it does not apply)
_APPLIES = {
    "realtime": ("serving in ['realtime', 'both']", "there is no API"),
    "batch": ("serving in ['batch', 'both']", "nothing is delivered as files"),
    "feature_store": ("'feature_store' in practices", "the practice feature_store is not chosen"),
    "ab": ("'ab_testing' in practices", "the practice ab_testing is not chosen"),
}
_SERVED = {
    "all": "every project",
    "realtime": "serving realtime or both",
    "batch": "serving batch or both",
    "feature_store": "practice feature_store",
    "ab": "practice ab_testing",
}


def checklist(catalogue: Catalogue) -> str:
    """Return the statements as Jinja: what a project is not held to is named in one line."""
    lines = ["{% set production = phase == 'production' -%}\n"]
    for section, entries in groupby(catalogue.entries, lambda entry: entry.section):
        listed = list(entries)
        shared = any(entry.exploration for entry in listed)
        body = f"\n## {section} {catalogue.sections[section]}\n\n"
        by_condition = partial(_condition, phase=shared)
        for condition, some in groupby(listed, by_condition):
            body += _when(condition, "".join(map(_line, some)))
        lines.append(body if shared else _when("production", body))
    return "".join([*lines, _left_out(catalogue)])


def reference(catalogue: Catalogue) -> str:
    """Return the page that lists all statements and tests, one line each."""
    tests = load_tests()
    lines = [
        "# Statements and tests",
        "",
        "Written by `python -m trueline.guidance.pages` from the catalogues of the checker.",
        "`trueline explain ID` tells more on each: why, what counts, and how your project stands.",
        "",
        f"## The {catalogue.total} statements of the maturity assessment",
        "",
        "Sections 1 to 4 are the core; *e* marks those that an exploration is held to. They are",
        "decided by *files* of the repository, *runs* that left a report on branch `evidence`, the",
        "*forge*, or somebody who vouches (*sign*).",
    ]
    for section, entries in groupby(catalogue.entries, lambda entry: entry.section):
        lines += ["", f"### {section} {catalogue.sections[section]}", ""]
        lines += ["| id | | asks | decided by | applies to |", "|---|---|---|---|---|"]
        lines += [
            f"| {entry.id} | {'*e*' if entry.exploration else ''} | {entry.title} "
            f"| {_DECIDED[entry.evidence]} | {_SERVED[entry.applies]} |"
            for entry in entries
        ]
    lines += [
        "",
        f"## The {len(tests.tests)} tests of the ML Test Score",
        "",
        "Each earns half a point when it is there or was run by hand, a full one when CI runs it.",
        "The score is the least of the four sums.",
    ]
    for name, some in groupby(tests.tests, lambda test: test.section):
        lines += ["", f"### {tests.sections[name]}", "", "| id | asks |", "|---|---|"]
        lines += [f"| {test.id} | {test.title} |" for test in some]
    return "\n".join(lines) + "\n"


def pages(root: Path) -> dict[Path, str]:
    """Return each page as it should be. Raises ValueError where the template's has no mark."""
    page = root / TEMPLATE
    head, mark, _ = page.read_text("utf-8").partition(MARK)
    if not mark:
        raise ValueError(f"{TEMPLATE} has no line {MARK.strip()}")
    return {
        page: head + mark + checklist(load()),
        root / REFERENCE: reference(load()),
    }


def main(arguments: list[str], root: Path) -> int:
    """Write the pages, or hold them against the catalogues."""
    if arguments not in ([], ["--check"]) or not (root / TEMPLATE).is_file():
        sys.stderr.write("pages: run it at the root of Trueline's repository, or with --check\n")
        return BAD_INPUT
    code = FINE
    for path, text in pages(root).items():
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        if arguments:
            name = path.relative_to(root)
            sys.stderr.write(f"pages: {name} is not what the catalogues say\n")
            code = FINDING
        else:
            path.write_text(text, "utf-8")
    return code


def _condition(entry: Entry, *, phase: bool) -> str:
    """Return when a project is held to a statement, as Jinja; '' for always. Without `phase` it
    stands where the phase is known to be production.
    """
    wanted = ["production"] if phase and not entry.exploration else []
    wanted += [_APPLIES[entry.applies][0]] if entry.applies in _APPLIES else []
    return " and ".join(wanted)


def _when(condition: str, text: str) -> str:
    return f"{{% if {condition} %}}{text}{{% endif %}}" if condition else text


def _line(entry: Entry) -> str:
    start = entry.remedy.start
    begin = start if start.startswith("the ") else f"`{start}`"
    return f"- **{entry.id}** {entry.title} (*{_DECIDED[entry.evidence]}*; {begin})\n"


def _left_out(catalogue: Catalogue) -> str:
    """Return the last lines: which statements do not apply, and why."""
    rest = [entry for entry in catalogue.entries if not entry.exploration]
    heading = "\n## Not asked of this project\n\n"
    lines = []
    for name, (condition, why) in _APPLIES.items():
        ids = ", ".join(entry.id for entry in rest if entry.applies == name)
        lines.append(f"{{% if not ({condition}) %}}- {why}: {ids}\n{{% endif %}}")
    everything = " and ".join(condition for condition, _ in _APPLIES.values())
    explores = f"- it explores: {len(rest)} statements come with the phase production\n"
    return (
        f"{{% if production %}}{{% if not ({everything}) %}}{heading}{''.join(lines)}{{% endif %}}"
        f"{{% else %}}{heading}{explores}{{% endif %}}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path.cwd()))
