"""The sweep looks at every key in its turn, and at none too early."""

from __future__ import annotations

import pytest

from assets.leftovers import SWEEP_SECONDS, Leftover, leftover, prefixes, slice_of
from sharelinks.codes import ALPHABET

NOW = 1_800_000_000.0
HOUR = 3_600.0
ID = "a1B2" * 8


@pytest.mark.parametrize(
    ("key", "hours", "found"),
    [
        ("quarantine/incoming/up", 48.1, Leftover("quarantine/incoming/up", None)),
        ("quarantine/incoming/up", 47.9, None),
        ("quarantine/abc/up.gif", 24.1, Leftover("quarantine/abc/up.gif", "abc")),
        ("quarantine/abc/up.gif", 23.9, None),
        ("quarantine/stray", 24.1, Leftover("quarantine/stray", None)),
        ("quarantine/", 100, None),
        ("media/", 10_000, None),
        ("media/elsewhere", 10_000, None),
        ("media/abc/original.gif", 10_000, None),
        (f"media/{ID}/original.gif", 24.1, Leftover(f"media/{ID}/original.gif", ID)),
        (f"media/{ID}/original.gif", 23.9, None),
        (f"media/{ID}/variant.mp4", 24.1, Leftover(f"media/{ID}/variant.mp4", ID)),
        (f"media/{ID}/poster.jpg", 10_000, None),
        (f"media/{ID}/original.gif/more", 10_000, None),
        ("quarantined/abc/original.gif", 10_000, None),
        ("dead/clicks/2026-01-01/cat.b1.json", 10_000, None),
    ],
)
def test_only_what_is_old_and_may_be_an_assets_is_looked_at(
    key: str, hours: float, found: Leftover | None
) -> None:
    assert leftover(key, NOW - hours * HOUR, NOW) == found


def test_all_ids_have_their_turn_within_one_round_and_late_runs_do_not_matter() -> None:
    seen = [slice_of(NOW + turn * SWEEP_SECONDS + 17) for turn in range(len(ALPHABET))]
    assert sorted(seen) == sorted(ALPHABET)


def test_two_characters_take_a_longer_round_that_leaves_nothing_out() -> None:
    turns = len(ALPHABET) ** 2
    seen = {slice_of(NOW + turn * SWEEP_SECONDS, 2) for turn in range(turns)}
    assert len(seen) == turns
    assert slice_of(NOW + turns * SWEEP_SECONDS, 2) == slice_of(NOW, 2)


def test_each_run_looks_at_everything_that_comes_in() -> None:
    assert prefixes(NOW) == (
        "quarantine/incoming/",
        f"quarantine/{slice_of(NOW)}",
        f"media/{slice_of(NOW, 2)}",
    )
