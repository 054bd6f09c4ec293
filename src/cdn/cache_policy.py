"""`Cache-Control` for assets."""

from __future__ import annotations

from cdn.errors import CdnError
from cdn.values import is_count


class CachePolicy:
    """Cache durations in seconds, and the headers that announce them."""

    IMMUTABLE_CACHE = 31_536_000
    LONG_CACHE = 86_400
    SHORT_CACHE = 3_600
    NO_CACHE = 0

    @staticmethod
    def get_headers(
        cache_duration: int = LONG_CACHE, is_immutable: bool = False, is_private: bool = False
    ) -> dict[str, str]:
        """Return the `Cache-Control` header; raise CdnError for a negative or fractional duration.

        A duration of `NO_CACHE` wins over `is_immutable`: the answer is stored nowhere. `is_private` keeps
        it out of shared caches.
        """
        if not is_count(cache_duration):
            raise CdnError(
                "invalid_cache_duration", "cache_duration must be a whole number of seconds, 0 or more"
            )
        scope = "private" if is_private else "public"
        if cache_duration == CachePolicy.NO_CACHE:
            directives = "no-store, no-cache, max-age=0, must-revalidate"
            return {"Cache-Control": f"private, {directives}" if is_private else directives}
        value = f"{scope}, max-age={cache_duration}"
        return {"Cache-Control": f"{value}, immutable" if is_immutable else value}
