"""The headers of a planned answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdn.cache_policy import CachePolicy
from cdn.http_dates import format_http_date
from cdn.ranges import RangeRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdn.conditional import Plan, Representation


def delivery_headers(
    plan: Plan, representation: Representation, content_type: str, caching: Mapping[str, str]
) -> dict[str, str]:
    """Return the headers of the answer `plan` decided on.

    Successes and 304 carry the validators and `caching`; refusals (412, 416) are never stored, since they
    depend on headers that no cache key holds.
    """
    length = representation.length
    if plan.status in (412, 416):
        refusal = {"Content-Length": "0", **CachePolicy.get_headers(CachePolicy.NO_CACHE)}
        if plan.status == 416:
            refusal |= {"Content-Range": f"bytes */{length}", "Accept-Ranges": "bytes"}
        return refusal
    headers = dict(caching)
    if representation.etag is not None:
        headers["ETag"] = representation.etag
    if representation.last_modified is not None:
        headers["Last-Modified"] = format_http_date(representation.last_modified)
    if plan.status == 304:
        return headers
    if plan.span is None:
        body = RangeRequest.get_full_response_headers(length, content_type)
    else:
        body = RangeRequest.get_range_response_headers(*plan.span, length, content_type)
    return {**body, **headers, "X-Content-Type-Options": "nosniff"}
