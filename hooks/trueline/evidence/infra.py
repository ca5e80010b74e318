"""Infrastructure as code: Terraform, compose files, Kubernetes manifests, and what each defines."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from . import environment, hcl, hollow, manifests
from .document import Document, blank, mapping, sequence, text
from .environment import DIGEST
from .files import WorkTree
from .git import Repository
from .hcl import Block

MOST = 400  # files of one kind
KINDS = ("terraform", "compose", "kubernetes", "dockerfile")
LOCK = ".terraform.lock.hcl"

_FOLDERS = re.compile(
    r"(^|/)(infra|infrastructure|terraform|deploy|deployment|k8s|kubernetes|manifests|kustomize|gitops)/"
)
_ELSEWHERE = re.compile(r"(^|/)(tests?|examples?|fixtures|node_modules|\.terraform|docs)/")
_COMPOSE = re.compile(r"(^|/)(docker-)?compose(\.[\w-]+)*\.ya?ml$")
_DOCKERFILE = re.compile(r"(^|/)(Dockerfile(\.[\w-]+)?|[\w-]+\.Dockerfile)$")
_WORKLOADS = {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "ReplicaSet",
              "Rollout", "InferenceService", "SeldonDeployment", "RayService"}  # fmt: skip
# Resources of these are bookkeeping inside Terraform: nothing runs because of them.
_NOTHING = ("null_resource", "terraform_data", "random_", "local_", "time_", "tls_")


@dataclass(frozen=True)
class Definition:
    """One thing that runs: a resource, a service, a workload, by the name that it has there."""

    name: str
    kind: str
    path: str
    line: int
    image: str = ""  # a foreign image; empty where it is built here or handed over


@dataclass(frozen=True)
class Infrastructure:
    """All infrastructure code that git tracks, and what lies beside it."""

    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # kind -> paths
    folders: Mapping[str, tuple[tuple[str, Block], ...]] = field(default_factory=dict)
    locks: Mapping[str, bool] = field(default_factory=dict)  # lock file -> it holds a provider
    definitions: tuple[Definition, ...] = ()
    images: tuple[tuple[str, str, int], ...] = ()  # (image, path, line) that are not pinned
    unbuilt: tuple[tuple[str, str, int], ...] = ()  # (Dockerfile, path, line) that is not there
    broken: tuple[tuple[str, str], ...] = ()
    tests: tuple[str, ...] = ()  # files of Terraform's own tests that run something
    empty: tuple[str, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()  # (path, the rule that ignores it)
    untracked: tuple[str, ...] = ()  # on disk, of a kind above, unknown to git

    @property
    def code(self) -> tuple[str, ...]:
        """The paths of what defines infrastructure; an image alone runs nowhere."""
        return tuple(
            path for kind in KINDS if kind != "dockerfile" for path in self.files.get(kind, ())
        )

    def called(self, folder: str) -> Iterator[tuple[str, Block, str]]:
        """Yield (path, module block, folder that it calls) of a folder's calls on this disk."""
        for path, block in self.folders.get(folder, ()):
            source = block.text("source")
            if block.type == "module" and source.startswith(("./", "../")):
                yield path, block, posixpath.normpath(posixpath.join(folder, source))

    @property
    def roots(self) -> list[str]:
        """Return the folders that Terraform is run in: those that no other folder calls."""
        called = {there for folder in self.folders for _, _, there in self.called(folder)}
        return sorted(
            folder
            for folder in self.folders
            if folder not in called and "modules" not in folder.split("/")
        )


def concerns(path: str) -> bool:
    """Tell by its path whether a changed file is infrastructure (deleted files have no content)."""
    if path.endswith((".tf", ".tfvars", ".tf.json", LOCK)):
        return True
    return bool(_COMPOSE.search(path) or (_FOLDERS.search(path) and not path.endswith(".md")))


