"""Write the lock files again from `pyproject.toml`: `npm run lock`.

- `pylock.toml`: what a Worker ships, wasm wheels included;
- `requirements.txt`: the same library on CPython, for `pip install -r`;
- `requirements-dev.txt`: what development and the tests need as well.

Lock files name packages, versions and hashes, never a host: each machine asks its own index.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).with_name("uv")


def compile_lock(arguments: list[str], target: Path) -> str:
    """Return what `uv pip compile` makes of pyproject.toml."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / target.name
        command = [
            str(UV),
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--no-header",
            "--output-file",
            str(made),
        ]
        subprocess.run([*command, *arguments], cwd=ROOT, check=True)
        return made.read_text()


def without_hosts(pylock: str) -> str:
    """Return a pylock whose wheels are named by file instead of by address."""
    return re.sub(r'url = "[^"]*/([^"/]+)"', r'name = "\1"', pylock)


def main() -> None:
    """Write all three files."""
    worker = ["pyproject.toml", "--python-version", "3.14", "--no-build"]
    pylock = ROOT / "pylock.toml"
    pylock.write_text(without_hosts(compile_lock(worker, pylock)))
    # With their extras: a pin without them does not hold back a newer release from a requirement with one.
    hashed = ["pyproject.toml", "--python-version", "3.11", "--generate-hashes", "--no-annotate"]
    hashed.append("--no-strip-extras")
    requirements = ROOT / "requirements.txt"
    requirements.write_text(compile_lock(hashed, requirements))
    development = ROOT / "requirements-dev.txt"
    development.write_text(compile_lock([*hashed, "--group", "dev"], development))


if __name__ == "__main__":
    main()
