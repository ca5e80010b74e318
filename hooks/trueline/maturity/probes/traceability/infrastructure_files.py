"""2.1.2: infrastructure code is tracked, whole, and without state or secrets."""

from __future__ import annotations

import re

from ....evidence.infra import LOCK
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, unseen
from ...probe import Probe

_PRIVATE = (
    (re.compile(r"\.tfstate(\.[\w.-]+)?$"), "Terraform's state"),
    (re.compile(r"(^|/)(kubeconfig|\.kube/config|[\w-]+\.kubeconfig)$"), "a kubeconfig"),
    (re.compile(r"(^|/)\.env(\.(local|prod|production|staging))?$"), "a file of secrets"),
)


class InfrastructureIsVersioned(Probe):
    """Infrastructure code is under version control."""

    statement = "2.1.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Look for what should be tracked and is not, then for what is and should not be."""
        infra = snapshot.infra
        if not infra.code:
            return missing("git tracks no Terraform, no compose file and no Kubernetes manifest")
        for path in infra.untracked:
            return missing(f"{path} is on disk, and git does not track it", Place(path))
        gap = self._calls(snapshot)
        if gap:
            return gap
        for path in infra.empty:
            return missing(f"{path} is empty", Place(path))
        for path, rule in infra.ignored:
            return missing(
                f"{path} is tracked, and {rule} ignores it: the next file beside it is lost",
                Place(path),
                Place(*_split(rule)),
            )
        for path in sorted(snapshot.files):
            for pattern, what in _PRIVATE:
                if pattern.search(path):
                    return missing(
                        f"{path} is tracked: {what} belongs in no repository",
                        Place(path),
                        remedy=f"git rm --cached {path}, ignore it, and change what it gave away",
                    )
        return self._locked(snapshot)

    def _calls(self, snapshot: Snapshot) -> Finding | None:
        """Look for calls of modules that git does not have."""
        infra = snapshot.infra
        for folder in infra.folders:
            for path, block, there in infra.called(folder):
                if there not in infra.folders:
                    return missing(
                        f"{path} calls {there}, of which git tracks no file",
                        Place(path, block.line),
                    )
        return None

    def _locked(self, snapshot: Snapshot) -> Finding:
        infra = snapshot.infra
        for folder in infra.roots:
            lock = f"{folder}/{LOCK}" if folder else LOCK
            if lock not in infra.locks:
                return missing(
                    f"{folder or 'the root'} has no tracked {LOCK}",
                    Place(infra.folders[folder][0][0] if infra.folders[folder] else folder),
                    remedy=f"run `terraform init` in {folder or 'the root'} and commit {LOCK}",
                )
            broken = dict(infra.broken).get(lock)
            if broken:
                return unseen(f"{lock} cannot be read: {broken}", Place(lock))
            if not infra.locks[lock]:
                return missing(f"{lock} locks no provider", Place(lock))
        return found(
            f"{len(infra.code)} files of infrastructure, tracked, without state or secrets",
            *(Place(path) for path in infra.code[:5]),
        )


def _split(rule: str) -> tuple[str, int | None]:
    path, _, line = rule.rpartition(":")
    return path, int(line) if line.isdigit() else None
