"""Load a block-list of domains: `python tools/blocklist.py FILE [--local | --env NAME]`.

--local, the default, leaves it where `npm run dev` finds it: a running one has it within a second, the next
start does otherwise. --env puts it into the KV namespace of a deployed environment. See docs/link-safety.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from link_safety.block_list import BlockListError  # noqa: E402 - the roots must be on the path first
from link_safety.shards import compile_shards  # noqa: E402 - see above
from tools.errors import ToolError  # noqa: E402 - see above
from tools.wrangler_configs import (  # noqa: E402 - see above
    PLACEHOLDER_ID,
    environments,
    namespace_uses,
    read_configs,
)
from tools.wrangler_runs import wrangler  # noqa: E402 - see above

LOCAL_FILE = Path(".local") / "block-list.json"
BINDING = "METADATA"
WORKER = "moderator"
"""Who reads the list: its wrangler file names the namespace."""


def main() -> int:
    """Do what the arguments ask for; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, help="one domain a line")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--local", action="store_true", help="for npm run dev; the default")
    where.add_argument("--env", metavar="NAME", help="staging or production")
    arguments = parser.parse_args()
    try:
        pairs = read_list(arguments.file)
        print(load_remote(ROOT, pairs, arguments.env) if arguments.env else load_local(ROOT, pairs))
    except ToolError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def read_list(file: Path) -> str:
    """Return what `wrangler kv bulk put` takes; raise ToolError for a list with a bad line, or none."""
    try:
        shards = compile_shards(file.read_bytes())
    except (OSError, BlockListError) as error:
        raise ToolError(f"{file}: {error}") from error
    return json.dumps([{"key": key, "value": value} for key, value in shards.items()])


def load_local(root: Path, pairs: str) -> str:
    """Leave the list for the dev command; return what to say."""
    target = root / LOCAL_FILE
    target.parent.mkdir(exist_ok=True)
    beside = target.with_name(f"{target.name}.{os.getpid()}")
    beside.write_text(pairs)
    beside.replace(target)
    return f"{LOCAL_FILE}: a running `npm run dev` loads it within a second, else the next one does"


def load_remote(root: Path, pairs: str, environment: str) -> str:
    """Put the list into an environment's namespace; return what to say."""
    configs = read_configs(root)
    if environment not in environments(configs):
        raise ToolError(f"there is no environment {environment}")
    uses = [use for use in namespace_uses(configs) if use.environment == environment]
    (use,) = [one for one in uses if (one.config.worker, one.binding) == (WORKER, BINDING)]
    if PLACEHOLDER_ID.fullmatch(use.id):
        raise ToolError(f"{use.title} has no id yet; run npm run cf:kv:create first")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "block-list.json"
        file.write_text(pairs)
        outcome = wrangler(
            root,
            [
                "kv",
                "bulk",
                "put",
                str(file),
                "--namespace-id",
                use.id,
                "--remote",
                "--config",
                use.config.file.name,
            ],
        )
    if outcome.status != 0:
        raise ToolError(f"the list was not loaded into {use.title}: {outcome.reason}")
    return f"loaded into {use.title}; it spreads within a minute"


if __name__ == "__main__":
    sys.exit(main())
