"""2.1.6: two environments from the same modules, and the same image in both."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from ....evidence.document import sequence, text
from ....evidence.environments import Stack
from ....evidence.snapshot import Snapshot
from ...deployments import PRODUCTION, Deployment, newest
from ...finding import Finding, Place, found, missing, unseen, weak
from ...probe import Probe
from ...proof import foreign

_HASH = re.compile(r"(sha256:)?[0-9a-f]{64}")


class EnvironmentsAreCopies(Probe):
    """There are at least two environments, exact copies of each other."""

    statement = "2.1.6"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Compare modules and values pair by pair, then what was deployed last."""
        stacks = snapshot.environments.stacks
        for stack in stacks:
            if stack.problem:
                return unseen(
                    f"{stack.problem.partition(':')[0]} cannot be read", Place(stack.path)
                )
        if len(stacks) < 2:
            return missing(f"{len(stacks)} environment below infra/environments, two are the least")
        differences = snapshot.environments.differences
        if differences.problem:
            return unseen(f"{differences.path} cannot be read: {differences.problem}")
        first = next((stack for stack in stacks if stack.name in PRODUCTION), stacks[0])
        for other in stacks:
            gap = None if other is first else self._gap(first, other, differences.value or ())
            if gap:
                return missing(gap, Place(first.path), Place(other.path))
        return self._promoted(snapshot, [Place(stack.path) for stack in stacks], first.name)

    def _gap(self, one: Stack, other: Stack, listed: tuple[str, ...]) -> str | None:
        if not one.calls and not one.blocks and not one.values:
            return f"{one.path} defines nothing"
        if set(one.calls) != set(other.calls):
            name = min(set(one.calls) ^ set(other.calls))
            return f"{one.path} and {other.path} do not both call module {name}"
        if one.blocks != other.blocks:
            kind = " ".join(min(one.blocks ^ other.blocks))
            return f"{one.path} and {other.path} do not both have {kind}"
        for name, arguments in one.calls.items():
            for key in ("source", "version"):
                if arguments.get(key) != other.calls[name].get(key):
                    return f"module {name} has another {key} in {one.path} than in {other.path}"
        pairs = [(one.values, other.values)]
        pairs += [(arguments, other.calls[name]) for name, arguments in one.calls.items()]
        for values, others in pairs:
            if set(values) != set(others):
                key = min(set(values) ^ set(others))
                return f"{one.path} and {other.path} do not both set {key}"
            for key, value in values.items():
                if value != others[key] and not self._may_differ(key, listed):
                    return (
                        f"{key} differs between {one.path} and {other.path}, and may not: "
                        "only what ALLOWED_DIFF lists of name, size, replicas, domain, secrets_ref"
                    )
        return None

    def _may_differ(self, key: str, listed: tuple[str, ...]) -> bool:
        """Tell whether a key is listed, and of a kind that may be: no list makes two out of one."""
        allowed = {text(word) for word in sequence(self.entry.limits["may_differ"])}
        return key in listed and (key in allowed or bool(set(key.split("_")) & allowed))

    def _promoted(self, snapshot: Snapshot, places: list[Place], production: str) -> Finding:
        last = {
            stack.name: newest(snapshot, "model_deployed", _is(stack.name))
            for stack in snapshot.environments.stacks
        }
        places += [place for deployed in last.values() for place in deployed.places]
        for name, deployed in last.items():
            if deployed.event is None:
                return weak(f"{name}: {deployed.gap}", *places)
            reason = foreign(deployed.field("git_sha"), snapshot)
            if reason:
                return weak(f"the newest deployment to {name} {reason}", *places)
        ours = last[production]
        for name, deployed in last.items():
            for key in ("image_digest", "infra_hash"):
                if not _HASH.fullmatch(deployed.field(key)):
                    return weak(f"the newest deployment to {name} does not say its {key}", *places)
                if deployed.field(key) != ours.field(key):
                    return weak(
                        f"{name} and {production} run another {key}: rebuilt, not promoted", *places
                    )
            days = self.entry.number("days")
            if _apart(deployed, ours) > timedelta(days=days):
                return weak(
                    f"{name} and {production} were deployed more than {days:.0f} days apart",
                    *places,
                )
        return found(f"{len(last)} environments of the same code run the same image", *places)


def _is(name: str) -> Callable[[str], bool]:
    return lambda env: env == name.lower()


def _apart(one: Deployment, other: Deployment) -> timedelta:
    times = [d.event.at for d in (one, other) if d.event and d.event.at]
    return max(times) - min(times)
