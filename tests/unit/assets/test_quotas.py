"""What a tier is promised can be uploaded."""

from __future__ import annotations

import pytest

from accounts.scopes import Tier
from assets.quotas import QUOTAS, Usage, largest_file
from uploads.limits import DEFAULT_LIMITS


@pytest.mark.parametrize("tier", Tier)
def test_no_tier_is_promised_a_file_that_is_refused_when_it_is_looked_at(tier: Tier) -> None:
    assert 0 < QUOTAS[tier].file_bytes <= DEFAULT_LIMITS.max_bytes


def test_the_largest_tiers_may_use_all_that_is_looked_at() -> None:
    most = DEFAULT_LIMITS.max_bytes
    assert [largest_file(tier, Usage()) for tier in (Tier.TEAM, Tier.OPERATOR)] == [most, most]
