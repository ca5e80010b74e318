"""7.3: who gets which version is a hash of who it is, of pinned versions, and tests show it."""

from __future__ import annotations

import re

from ....evidence.document import mapping
from ....evidence.flows import Function
from ....evidence.slices import HASHES
from ....evidence.snapshot import Snapshot
from ....evidence.suite import Case
from ...experiments import records, variants
from ...finding import Finding, Place, missing, unseen, weak
from ...predicting import place, unread
from ...probe import Probe
from ...tested import proved, says, uses

_WHERE = re.compile(r"experiment|(?:^|[/_])ab(?:[/_.]|test)|assign|variant", re.I)
_NAME = re.compile(
    r"assign(?:ed|ment)?(?:_\w+)?|(?:get_|choose_|pick_)?(?:variant|arm)(?:_(?:of|for)\w*)?"
    r"|allocate\w*|bucket\w*",
    re.I,
)
# What another process, or the next call, answers otherwise.
_RANDOM = re.compile(
    r"(?:^|\.)random(?:\.|$)|^secrets\.|^uuid\.uuid[14]\b|^os\.(?:urandom|getpid)\b|default_rng"
    r"|RandomState|(?:^|\.)(?:choices?|shuffle|randint|randrange|getrandbits)$",
)
_SALT = re.compile(r"salt|experiment|seed|namespace|layer", re.I)
_ALIAS = re.compile(r"champion|challenger|latest|production|staging|newest|current", re.I)
_VERSION = re.compile(r"(?:[\w./:-]*[/@:])?v?\d+(?:\.\d+)*|[0-9a-f]{7,64}", re.I)


class AssignmentHolds(Probe):
    """The same customer gets the same model version during an experiment."""

    statement = "7.3"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Read the assigning function, then the variants of the records, then the tests."""
        found_ = [
            function
            for function in snapshot.flows.functions.values()
            if _NAME.fullmatch(function.name) and _WHERE.search(function.path)
        ]
        if not found_:
            return unread(snapshot, "no code assigns the units of an experiment to variants")
        gaps = {function: _gap(function, snapshot) for function in found_}
        chance = [function for function, gap in gaps.items() if gap.startswith("draws")]
        good = [function for function, gap in gaps.items() if not gap]
        if chance or not good:
            function = (chance or found_)[0]
            reason = f"{function.name} of {function.path} {gaps[function]}"
            return missing(reason, place(function))
        return self._pinned(snapshot, place(good[0]))

    def _pinned(self, snapshot: Snapshot, code: Place) -> Finding:
        named = []
        for path in records(snapshot):
            document = snapshot.pages.yaml(path)
            if document.problem:
                return unseen(f"{path} cannot be read: {document.problem}", Place(path))
            versions = variants(mapping(document.value)).values()
            loose = [v for v in versions if _ALIAS.search(v) or not _VERSION.fullmatch(v)]
            if loose:
                reason = f"{path} has the variant {loose[0]}, which may become another version"
                return missing(reason, Place(path), code)
            named += [Place(path, None, "variants")] if versions else []
        if not named:
            return weak("no record in docs/experiments/ names its variants", code)
        wanted = {
            "the same assignment in another process": _same_again,
            "a promotion refused while an experiment runs": _blocks,
        }
        return proved(snapshot, wanted, "by a hash, of pinned versions", code, named[-1])


def _gap(function: Function, snapshot: Snapshot) -> str:
    """Say why a function may assign otherwise the next time; '' when it does not."""
    helpers = snapshot.flows.reach([function.dotted], whole=False)
    parts = [f for f in helpers if _WHERE.search(f.path) or f is function]
    calls = {call for f in parts for call in f.calls}
    random = sorted(call for call in calls if _RANDOM.search(call))
    if random:
        return f"draws by {random[0]}"
    if "hash" in calls:
        return "draws by the builtin hash, which Python salts anew in each process"
    hashing = [f for f in parts if any(map(HASHES.search, f.carried))]
    if not hashing:
        return "derives the variant from no hash"
    # A helper's hash is made of what it is given.
    words = {word for f in hashing for word in f.hashed | (f.told if f is not function else set())}
    words |= function.told if function not in hashing else set()
    given = {name for f in hashing for name in f.parameters if not _SALT.search(name)}
    if not given & words:
        return "hashes, and not who is assigned"
    return "" if any(map(_SALT.search, words)) else "hashes without a salt of the experiment"


def _same_again(case: Case) -> bool:
    process = r"^(?:subprocess|multiprocess\w*|process(?:poolexecutor)?|popen|spawn|check_output)$"
    many = r"^(?:given|range|parametrize|for_all|sample|uuid4)$"
    # A helper may start the process; the name of the test starts none.
    started = any(re.search(process, word, re.I) for word in case.calls)
    return started and uses(case, r"experiment|assign|variant") and says(case, many)


def _blocks(case: Case) -> bool:
    return says(case, r"promot|deploy|release", r"experiment|pinned|variant|running") and says(
        case, r"^raises$|refus|block|denied|^assertRaises"
    )
