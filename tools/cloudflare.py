"""Create what the Workers need at Cloudflare: R2 buckets, KV namespaces and queues of all environments.

    python tools/cloudflare.py all|buckets|kv|queues

The wrangler files name them. What exists already stays as it is, so this may run as often as you like, also
after a run that stopped half-way. The ids of KV namespaces are written back into the wrangler files.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.errors import ToolError  # noqa: E402 - the root must be on the path first
from tools.wrangler_configs import (  # noqa: E402 - see above
    NamespaceUse,
    bucket_names,
    namespace_uses,
    queue_names,
    read_configs,
    with_namespace_id,
)
from tools.wrangler_runs import wrangler  # noqa: E402 - see above

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Cloudflare's answers when the name is taken. Asking first would not do: wrangler lists only some buckets and
# queues, and only as text.
BUCKET_EXISTS = 10004
QUEUE_EXISTS = 11009


def say(line: str) -> None:
    """Print a line at once, so that it stands before what fails after it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def create_named(
    root: Path, kind: str, command: Sequence[str], names: Iterable[str], exists_code: int
) -> None:
    """Create what does not exist yet; the name alone identifies it."""
    for name in names:
        outcome = wrangler(root, [*command, name])
        if outcome.status == 0:
            say(f"{kind} {name}: created")
        elif outcome.refused_with(exists_code):
            say(f"{kind} {name}: exists")
        else:
            raise ToolError(f"the {kind} {name} could not be created: {outcome.reason}")


def existing_namespaces(root: Path) -> dict[str, str]:
    """Return the ids of the account's KV namespaces by title."""
    outcome = wrangler(root, ["kv", "namespace", "list"])
    if outcome.status != 0:
        raise ToolError(f"the KV namespaces could not be listed: {outcome.reason}")
    return {namespace["title"]: namespace["id"] for namespace in json.loads(outcome.stdout)}


def create_namespaces(root: Path) -> None:
    """Create the namespaces that do not exist yet and write the id of each into the wrangler files."""
    uses = namespace_uses(read_configs(root))
    titles = tuple(dict.fromkeys(use.title for use in uses))
    ids = existing_namespaces(root) if titles else {}
    missing = [title for title in titles if title not in ids]
    for title in missing:
        outcome = wrangler(root, ["kv", "namespace", "create", title])
        if outcome.status != 0:
            raise ToolError(f"the KV namespace {title} could not be created: {outcome.reason}")
    if missing:
        ids = existing_namespaces(root)
    for title in titles:
        if title not in ids:
            raise ToolError(
                f"Cloudflare created the KV namespace {title} but does not list it yet; try again"
            )
        say(f"KV namespace {title}: {'created' if title in missing else 'exists'}, id {ids[title]}")
    for use in uses:
        write_id(use, ids[use.title])


def write_id(use: NamespaceUse, new_id: str) -> None:
    """Make the wrangler file name this id, unless it does."""
    if use.id != new_id:
        file = use.config.file
        # As bytes, so that the ends of its lines stay as they are.
        file.write_bytes(with_namespace_id(file.read_bytes().decode(), use, new_id).encode())
        say(f"{file.name}: {use.binding} in {use.environment} is now {new_id}")


def create_buckets(root: Path) -> None:
    """Create the R2 buckets that do not exist yet."""
    names = bucket_names(read_configs(root))
    create_named(root, "bucket", ["r2", "bucket", "create"], names, BUCKET_EXISTS)


def create_queues(root: Path) -> None:
    """Create the queues and dead-letter queues that do not exist yet."""
    create_named(root, "queue", ["queues", "create"], queue_names(read_configs(root)), QUEUE_EXISTS)


TASKS = {"buckets": create_buckets, "kv": create_namespaces, "queues": create_queues}


def main() -> int:
    """Do what the argument asks for; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["all", *TASKS])
    what = parser.parse_args().what
    try:
        for name, create in TASKS.items():
            if what in ("all", name):
                create(ROOT)
    except ToolError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
