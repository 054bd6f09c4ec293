"""The status, the headers and the bytes of an answer to a request for media."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assets.filenames import content_disposition, download_name
from cdn.cache_policy import CachePolicy
from cdn.conditional import plan
from cdn.delivery import delivery_headers

if TYPE_CHECKING:
    from cdn.conditional import Conditions, Plan
    from cdn.ranges import Span
    from delivery.representations import Chosen

SHARED_SECONDS = 60
"""How long caches between us and the visitor may answer by themselves: a takedown reaches them after that."""

_SHARED = f"s-maxage={SHARED_SECONDS}"
_WITH_BYTES = (200, 206)

# `sandbox` gives whatever a browser makes of the bytes no origin and no script. The rest lets the page that
# browsers put around media they open directly show them.
_FIXED = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
    ),
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range, ETag",
    "Timing-Allow-Origin": "*",
}
DECIDING = ("range", "if-none-match", "if-modified-since", "if-match", "if-unmodified-since")
"""The headers of a request without which it is answered with everything; If-Range only says more of Range."""
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": (
        "If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Range"
    ),
    "Access-Control-Max-Age": "86400",
    "Cache-Control": "no-store",
}


class MediaAnswer(NamedTuple):
    """What to send. `sends` says that there is a body: the `span` of the bytes, or all of them."""

    status: int
    headers: dict[str, str]
    sends: bool
    span: Span | None


def answer(
    method: str,
    conditions: Conditions,
    chosen: Chosen,
    now: float,
    *,
    is_shared: bool,
    file_name: str | None = None,
) -> MediaAnswer:
    """Decide how to answer GET or HEAD. `is_shared` is False for what a signed URL granted.

    With a `file_name` browsers save the bytes instead of showing them.
    """
    decided = plan(method, conditions, chosen.representation(), now)
    has_bytes = decided.status in _WITH_BYTES
    headers = _headers(decided, chosen, is_shared=is_shared)
    if has_bytes and file_name is not None:
        headers["Content-Disposition"] = content_disposition(file_name)
    return MediaAnswer(decided.status, headers, has_bytes and method == "GET", decided.span)


def saved_as(title: str, chosen: Chosen, asset_id: str) -> str:
    """Return the name under which a download is saved."""
    return download_name(title, chosen.extension, asset_id)


def _headers(decided: Plan, chosen: Chosen, *, is_shared: bool) -> dict[str, str]:
    caching = {"Cache-Control": _cache_control(chosen, is_shared=is_shared)}
    made = delivery_headers(decided, chosen.representation(), chosen.content_type, caching)
    return {**made, **_FIXED, **(_OPEN if is_shared else {})}


def _cache_control(chosen: Chosen, *, is_shared: bool) -> str:
    """Return who may keep the bytes, and for how long without asking.

    An original can never change under its id, so browsers keep it; a format that is made again may. What a
    URL granted is asked for each time, so that a takedown, an expiry and a change of mind count at once.
    """
    if not is_shared:
        return "private, no-cache"
    seconds = CachePolicy.IMMUTABLE_CACHE if chosen.is_original else CachePolicy.LONG_CACHE
    made = CachePolicy.get_headers(seconds, is_immutable=chosen.is_original)["Cache-Control"]
    return f"{made}, {_SHARED}"
