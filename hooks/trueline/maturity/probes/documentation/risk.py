"""1.1.3: a register of risks in the project's own words, and somebody who vouches for it."""

from __future__ import annotations

from ....evidence.document import mapping, sequence, text
from ....evidence.released import unwritten
from ....evidence.snapshot import Snapshot
from ... import attestation
from ...finding import Finding, Place, missing, unseen
from ...probe import Probe

REGISTER = "docs/project/risk.yaml"
FIELDS = ("id", "category", "likelihood", "impact", "owner", "status")
CATEGORIES = frozenset({"data", "model", "misuse", "privacy", "availability"})
MINIMUM = 3


class RiskIsEvaluated(Probe):
    """The model's risks are evaluated, and the evaluation is kept current."""

    statement = "1.1.3"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Look at the register first: a signature under an empty form proves nothing."""
        register = snapshot.pages.yaml(REGISTER)
        if register.problem:
            return unseen(f"{REGISTER} cannot be read: {register.problem}", Place(REGISTER))
        if register.absent:
            return missing(f"there is no {REGISTER}")
        gap = self._unedited(snapshot) or _gap(mapping(register.value))
        if gap:
            return missing(f"{REGISTER}: {gap}", Place(REGISTER))
        return attestation.judge(self.entry, snapshot, Place(REGISTER, None, "the register"))

    def _unedited(self, snapshot: Snapshot) -> str | None:
        for path in (REGISTER, "docs/project/risk.md"):
            content = snapshot.pages.text(path).value
            reason = unwritten(path, content, snapshot.released) if content is not None else None
            if reason:
                return reason if path == REGISTER else f"{path}: {reason}"
        return None


def _gap(register: dict[str, object]) -> str | None:
    risks = [mapping(risk) for risk in sequence(register.get("risks"))]
    if len(risks) < MINIMUM:
        return f"{len(risks)} risks, {MINIMUM} are the least"
    for risk in risks:
        name = text(risk.get("id")) or "a risk without id"
        lacking = [field for field in FIELDS if not text(risk.get(field))]
        if lacking:
            return f"{name} lacks {', '.join(lacking)}"
        handled = text(risk.get("mitigation")) or text(risk.get("accepted_by"))
        high = "high" in (text(risk.get("likelihood")).lower(), text(risk.get("impact")).lower())
        if not handled and high:
            return f"{name} is high, with neither a mitigation nor accepted_by"
        if not handled:
            return f"{name} lacks a mitigation"
    uncovered = CATEGORIES - {text(risk.get("category")).lower() for risk in risks}
    return f"no risk of category {', '.join(sorted(uncovered))}" if uncovered else None
