"""Install what the Workers ship into `python_modules/`: wheels for their Python, checked against the lock."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "pylock.toml"
TARGET = ROOT / "python_modules"
STAMP = TARGET / ".lock-sha256"
WORKER_PYTHON = [
    "--platform",
    "pyemscripten_2026_0_wasm32",
    "--python-version",
    "3.14",
    "--implementation",
    "cp",
    "--abi",
    "cp314",
    "--abi",
    "none",
]


def requirements(lock: str) -> str:
    """Return the lock as pip requirements with hashes."""
    lines = []
    for package in tomllib.loads(lock)["packages"]:
        hashes = " ".join(f"--hash=sha256:{wheel['hashes']['sha256']}" for wheel in package["wheels"])
        lines.append(f"{package['name']}=={package['version']} {hashes}")
    return "\n".join(lines) + "\n"


def install(lock: str, target: Path) -> None:
    """Fill an empty `target`."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(requirements(lock))
        file.flush()
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        strict = ["--require-hashes", "--no-deps", "--no-compile", "--only-binary=:all:"]
        where = ["--target", str(target), "--requirement", file.name]
        subprocess.run([*command, *strict, *WORKER_PYTHON, *where], check=True)


def main() -> None:
    """Install unless the same lock is installed already."""
    lock = LOCK.read_text()
    digest = hashlib.sha256(lock.encode()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == digest:
        return
    shutil.rmtree(TARGET, ignore_errors=True)
    install(lock, TARGET)
    STAMP.write_text(digest)


if __name__ == "__main__":
    main()
