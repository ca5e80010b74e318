"""What is known of the versions of a model: manifests that runs left in models/, of any state."""

from __future__ import annotations

from dataclasses import dataclass

from . import jsontext
from .document import Malformed, mapping, text
from .files import WorkTree

MOST = 200


@dataclass(frozen=True)
class Manifest:
    """What models/<version>/manifest.json says of a version."""

    path: str
    version: str
    fields: dict[str, object]

    @property
    def commit(self) -> str:
        """The commit of the code that trained it."""
        return text(self.fields.get("git_commit")) or text(self.fields.get("git_sha"))


def read(tree: WorkTree) -> tuple[Manifest, ...]:
    """Read the manifests, the highest version first; git does not track models."""
    folder = tree.root / "models"
    if folder.is_symlink() or not folder.is_dir():
        return ()
    try:
        names = [path.name for path in folder.iterdir() if path.name.isdigit()]
    except OSError:
        return ()
    found: list[Manifest] = []
    for name in sorted(names, key=lambda name: (len(name.lstrip("0")), name), reverse=True)[:MOST]:
        path = f"models/{name}/manifest.json"
        document = tree.loose(path)
        if document.value is None:
            continue
        try:
            fields = mapping(jsontext.load(document.value))
        except Malformed as error:
            tree.broken(path, str(error))
            continue
        found.append(Manifest(path, text(fields.get("version")) or name, fields))
    return tuple(found)
