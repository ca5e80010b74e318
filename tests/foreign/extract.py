"""Facts about a foreign repository: its structure, never its prose or its code.

`python -m tests.foreign.extract GIT_DIR OWNER/NAME` writes `tests/foreign/facts/<owner>+<name>.yaml`.
Nothing of the repository is imported or run: its files are read from git objects and parsed.
"""

import subprocess
import sys
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from tests.foreign import readers

Tree = dict[str, tuple[str, int | None]]
FACTS = Path(__file__).parent / "facts"
MOST_FILES, MOST_PYTHON, MOST_TAGS = 400, 150, 30
MOST_BYTES = 150_000  # of one facts file
# Larger files are data; a notebook's size is mostly its outputs.
READ_UP_TO = {"data": 40_000, "notebook": 8_000_000, "lock": 3_000_000}
# Read first, and the last to be left out: they decide most of what a checker looks at.
FIRST = (".github/", ".gitlab", ".pipelines/", ".circleci/", ".dvc/")


def git(git_dir: Path, *args: str, given: bytes = b"") -> bytes:
    command = ["git", "-C", str(git_dir), *args]
    return subprocess.run(command, input=given, check=True, capture_output=True).stdout


def tree(git_dir: Path) -> Tree:
    """Every regular file of HEAD: its object and its size (links and submodules are left out)."""
    found: Tree = {}
    for entry in git(git_dir, "ls-tree", "-r", "-l", "-z", "HEAD").split(b"\0"):
        head, _, raw = entry.partition(b"\t")
        if head.startswith(b"100"):
            _, _, name, size = head.decode().split()
            # A stored snapshot may lack its largest files: git then says BAD for the size.
            found[raw.decode("utf-8", "replace")] = (name, int(size) if size.isdigit() else None)
    return found


def blobs(git_dir: Path, names: list[str]) -> dict[str, str]:
    """Their texts in one process."""
    out = git(git_dir, "cat-file", "--batch", given="\n".join(names).encode())
    texts, at = {}, 0
    for _ in names:
        end = out.index(b"\n", at)
        head = out[at:end].decode().split()
        size = int(head[2])
        texts[head[0]] = out[end + 1 : end + 1 + size].decode("utf-8", "replace")
        at = end + 2 + size
    return texts


def rank(path: str) -> tuple[int, int, str]:
    """CI and manifests first, then tests, code and documents, then all else."""
    pure, kind = PurePosixPath(path), readers.kind(path)
    if path.startswith(FIRST) or (len(pure.parts) == 1 and kind):
        return 0, len(pure.parts), path
    if kind in ("lines", "make", "docker", "terraform", "ini", "lock", "licence"):
        return 1, len(pure.parts), path
    order = {"python": 3, "markdown": 4, "notebook": 5, "data": 6, "shell": 6}
    return 2 if "test" in path and kind else order.get(kind, 9), len(pure.parts), path


def history(git_dir: Path) -> dict[str, Any]:
    """Numbers about the history; no names, no addresses, no messages."""
    log = git(git_dir, "log", "--format=%cI%x09%ae").decode("utf-8", "replace").splitlines()
    subjects = git(git_dir, "log", "-30", "--first-parent", "--format=%s").decode(errors="replace")
    requests = [s for s in subjects.splitlines() if readers.PULL_REQUEST.search(s)]
    dates, authors = zip(*(line.split("\t", 1) for line in log), strict=True)
    return {
        "count": len(log),
        "first": dates[-1],
        "last": dates[0],
        "authors": len(set(authors)),
        "pull_requests_in_last_30": len(requests),
    }


def file_list(files: Tree) -> dict[str, Any]:
    chosen = sorted(files, key=rank)[:MOST_FILES]
    rest: Counter[str] = Counter()
    for path in files.keys() - set(chosen):
        pure = PurePosixPath(path)
        # Two levels are enough to see what the folder is for.
        folder = "/".join(pure.parent.parts[:2])
        rest[f"{folder}/*{pure.suffix}"] += 1
    return {"listed": {p: files[p][1] for p in sorted(chosen)}, "rest": dict(sorted(rest.items()))}


def contents(git_dir: Path, files: Tree, listed: list[str]) -> dict[str, dict[str, Any]]:
    """What is inside the files whose kind is known, by kind and path."""
    wanted, python = [], 0
    for path in sorted(listed, key=rank):
        kind, size = readers.kind(path), files[path][1]
        if not kind or not size or size > READ_UP_TO.get(kind, 400_000):
            continue
        python += kind == "python"
        if kind != "python" or python <= MOST_PYTHON:
            wanted.append(path)
    texts = blobs(git_dir, [files[path][0] for path in wanted])
    found: dict[str, dict[str, Any]] = {}
    for path in wanted:
        text = texts.get(files[path][0])
        if text is not None:
            found.setdefault(readers.kind(path), {})[path] = readers.read(path, text)
    return found


def extract(git_dir: Path, name: str) -> dict[str, Any]:
    """All facts about HEAD of the repository; `name` is owner/name."""
    files = tree(git_dir)
    listing = file_list(files)
    commit = git(git_dir, "rev-parse", "HEAD").decode().strip()
    commits = history(git_dir)
    tags = git(git_dir, "tag", "--merged", "HEAD", "--sort=-creatordate").decode().split()
    inside = contents(git_dir, files, list(listing["listed"]))
    return {
        "source": f"https://github.com/{name} at {commit}",
        "commit": commit,
        "date": commits["last"],
        "licence": next(iter(inside.get("licence", {}).values()), "none found"),
        "default_branch": git(git_dir, "symbolic-ref", "--short", "HEAD").decode().strip(),
        "commits": commits,
        "tags": tags[:MOST_TAGS],
        "tags_in_all": len(tags),
        "files": listing,
        "contents": inside,
    }


def dump(facts: dict[str, Any]) -> str:
    text: str = yaml.safe_dump(facts, sort_keys=False, allow_unicode=True, width=1000)
    return text


def shorten(facts: dict[str, Any]) -> list[str]:
    """Leave the least telling contents out until the facts fit; returns what was left out."""
    inside, left_out = facts["contents"], []
    # Settings files below the root, then long documents, then code that is no test.
    order = [p for k in ("data", "markdown", "python") for p in sorted(inside.get(k, {}), key=rank)]
    droppable = [p for p in order if rank(p)[0] > 1 and "test" not in p]
    kinds = ("data", "markdown", "python")
    droppable.sort(key=lambda p: (kinds.index(readers.kind(p)), [-n for n in rank(p)[:2]]))
    size = len(dump(facts).encode())
    for path in droppable:
        if size <= MOST_BYTES:
            break
        lost = dump({path: inside[readers.kind(path)].pop(path)})
        size -= len(lost.encode()) + 4 * lost.count("\n")  # it stands two levels deeper in the file
        left_out.append(path)
    return left_out


def main(args: list[str]) -> int:
    if len(args) != 2 or "/" not in args[1]:
        print("usage: python -m tests.foreign.extract GIT_DIR OWNER/NAME", file=sys.stderr)
        return 2
    facts = extract(Path(args[0]), args[1])
    facts["contents_left_out"] = shorten(facts)
    FACTS.mkdir(exist_ok=True)
    target = FACTS / f"{args[1].replace('/', '+')}.yaml"
    target.write_text(dump(facts), encoding="utf-8")
    left_out = len(facts["contents_left_out"])
    print(f"{target.name}: {target.stat().st_size} bytes, {left_out} files' contents left out")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
