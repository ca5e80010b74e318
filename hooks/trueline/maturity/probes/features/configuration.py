"""5.7: which features there are stands in one file of configuration, and nowhere in the code."""

from __future__ import annotations

from ....evidence.document import sequence, text
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, weak
from ...probe import Probe
from ...registered import PATH, readers, unusable


class FeaturesAreConfigured(Probe):
    """The configuration of features lies apart from the code."""

    statement = "5.7"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Read the file, look for the code that loads it, then for lists that repeat it."""
        bad = unusable(snapshot)
        if bad:
            return bad
        known = {text(key) for key in sequence(self.entry.limits["keys"])}
        for feature in snapshot.columns.registered:
            here = Place(PATH, feature.line or None, feature.name)
            if not feature.fields:
                return missing(f"{feature.name} in {PATH} says nothing", here)
            strange = sorted(set(feature.fields) - known)
            if strange:
                return weak(f"{feature.name} in {PATH} has a key nobody knows: {strange[0]}", here)
        reading = readers(snapshot)
        if not reading:
            broken = snapshot.code.broken
            more = f"; {broken[0][0]} cannot be read" if broken else ""
            return missing(f"no code below src loads {PATH}{more}", Place(PATH))
        names = {feature.name for feature in snapshot.columns.registered}
        least = int(self.entry.number("names"))
        for listed in snapshot.code.listed:
            if len(listed.texts & names) >= least:
                said = ", ".join(sorted(listed.texts & names)[:3])
                return missing(
                    f"{listed.path} lists features itself ({said})", Place(listed.path, listed.line)
                )
        return found(
            "one file names the features, and the code loads it",
            Place(PATH),
            Place(reading[0].path, reading[0].line),
        )
