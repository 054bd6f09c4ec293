"""Judges what wrangler would upload for a Worker: which modules, and how large."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

KIB = 1024
MIB = 1024 * KIB

# The most a Worker may weigh compressed. Cloudflare takes 10 MiB; a start within a second takes far less.
GZIP_BUDGETS_MIB = {
    "edge": 2.2,
    "objects": 1.0,
    "moderator": 4.0,
    "api": 8.0,
}

VENDORED = "python_modules"
FOREIGN_FOLDERS = ("tests", "node_modules", "site-packages", "venv", ".venv", ".venv-workers")
# Wrangler's own note in the folder; it is not uploaded.
NOTE = "README.md"
NAMED_MODULES = 5


@dataclass(frozen=True)
class Bundle:
    """What one Worker uploads."""

    worker: str
    modules: tuple[str, ...]
    total_bytes: int
    gzip_bytes: int

    @property
    def budget_mib(self) -> float | None:
        """The most it may weigh compressed."""
        return GZIP_BUDGETS_MIB.get(self.worker)


def measure(worker: str, folder: Path) -> Bundle:
    """Return the bundle that wrangler wrote to a folder; compressed as one stream, as wrangler counts it."""
    files = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    files.pop(NOTE, None)
    modules = tuple(sorted(files))
    content = b"".join(files[name].read_bytes() for name in modules)
    return Bundle(worker, modules, len(content), len(gzip.compress(content, mtime=0)))


def own_modules(root: Path, entry: Path) -> frozenset[str]:
    """Return the modules of ours that a Worker must have; found without the build command that it checks."""
    below_src = (file.relative_to(root / "src") for file in (root / "src").rglob("*.py"))
    objects = (file.relative_to(root) for file in (root / "durable_objects").rglob("*.py"))
    return frozenset({entry.name} | {place.as_posix() for place in (*below_src, *objects)})


def objections(bundle: Bundle, root: Path, entry: Path) -> list[str]:
    """Return why a bundle must not be deployed, a sentence each."""
    own = own_modules(root, entry)
    foreign = [name for name in bundle.modules if not _is_intended(name, own, root)]
    missing = sorted(own.difference(bundle.modules))
    found = []
    if foreign:
        found.append(
            f"{bundle.worker}: {_some(foreign)} must not be deployed: only src/, durable_objects/, "
            f"{entry.as_posix()} and python_modules/ are, and no folder called {', '.join(FOREIGN_FOLDERS)}"
        )
    if missing:
        found.append(f"{bundle.worker}: {_some(missing)} is missing from the bundle")
    if bundle.budget_mib is None:
        found.append(f"{bundle.worker}: this Worker has no size budget in tools/bundles.py")
    elif bundle.gzip_bytes > bundle.budget_mib * MIB:
        found.append(
            f"{bundle.worker}: {bundle.gzip_bytes / MIB:.2f} MiB compressed is over "
            f"its budget of {bundle.budget_mib:.2f} MiB"
        )
    return found


def _is_intended(name: str, own: frozenset[str], root: Path) -> bool:
    folder, _, place = name.partition("/")
    if not set(FOREIGN_FOLDERS).isdisjoint(PurePosixPath(name).parts[:-1]):
        return False
    return name in own or (folder == VENDORED and (root / VENDORED / place).is_file())


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMED_MODULES
    return ", ".join(names[:NAMED_MODULES]) + (f" and {more} more" if more > 0 else "")


def table(bundles: Iterable[Bundle]) -> str:
    """Return the bundles as lines of text."""
    rows: list[tuple[str, ...]] = [("worker", "modules", "total", "gzip", "budget")]
    for bundle in bundles:
        budget = "none" if bundle.budget_mib is None else f"{bundle.budget_mib:.2f} MiB"
        sizes = (f"{size / MIB:.2f} MiB" for size in (bundle.total_bytes, bundle.gzip_bytes))
        rows.append((bundle.worker, str(len(bundle.modules)), *sizes, budget))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows
    )
