"""Makes the folder that pywrangler deploys from: copies of exactly what the Workers are built of.

Pywrangler refuses to run beside a requirements.txt, and unless two files hold its version it installs the
packages of `python_modules` again, with an interpreter it downloads. Here they are installed already, checked
against the lock, so the folder says so. Everything is copied, because wrangler skips symlinked folders.
"""

from __future__ import annotations

import shutil
from importlib.metadata import version
from typing import TYPE_CHECKING

from tools.errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ("workers", "src", "durable_objects", "python_modules")
FILES = ("pyproject.toml", "pylock.toml", "tools/bundle.py")
SYNC_STAMPS = ("python_modules/.synced", ".venv-workers/.synced")


def stage(root: Path) -> Path:
    """Make the folder anew and return it."""
    tree = root / "dist" / "staged"
    shutil.rmtree(tree, ignore_errors=True)
    for folder in FOLDERS:
        if not (root / folder).is_dir():
            raise ToolError(f"{folder}/ is missing; run npm run setup first")
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(root / folder, tree / folder, ignore=ignored)
    for name in (*FILES, *(file.name for file in root.glob("wrangler*.toml"))):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, tree / name)
    # Last, because they count only while they are newer than pyproject.toml and pylock.toml.
    for name in SYNC_STAMPS:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(version("workers-py"), encoding="utf-8")
    return tree