def read(tree: WorkTree, repository: Repository | None = None) -> Infrastructure:
    """Read all of it; files of tests and examples define nothing that runs.

    Without a repository, nothing is known of what git ignores and does not track.
    """
    reader = _Reader(tree)
    paths = sorted(path for path in tree.tracked if not _ELSEWHERE.search(path))
    files = {
        "terraform": [path for path in paths if path.endswith(".tf")],
        "compose": [path for path in paths if _COMPOSE.search(path)],
        "kubernetes": [path for path in paths if reader.manifest(path)],
        "dockerfile": [path for path in paths if _DOCKERFILE.search(path)],
    }
    kept = {kind: tuple(found[:MOST]) for kind, found in files.items() if found}
    for path in kept.get("terraform", ()):
        reader.terraform(path)
    for path in kept.get("compose", ()):
        reader.compose(path, kept.get("dockerfile", ()))
    if "Dockerfile" in tree.tracked:
        reader.dockerfile("Dockerfile")
    reader.kubernetes()
    locks = {path: reader.lock(path) for path in tree.matching(LOCK)[:MOST]}
    beside = [path for path in paths if path.endswith(".tfvars")][:MOST]
    listed = [*(path for found in kept.values() for path in found), *locks, *beside]
    # Without infrastructure there is nothing to ask git about.
    ignored = repository.ignored(listed) if repository and listed else ()
    return Infrastructure(
        kept,
        {folder: tuple(blocks) for folder, blocks in reader.folders.items()},
        locks,
        tuple(reader.definitions()),
        tuple(dict.fromkeys(reader.images)),
        tuple(dict.fromkeys(reader.unbuilt)),
        tuple(reader.broken),
        hollow.tests(tree),
        tuple(path for path in listed if blank(tree.text(path).value)),
        ignored,
        _untracked(repository, kept) if repository else (),
    )


