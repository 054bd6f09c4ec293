"""Programs that run at the same time."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.harness.local_edge import NODE

ROOT = Path(__file__).resolve().parents[3]


def side_by_side(*scripts: tuple[str, ...]) -> tuple[int, list[str]]:
    """Return the status and the lines of scripts for Node, each with its arguments."""
    parts: list[dict[str, Any]] = [
        {"name": name, "program": str(NODE), "args": ["--eval", *script]}
        for name, script in zip(("a", "long"), scripts, strict=False)
    ]
    module = "import { sideBySide } from './tools/commands/side-by-side.mjs'"
    program = f"{module}; process.exitCode = await sideBySide({json.dumps(parts)})"
    done = subprocess.run(
        [str(NODE), "--input-type=module", "--eval", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_each_waits_for_the_other_so_both_run_at_once(tmp_path: Path) -> None:
    mine, yours = str(tmp_path / "mine"), str(tmp_path / "yours")
    meet = (
        "const fs = require('fs'); const [mine, yours] = process.argv.slice(1); fs.writeFileSync(mine, '');"
        "const look = () => fs.existsSync(yours) ? console.log('met') : setTimeout(look, 10); look()"
    )
    status, lines = side_by_side((meet, mine, yours), (meet, yours, mine))
    assert (status, sorted(lines)) == (0, ["a    | met", "long | met"])


def test_a_failure_counts_and_everything_that_was_said_is_shown() -> None:
    status, lines = side_by_side(
        ("console.error('no'); process.stdout.write('no end of line'); process.exitCode = 3",),
        ("setTimeout(() => console.log('said later'), 200)",),
    )
    assert status == 3
    assert sorted(lines) == ["a    | no", "a    | no end of line", "long | said later"]


def test_a_program_that_a_signal_ended_has_failed() -> None:
    assert side_by_side(("process.kill(process.pid, 'SIGKILL')",)) == (1, [])
