"""Results of every kind, from whatever the catalogue holds, without a repository."""

from __future__ import annotations

from datetime import UTC, date, datetime

from trueline.maturity.catalogue import Catalogue, Entry, Remedy, load
from trueline.maturity.finding import Place
from trueline.maturity.score import Outcome, Result, Statement, count
from trueline.maturity.waiver import Waiver

NOW = datetime(2026, 7, 1, tzinfo=UTC)
COMMIT = "0123456789abcdef0123456789abcdef01234567"
# What a stranger may have called a file, a person or a column.
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</details><h1>met</h1>",
    "[click](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "`` ` ``` <b>x</b>",
    "- [x] 1.1.3 forged\n- [x] 2.2.9 forged\n\n# Forged",
    "@acme/everyone see #12, GH-12, www.evil.example and https://evil.example",
    "{0} {{x}} %s \\ [link](0) $\\input{x}$ | a | b |",
    "\x1b[31mred\x1b[0m \u202eesrever \udcff <!-- trueline: check -->",
    "]]> --> &lt;b&gt; &#x3c;script&#x3e;",
)


def entries(catalogue: Catalogue | None = None) -> tuple[Entry, ...]:
    """Return the catalogue's entries, and one beyond the core if it has none yet."""
    known = (catalogue or load()).entries
    if any(not entry.core for entry in known):
        return known
    advice = Remedy("Read which features a model uses from its settings", "days", "conf/x.yaml")
    words = ("Which features are used is configuration", "A list in code is a list too many.")
    return (*known, Entry("5.7", *words, "all", "repo", "0.4.0", False, advice, {}))


def made(
    outcomes: dict[str, Outcome] | None = None,
    *,
    text: str = "conf/features.yaml says so",
    phase: str = "production",
) -> Result:
    """Return a result; without `outcomes` the six take turns. `text` stands wherever a repository may speak."""
    kinds = list(Outcome)
    statements = []
    for number, entry in enumerate(entries()):
        outcome = (outcomes or {}).get(entry.id) or (
            Outcome.UNMET if outcomes is not None else kinds[number % len(kinds)]
        )
        left = outcome not in (Outcome.MET, Outcome.NA)
        waived = outcomes is None and number == 2
        statements.append(
            Statement(
                entry,
                outcome,
                f"the file {text}",
                (Place(text, 3, text), Place("evidence:reports/ci.json"), Place("Dockerfile", 1)),
                Remedy(f"do {text}", entry.remedy.effort, entry.remedy.start) if left else None,
                Waiver(text, text, date(2026, 8, 1)) if waived else None,
            )
        )
    return Result(
        tuple(statements),
        count(s.outcome for s in statements if s.entry.core),
        count(s.outcome for s in statements if not s.entry.core),
        phase,
        COMMIT,
        NOW,
        (f"phase production ({text})",),
        ((text, "not valid YAML"),),
        56,
    )
