"""The sweep looks at every key in its turn, and at none too early."""

from __future__ import annotations

import pytest

from assets.leftovers import SWEEP_SECONDS, Leftover, leftover, prefixes, slice_of
from sharelinks.codes import ALPHABET

NOW = 1_800_000_000.0
HOUR = 3_600.0


@pytest.mark.parametrize(
    ("key", "hours", "found"),
    [
        ("quarantine/incoming/up", 48.1, Leftover("quarantine/incoming/up", None)),
        ("quarantine/incoming/up", 47.9, None),
        ("quarantine/abc/up.gif", 24.1, Leftover("quarantine/abc/up.gif", "abc")),
        ("quarantine/abc/up.gif", 23.9, None),
        ("quarantine/stray", 24.1, Leftover("quarantine/stray", None)),
        ("quarantine/", 100, None),
        ("media/abc/original.gif", 10_000, None),
        ("quarantined/abc/original.gif", 10_000, None),
        ("dead/clicks/2026-01-01/cat.b1.json", 10_000, None),
    ],
)
def test_only_what_is_old_and_in_quarantine_is_looked_at(
    key: str, hours: float, found: Leftover | None
) -> None:
    assert leftover(key, NOW - hours * HOUR, NOW) == found


def test_all_ids_have_their_turn_within_one_round_and_late_runs_do_not_matter() -> None:
    seen = [slice_of(NOW + turn * SWEEP_SECONDS + 17) for turn in range(len(ALPHABET))]
    assert sorted(seen) == sorted(ALPHABET)


def test_each_run_looks_at_everything_that_comes_in() -> None:
    assert prefixes(NOW) == ("quarantine/incoming/", f"quarantine/{slice_of(NOW)}")
