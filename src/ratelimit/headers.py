"""Response headers that tell a client its quota.

The three `RateLimit-…` fields follow the IETF httpapi draft in the form clients know; `Retry-After` is
RFC 9110's. Both times are whole seconds from now, rounded up, so a client that waits them is never early.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ratelimit.decisions import Decision


def _seconds(milliseconds: int) -> str:
    return str(-(-milliseconds // 1000))


def rate_limit_headers(decision: Decision) -> dict[str, str]:
    """Return the header fields of a response, allowed or refused.

    `Retry-After` comes with a refusal only, and not when waiting cannot help.
    """
    headers = {
        "RateLimit-Limit": str(decision.limit),
        "RateLimit-Remaining": str(decision.remaining),
        "RateLimit-Reset": _seconds(decision.reset_after_ms),
    }
    if decision.retry_after_ms:
        headers["Retry-After"] = _seconds(decision.retry_after_ms)
    return headers
