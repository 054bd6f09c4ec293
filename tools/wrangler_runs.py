"""How the tools run wrangler and pywrangler: always the versions of the locks, with the pinned Node."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Sequence


# Wrangler paints its errors whatever the environment says.
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Outcome:
    """How a program ended and what it printed."""

    status: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """All it printed."""
        return self.stdout + self.stderr

    def refused_with(self, code: int) -> bool:
        """Return whether Cloudflare's API refused with this error code."""
        return self.status != 0 and f"[code: {code}]" in self.output

    @property
    def reason(self) -> str:
        """Why it failed, on one line: Cloudflare's own errors where it answered, else wrangler's."""
        lines = [line.strip() for line in self.output.splitlines()]
        coded = [line for line in lines if re.search(r"\[code: \d+\]", line)]
        marked = [line.partition("[ERROR]")[2].strip() for line in lines if "[ERROR]" in line]
        return "; ".join(dict.fromkeys(coded or marked)) or f"it ended with status {self.status}"


def environment(root: Path) -> dict[str, str]:
    """Return the environment in which `python3`, `node` and `npx wrangler` are the pinned ones."""
    first = [str(Path(sys.executable).parent), str(root / "node_modules" / ".bin")]
    return {
        # Wrangler's logs beside the user's settings help nobody who did not ask for them.
        "WRANGLER_WRITE_LOGS": "false",
        **os.environ,
        "PATH": os.pathsep.join([*first, os.environ.get("PATH", "")]),
        "WRANGLER_SEND_METRICS": "false",
        # The banner asks the registry whether there is a newer wrangler.
        "WRANGLER_HIDE_BANNER": "true",
        # Where npx finds no wrangler above its folder it installs the newest one: let it fail instead.
        "npm_config_offline": "true",
        "npm_config_update_notifier": "false",
    }


def wrangler(root: Path, arguments: Sequence[str]) -> Outcome:
    """Run wrangler in the project and return what it said; it never asks anything."""
    node = root / "node_modules" / ".bin" / ("node.cmd" if os.name == "nt" else "node")
    return _captured([str(node), str(_wrangler_program(root)), *arguments], root, root)


def pywrangler(root: Path, folder: Path, arguments: Sequence[str]) -> Outcome:
    """Run pywrangler in a folder below the project and return what it said; it never asks anything."""
    return _captured(_pywrangler_command(root, arguments), root, folder)


def pywrangler_on_terminal(root: Path, folder: Path, arguments: Sequence[str]) -> int:
    """Run pywrangler where the user sees it and can answer it; return its status."""
    command = _pywrangler_command(root, arguments)
    return subprocess.run(command, cwd=folder, env=environment(root), check=False).returncode


def _pywrangler_command(root: Path, arguments: Sequence[str]) -> list[str]:
    _wrangler_program(root)
    # -P: the folder it runs in holds packages of ours, which must not shadow its own.
    return [sys.executable, "-P", "-m", "pywrangler", *arguments]


def _wrangler_program(root: Path) -> Path:
    program = root / "node_modules" / "wrangler" / "bin" / "wrangler.js"
    if not program.exists():
        raise ToolError("wrangler is not installed; run npm run setup first")
    return program


def _captured(command: list[str], root: Path, folder: Path) -> Outcome:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(root),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return Outcome(done.returncode, *(ESCAPES.sub("", text) for text in (done.stdout, done.stderr)))
