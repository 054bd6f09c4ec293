"""Looking at where a link leads: what Google Safe Browsing knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from link_safety import Threat, ThreatCache, ThreatLookupError, threat_lookup_calls
from moderating.opinions import Opinion, flagged, pending, rejected
from outbound import CallFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from link_safety import SafeBrowsingEndpoint
    from outbound import AsyncSender

MAY_PASS: Final = frozenset({"rate_limited", "service_error"})
"""Failures that another look may not meet."""
SOURCE: Final = "safe_browsing"


async def judge_threats(
    urls: Sequence[str],
    endpoint: SafeBrowsingEndpoint,
    cache: ThreatCache,
    sender: AsyncSender,
    now: Callable[[], float],
) -> list[Opinion]:
    """Return the threats among URLs. One that is remembered spares the service the question."""
    known, unknown = cache.split(urls, now())
    if known:
        return [_threat(one) for one in known]
    found: list[Threat] = []
    try:
        for call in threat_lookup_calls(endpoint, unknown):
            answer = await sender.send(call)
            found += answer
    except CallFailed:
        return [pending(f"service_unreachable: {SOURCE}")]
    except ThreatLookupError as error:
        failure = pending if error.code in MAY_PASS else flagged
        return [failure(f"{error.code}: {SOURCE}")]
    cache.keep(found, now())
    return [_threat(one) for one in found]


def _threat(threat: Threat) -> Opinion:
    kinds = [kind.lower() for kind in threat.kinds]
    return rejected(f"threat: {threat.url} ({', '.join(kinds)})", *kinds)