def _untracked(repository: Repository, kept: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return Terraform files on disk, beside tracked infrastructure, that git does not know.

    Overrides are meant to stay on one machine.
    """
    listed = {*kept.get("terraform", ()), *kept.get("kubernetes", ())}
    tops = sorted({path.partition("/")[0] for path in listed if "/" in path})
    found = repository.untracked(tops) if tops else []
    return tuple(
        path
        for path in found
        if path.endswith(".tf") and not path.endswith("override.tf") and not _ELSEWHERE.search(path)
    )


class _Reader:
    """Reads file by file; what cannot be read is kept with its reason."""

    def __init__(self, tree: WorkTree) -> None:
        self._tree = tree
        self._manifests: dict[str, list[dict[str, object]]] = {}
        self._found: list[Definition] = []
        self._charts = {path.rpartition("/")[0] for path in tree.matching("Chart.yaml")}
        self._digests: set[str] = set()  # images that a kustomization pins
        self._read: set[str] = set()
        self.folders: dict[str, list[tuple[str, Block]]] = {}
        self.images: list[tuple[str, str, int]] = []
        self.unbuilt: list[tuple[str, str, int]] = []
        self.broken: list[tuple[str, str]] = []

    def _hcl(self, path: str) -> Block | None:
        return self._known(self._tree.parsed(path, hcl.parse))

    def _known(self, document: Document[Block]) -> Block | None:
        if document.problem:
            self.broken.append((document.path, document.problem))
        return document.value

    def terraform(self, path: str) -> None:
        """Take in one file of a Terraform module."""
        content = self._hcl(path)
        folder = path.rpartition("/")[0]
        self.folders.setdefault(folder, []).extend((path, b) for b in (content or Block()).blocks)

    def lock(self, path: str) -> bool:
        """Tell whether a provider lock holds a provider with its version and hashes."""
        content = self._hcl(path)
        return content is not None and any(
            block.type == "provider" and block.labels and block.text("version")
            and block.attributes.get("hashes", "[ ]") != "[ ]"
            for block in content.blocks
        )  # fmt: skip

    def compose(self, path: str, dockerfiles: tuple[str, ...]) -> None:
        """Take in the services of one compose file and the images that they are built from."""
        document = self._tree.yaml(path)
        if document.problem:
            self.broken.append((path, document.problem))
        for name, service in mapping(mapping(document.value).get("services")).items():
            body = mapping(service)
            image, line = text(body.get("image")), getattr(service, "line", 0)
            build = body.get("build")
            if build is None and not image:
                continue
            if build is not None:
                context = text(build) or text(mapping(build).get("context")) or "."
                named = text(mapping(build).get("dockerfile")) or "Dockerfile"
                built = posixpath.join(path.rpartition("/")[0], context, named)
                built = posixpath.normpath(built)
                if built in dockerfiles:
                    self.dockerfile(built)
                if hollow.build(self._tree, mapping(build), context, built):
                    self.unbuilt.append((built, path, line))
            elif not DIGEST.search(image) and "$" not in image:
                self.images.append((image, path, line))
            self._found.append(
                Definition(name, "compose", path, line, "" if build is not None else image)
            )

    def dockerfile(self, path: str) -> None:
        """Note the images that a Dockerfile starts from and does not pin."""
        if path in self._read:
            return
        self._read.add(path)
        found = self._tree.parsed(path, environment.dockerfile).value
        loose = [image for image in found.images if not image.pinned] if found else []
        self.images += [(image.name, path, image.line) for image in loose]

    def manifest(self, path: str) -> bool:
        """Tell whether a file is a Kubernetes manifest, and keep what it says; Helm's templates
        are none before they are rendered.
        """
        if not path.endswith((".yaml", ".yml")) or not _FOLDERS.search(path):
            return False
        if _COMPOSE.search(path) or len(self._manifests) >= MOST:
            return False
        if any(path.startswith(f"{chart}/templates/") for chart in self._charts if chart):
            return False
        source = self._tree.text(path)
        if source.value is None or not re.search(r"^apiVersion:", source.value, re.MULTILINE):
            return False
        document = self._tree.convert(source, manifests.documents)
        if document.problem:
            self.broken.append((path, document.problem))
        self._manifests[path] = document.value or []
        return True

    def kubernetes(self) -> None:
        """Take in the workloads of the manifests, and the digests that kustomizations set."""
        listed = [(path, body) for path, found in self._manifests.items() for body in found]
        for _, body in listed:
            if text(body.get("kind")) == "Kustomization":
                for item in map(mapping, sequence(body.get("images"))):
                    if DIGEST.search(f"@{text(item.get('digest'))}"):
                        self._digests |= {text(item.get("name")), text(item.get("newName"))}
        for path, body in listed:
            if text(body.get("kind")) in _WORKLOADS:
                name = text(mapping(body.get("metadata")).get("name"))
                images = list(manifests.images(body))
                loose = [i for i in images if not DIGEST.search(i) and not self._set(i)]
                self.images += [(image, path, getattr(body, "line", 0)) for image in loose]
                line = getattr(body, "line", 0)
                self._found.append(Definition(name, "kubernetes", path, line, (images or [""])[0]))

    def _set(self, image: str) -> bool:
        return re.sub(r":[^/:]*$", "", image) in self._digests

    def definitions(self) -> Iterator[Definition]:
        """Yield what runs; a module of Terraform that nobody calls defines nothing."""
        yield from self._found
        known = Infrastructure(folders={key: tuple(value) for key, value in self.folders.items()})
        reached: set[str] = set()
        waiting = known.roots
        while waiting:
            folder = waiting.pop()
            if folder not in reached:
                reached.add(folder)
                waiting += [there for _, _, there in known.called(folder)]
        for folder in sorted(reached):
            for path, block in known.folders.get(folder, ()):
                if block.attributes.get("count") == "0":
                    continue
                if block.type == "resource" and len(block.labels) == 2:
                    if not block.labels[0].startswith(_NOTHING):
                        yield Definition(block.labels[1], "terraform", path, block.line)
                elif block.type == "module" and block.labels and block.text("source"):
                    yield Definition(block.labels[0], "terraform", path, block.line)
