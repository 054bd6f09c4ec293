"""Assemble the module root that is uploaded beside each entry file: `src/*` and `durable_objects`.

Wrangler runs this as its build command, and so does the local edge. Files that did not change keep their
times, so that nothing downstream is built again for nothing. A Worker of the tests adds folders of its own:
`bundle.py --target build/contract --also tests/contract`.
"""

from __future__ import annotations

import argparse
import filecmp
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def sources(also: list[str]) -> dict[Path, Path]:
    """Return each module's place below the root by its source."""
    found = {path: path.relative_to(ROOT / "src") for path in (ROOT / "src").rglob("*.py")}
    for folder in ("durable_objects", *also):
        found |= {path: path.relative_to(ROOT) for path in (ROOT / folder).rglob("*.py")}
    return {path: place for path, place in found.items() if "__pycache__" not in path.parts}


def assemble(target: Path, also: list[str]) -> int:
    """Make `target` hold exactly the modules; return how many there are."""
    target.mkdir(parents=True, exist_ok=True)
    wanted = {target / place: source for source, place in sources(also).items()}
    for old in [path for path in target.rglob("*") if path.is_file() and path not in wanted]:
        old.unlink()
    for place, source in wanted.items():
        if not place.exists() or not filecmp.cmp(source, place, shallow=False):
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
    for folder in sorted((path for path in target.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    return len(wanted)


def main() -> None:
    """Assemble what the arguments ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--target", default="dist/modules", help="the module root to make")
    parser.add_argument("--also", action="append", default=[], help="one more folder to take along")
    arguments = parser.parse_args()
    count = assemble(ROOT / arguments.target, arguments.also)
    sys.stderr.write(f"bundle: {count} modules in {arguments.target}\n")


if __name__ == "__main__":
    main()
