"""What this package raises."""

from __future__ import annotations

import math


class RateLimitValueError(ValueError):
    """A limit, window, count or identifier that means nothing."""

    code = "invalid_rate_limit"


class RateLimitError(Exception):
    """A request was refused.

    `retry_after` is in seconds, `math.inf` when the request can never be allowed; `limited_by` names what
    refused it: "ip", "user" or both.
    """

    code = "rate_limited"

    def __init__(self, retry_after: float, limited_by: tuple[str, ...]) -> None:
        self.retry_after = retry_after
        self.limited_by = limited_by
        who = " and ".join(limited_by)
        if math.isinf(retry_after):
            hint = "the request asks for more than a whole window allows"
        else:
            hint = f"retry after {retry_after:.3f} seconds"
        super().__init__(f"Rate limit exceeded (per {who}): {hint}")
