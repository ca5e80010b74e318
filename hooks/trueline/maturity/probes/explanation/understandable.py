"""6.2: what users are told, in their words, tried on some of them."""

from __future__ import annotations

import re

from ....evidence.document import text
from ....evidence.released import NEW_WORDS, own_words, prompted, sections
from ....evidence.snapshot import Snapshot
from ... import attestation
from ...finding import Finding, Place, missing, unseen
from ...forms import filler
from ...probe import Probe

PAGE = "docs/model/explanations.md"
FEATURES = "conf/features.yaml"
# What the page has to hold, and how its headings may say it.
PARTS = {
    "its audience": re.compile(r"audience|who reads|readers?\b|users?\b"),
    "the wording": re.compile(r"wording|sentence|template"),
    "a worked example": re.compile(r"example"),
}


class ExplanationsAreUnderstood(Probe):
    """Explanations can be understood by those who get them."""

    statement = "6.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Look at the page and at the words for each feature; then who tried them on users."""
        document = snapshot.pages.text(PAGE)
        if document.problem:
            return unseen(f"{PAGE} cannot be read: {document.problem}", Place(PAGE))
        if document.value is None:
            return missing(f"there is no {PAGE}")
        gap = _page_gap(document.value, snapshot)
        if gap:
            return missing(f"{PAGE}: {gap}", Place(PAGE))
        features = snapshot.columns.documented
        if features.problem:
            return unseen(f"{FEATURES} cannot be read: {features.problem}", Place(FEATURES))
        if not features.value:
            return missing(f"{FEATURES} names no feature")
        for feature in features.value:
            if filler(text(feature.fields.get("text"))):
                return missing(
                    f"{feature.name} has no `text` for those who are told of it",
                    Place(FEATURES, feature.line or None),
                )
        places = (Place(PAGE), Place(FEATURES, None, f"{len(features.value)} texts"))
        return attestation.judge(self.entry, snapshot, *places)


def _page_gap(content: str, snapshot: Snapshot) -> str | None:
    if prompted(content):
        return "a prompt to fill in still stands in it"
    found = sections(content)
    for part, heading in PARTS.items():
        said = [body for title, body in found.items() if heading.search(title)]
        if not said:
            return f"no section tells of {part}"
        most = max(own_words(body, PAGE, snapshot.released) for body in said)
        if most < NEW_WORDS:
            return f"{most} words on {part} are your own, {NEW_WORDS} are needed"
    return None
