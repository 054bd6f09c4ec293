"""When the dev command runs a cron, in the words of `local/crons.mjs`."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.harness.local_edge import NODE, ROOT

SUNDAY = "2026-11-29T00:05:30Z"


def due(*asked: tuple[str, str]) -> list[bool | str]:
    """Ask for many at once: starting Node takes longer than answering."""
    script = """
      import { isDue } from "./local/crons.mjs";
      const answer = ([cron, at]) => {
        try { return isDue(cron, new Date(at)); } catch (error) { return error.message; }
      };
      console.log(JSON.stringify(JSON.parse(process.argv[1]).map(answer)));
    """
    command = [str(NODE), "--input-type=module", "-e", script, json.dumps(asked)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


def test_a_cron_is_due_in_its_minutes_and_in_no_other() -> None:
    minutes = [("*/5 * * * *", f"2026-11-30T10:{minute:02}:59Z") for minute in range(60)]
    assert [minute for minute, is_due in enumerate(due(*minutes)) if is_due] == list(range(0, 60, 5))


def test_every_field_counts() -> None:
    asked = {
        "* * * * *": True,
        "5 0 29 11 0": True,
        "5 0 29 11 7": True,
        "5 0 * * 1-5": False,
        "0-10 0,12 * * *": True,
        "6 * * * *": False,
        "5 1 * * *": False,
        "5 0 28 * *": False,
        "5 0 * 10 *": False,
        "5 0 28 * 0": True,
        "5 0 28 * 1": False,
        "1-9/2 * * * *": True,
        "2/3 * * * *": True,
        "2-4/3 * * * *": False,
    }
    assert due(*((cron, SUNDAY) for cron in asked)) == list(asked.values())


@pytest.mark.parametrize("cron", ["* * * *", "60 * * * *", "*/0 * * * *", "MON * * * *", "5- * * * *"])
def test_what_is_no_cron_is_named(cron: str) -> None:
    (told,) = due((cron, SUNDAY))
    assert isinstance(told, str)


def test_the_next_minute_is_never_now() -> None:
    script = """
      import { untilNextMinute } from "./local/crons.mjs";
      console.log(JSON.stringify([0, 1, 59_999, 60_000].map(untilNextMinute)));
    """
    command = [str(NODE), "--input-type=module", "-e", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [60_000, 59_999, 1, 60_000]
