"""How far the checker agrees with a judge who saw a repository's facts and the catalogue, but no probe.

    python -m tests.foreign.agreement FACTS RECORD

FACTS is a folder of files that tests.foreign.extract wrote; each is rebuilt as a repository and checked offline.
The judge's outcomes (expected.yaml) were committed before the first run. Cohen's kappa leaves out what chance alone
would agree on: (observed - by chance) / (1 - by chance), over the six outcomes. Each run is appended to the
record; what the newest run disagrees on is explained in disagreements.yaml.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from trueline.evidence.snapshot import collect
from trueline.maturity.score import score

from tests.foreign.rebuild import load, rebuild

EXPECTED = Path(__file__).with_name("expected.yaml")


def checked(facts: Path, into: Path) -> tuple[str, dict[str, tuple[str, str]]]:
    """Return the commit that the facts are of, and (outcome, reason) by statement."""
    body = load(facts)
    result = score(collect(rebuild(body, into)))
    found = {s.entry.id: (s.outcome.value, s.reason) for s in result.statements}
    return str(body["commit"]), found


def kappa(pairs: list[tuple[str, str]]) -> float:
    """Return Cohen's kappa of (judge, checker) pairs; 1.0 when both only ever say one thing."""
    observed = sum(a == b for a, b in pairs) / len(pairs)
    judge, checker = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    by_chance = sum(judge[k] * checker[k] for k in judge) / len(pairs) ** 2
    return 1.0 if by_chance == 1 else (observed - by_chance) / (1 - by_chance)


def confusion(pairs: list[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Return how often the checker said what (inner) where the judge said what (outer)."""
    judged = sorted({judge for judge, _ in pairs})
    return {
        judge: dict(sorted(Counter(b for a, b in pairs if a == judge).items())) for judge in judged
    }


def main(facts: Path, record: Path) -> None:
    """Check every repository that was judged, and write the record."""
    judged = yaml.safe_load(EXPECTED.read_text("utf-8"))["repositories"]
    pairs: list[tuple[str, str]] = []
    repositories: dict[str, Any] = {}
    for name, body in judged.items():
        with tempfile.TemporaryDirectory() as scratch:
            path = facts / f"{name.replace('/', '+')}.yaml"
            commit, found = checked(path, Path(scratch) / "repository")
        outcomes = body["outcomes"]
        own = [(outcomes[statement], found[statement][0]) for statement in outcomes]
        pairs += own
        repositories[name] = {
            "commit": commit,
            "agreed": sum(a == b for a, b in own),
            "disagreements": {
                statement: {"judge": outcomes[statement], "checker": found[statement][0]}
                for statement in outcomes
                if outcomes[statement] != found[statement][0]
            },
        }
        for statement, both in repositories[name]["disagreements"].items():
            print(name, statement, both, found[statement][1], sep="\t")
    agreed = sum(a == b for a, b in pairs)
    # Forge statements are unknown and practices na for every repository: agreement there is no feat.
    decided = [(a, b) for a, b in pairs if not {a, b} <= {"unknown", "na"}]
    git = ["git", "rev-parse", "HEAD"]
    body = {
        "checker": subprocess.run(git, check=True, capture_output=True, text=True).stdout.strip(),
        "day": datetime.now(UTC).date().isoformat(),
        "pairs": len(pairs),
        "agreed": agreed,
        "share": round(agreed / len(pairs), 4),
        "kappa": round(kappa(pairs), 4),
        "kappa_of_decided": round(kappa(decided), 4),
        "confusion": confusion(pairs),
        "repositories": repositories,
    }
    runs = json.loads(record.read_text("utf-8"))["runs"] if record.exists() else []
    record.write_text(json.dumps({"runs": [*runs, body]}, indent=1) + "\n", "utf-8")
    print({k: v for k, v in body.items() if k != "repositories"})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
