"""Whether an alert would reach somebody: rules that raise one, and a receiver that is no blank."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..evidence.document import mapping, sequence, text
from ..evidence.snapshot import Snapshot
from ..maturity.finding import Place

CONFIGURATIONS = ("monitoring/alertmanager.yml", "monitoring/alertmanager.yaml")
_ENDS = ("_url", "_key", "_file", "_id")
_BLANK = re.compile(r"example\.(com|org|net)|change-?me|placeholder|fill|todo|<[^>]*>|\bxxx+", re.I)


def route(snapshot: Snapshot) -> tuple[Place | None, str]:
    """Return where alerts go, or why nobody would hear of one."""
    rules = snapshot.alerts
    if rules.problem:
        return None, f"{rules.path} cannot be read ({rules.problem})"
    if not rules.value:
        return None, f"{rules.path} has no alert"
    gap = f"there is no {CONFIGURATIONS[0]} that would send an alert to somebody"
    for path in CONFIGURATIONS:
        document = snapshot.pages.yaml(path)
        if document.problem:
            gap = f"{path} cannot be read ({document.problem})"
        elif document.value is not None:
            named = _receivers(mapping(document.value))
            if any(map(_reaches, named)):
                return Place(path, None, "the route of alerts"), ""
            gap = f"the receiver of {path} reaches nobody"
    return None, gap


def _receivers(body: dict[str, object]) -> Iterator[dict[str, object]]:
    """Yield the receivers that the route leads to, that of the top and those of its branches."""
    wanted: set[str] = set()
    waiting: list[object] = [body.get("route")]
    while waiting:
        branch = mapping(waiting.pop())
        wanted.add(text(branch.get("receiver")))
        waiting += sequence(branch.get("routes"))
    for item in sequence(body.get("receivers")):
        if text(mapping(item).get("name")) in wanted - {""}:
            yield mapping(item)


def _reaches(receiver: dict[str, object]) -> bool:
    configured = [one for key, one in receiver.items() if key.endswith("_configs")]
    return any(any(_destinations(one)) for many in configured for one in sequence(many))


def _destinations(config: object) -> Iterator[str]:
    """Yield what leads somewhere: an address, a channel, a key, or the file that holds one."""
    for name, value in mapping(config).items():
        leads = name in ("to", "url", "channel") or name.endswith(_ENDS)
        said = text(value) if isinstance(value, str) else ""
        if leads and said and not _BLANK.search(said):
            yield said
