"""Prints a block-list as `wrangler kv bulk put` takes it: `PYTHONPATH=src python -m link_safety LIST`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from link_safety.block_list import BlockListError
from link_safety.shards import compile_shards


def main(arguments: list[str]) -> int:
    """Print the shards, or what is wrong with the file; return the exit status."""
    if len(arguments) != 1:
        print("usage: python -m link_safety LIST", file=sys.stderr)
        return 2
    try:
        shards = compile_shards(Path(arguments[0]).read_bytes())
    except (OSError, BlockListError) as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr)
        return 1
    print(json.dumps([{"key": key, "value": value} for key, value in shards.items()]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
