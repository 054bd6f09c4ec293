from __future__ import annotations

import pytest

from cdn import CachePolicy, CdnError


def test_the_documented_durations_are_a_year_a_day_an_hour_and_nothing():
    assert CachePolicy.IMMUTABLE_CACHE == 365 * 24 * 3600
    assert CachePolicy.LONG_CACHE == 24 * 3600
    assert CachePolicy.SHORT_CACHE == 3600
    assert CachePolicy.NO_CACHE == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, "public, max-age=86400"),
        ({"cache_duration": CachePolicy.SHORT_CACHE}, "public, max-age=3600"),
        ({"is_private": True}, "private, max-age=86400"),
        ({"is_immutable": True}, "public, max-age=86400, immutable"),
        (
            {"cache_duration": CachePolicy.IMMUTABLE_CACHE, "is_immutable": True, "is_private": True},
            "private, max-age=31536000, immutable",
        ),
        ({"cache_duration": 0}, "no-store, no-cache, max-age=0, must-revalidate"),
        ({"cache_duration": 0, "is_immutable": True}, "no-store, no-cache, max-age=0, must-revalidate"),
        (
            {"cache_duration": 0, "is_private": True},
            "private, no-store, no-cache, max-age=0, must-revalidate",
        ),
        ({"cache_duration": 1}, "public, max-age=1"),
    ],
)
def test_cache_control_follows_duration_immutability_and_privacy(arguments, expected):
    assert CachePolicy.get_headers(**arguments) == {"Cache-Control": expected}
    assert CachePolicy().get_headers(**arguments) == {"Cache-Control": expected}


@pytest.mark.parametrize("duration", [-1, 1.5, True, "60", None])
def test_an_impossible_duration_is_refused(duration):
    with pytest.raises(CdnError) as caught:
        CachePolicy.get_headers(duration)
    assert caught.value.code == "invalid_cache_duration"
    assert isinstance(caught.value, ValueError)
