"""Delivery over HTTP: caching, byte ranges, conditional requests and signed URLs.

Everything here decides and formats; nothing does I/O, so the redirect and asset Workers import it whole.
"""

from __future__ import annotations

from cdn.cache_policy import CachePolicy
from cdn.conditional import Conditions, Plan, Representation, plan
from cdn.delivery import delivery_headers
from cdn.errors import CdnError, SigningError
from cdn.helper import CDNHelper
from cdn.ranges import RangeAnswer, RangeRequest, decide_range
from cdn.restrictions import Client
from cdn.signed_url import SignedURL
from cdn.verification import Refusal, Verdict

__all__ = [
    "CDNHelper",
    "CachePolicy",
    "CdnError",
    "Client",
    "Conditions",
    "Plan",
    "RangeAnswer",
    "RangeRequest",
    "Refusal",
    "Representation",
    "SignedURL",
    "SigningError",
    "Verdict",
    "decide_range",
    "delivery_headers",
    "plan",
]
