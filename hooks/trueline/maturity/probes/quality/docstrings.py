"""3.2.7: docstrings, a reference made from them, and CI that builds it strictly."""

from __future__ import annotations

from ....evidence.snapshot import Snapshot
from ...ci import PUSH, stepping, steps
from ...finding import Finding, Place, at, found, missing, unseen, weak
from ...probe import Probe

LATER = ("release", "workflow_dispatch", "schedule", "workflow_run", "create")
_BUILDERS = ("mkdocs", "properdocs", "zensical")
_WARNINGS = ("-W", "--fail-on-warning", "-nW", "-Wn", "-EW", "-WE")


class CodeIsDocumented(Probe):
    """Code is documented in the code."""

    statement = "3.2.7"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Count docstrings first: a reference of undocumented code is a list of names."""
        code = snapshot.docstrings
        least = self.entry.number("documented")
        if not code.total and not code.broken:
            return missing("there is no code below src/")
        # Which share a file that cannot be read would change, nobody can tell.
        if code.broken:
            path, problem = code.broken[0]
            return unseen(f"{path} cannot be read: {problem}", Place(path))
        if code.documented < least * code.total:
            places = [Place(path, line, name) for path, line, name in code.lacking]
            return missing(
                f"{code.documented} of {code.total} public names have a docstring, "
                f"{least:.0%} are the least",
                *places,
            )
        place = Place("src", None, f"{code.share:.0%} of {code.total} public names documented")
        return self._reference(snapshot, place)

    def _reference(self, snapshot: Snapshot, place: Place) -> Finding:
        made = snapshot.reference
        plain = stepping(snapshot, _pdoc, judged=_judged) if not made.page else None
        if plain is not None and plain.at:
            strict = stepping(snapshot, _strict_pdoc, judged=_judged)
            here = Place(plain.at[0].path, plain.at[0].line, "pdoc")
            if strict.place is None:
                gap = strict.gap if strict.at else "pdoc's warnings do not fail the build"
                return weak(gap, here, place)
            return found("documented, and CI builds the reference", here, place, strict.place)
        if made.problem:
            return unseen(f"{made.config} cannot be read: {made.problem}", Place(made.config))
        if not made.page:
            # On a release alone nobody sees a reference that no longer builds.
            late = next(steps(snapshot, _pdoc, LATER), None)
            if late:
                here = at(late[2].location)
                return weak("pdoc makes the reference, but not when code changes", here, place)
            gap = (
                f"{made.config} makes no reference out of the docstrings"
                if made.config
                else "neither mkdocs.yml nor docs/conf.py makes a reference out of the docstrings"
            )
            return missing(gap, place)
        return self._built(snapshot, made.strict, place, Place(made.page, None, made.tool))

    def _built(self, snapshot: Snapshot, strict: bool, *places: Place) -> Finding:
        seen = stepping(snapshot, _builds if strict else _builds_strictly, judged=_judged)
        if not seen.at:
            lenient = stepping(snapshot, _builds, judged=_judged)
            gap = "CI builds the reference, but not in strict mode" if lenient.at else seen.gap
            return weak(gap if lenient.at else f"the reference: {gap}", *lenient.at, *places)
        if seen.place is None:
            return weak(seen.gap, *seen.at, *places, **PUSH)
        return found("documented, and CI builds the reference", *seen.at, seen.place, *places)


def _program(words: tuple[str, ...]) -> str:
    return words[0].rpartition("/")[2]


def _builds(words: tuple[str, ...]) -> bool:
    """Tell whether a command builds the documentation."""
    name = _program(words)
    if name in _BUILDERS:
        return "build" in words[1:]
    return name == "sphinx-build" or (name == "make" and "html" in words and "-n" not in words)


def _builds_strictly(words: tuple[str, ...]) -> bool:
    """Tell whether a warning, such as a link to nothing, fails the build."""
    if not _builds(words):
        return False
    if _program(words) in _BUILDERS:
        return "--strict" in words or "-s" in words
    options = [part for word in words[1:] for part in word.partition("=")[2].split()]
    return any(option in _WARNINGS for option in (*words[1:], *options))


def _pdoc(words: tuple[str, ...]) -> bool:
    return "pdoc" in (_program(words), *words[1:6])


def _strict_pdoc(words: tuple[str, ...]) -> bool:
    return _pdoc(words) and any(word in ("-Werror", "error") for word in words[1:4])


def _judged(path: str) -> bool:
    """Tell whether a changed path may break the build."""
    return path.startswith(("src/", "docs/", "doc/")) or path in ("mkdocs.yml", "mkdocs.yaml")
