"""The documented entry point: asset headers and signed asset URLs in one object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdn.cache_policy import CachePolicy
from cdn.conditional import Conditions, Representation, plan
from cdn.delivery import delivery_headers
from cdn.errors import SigningError
from cdn.ranges import check_content_type, check_length
from cdn.signed_url import SignedURL

if TYPE_CHECKING:
    from cdn.ranges import Span


class CDNHelper:
    """Headers for asset delivery, and signed asset URLs.

    Give `secret_key`, or a `signer` configured with key ids and limits. Without either the headers still
    work, signing raises SigningError, and no URL is valid.
    """

    def __init__(self, secret_key: str | None = None, *, signer: SignedURL | None = None) -> None:
        if secret_key is not None and signer is not None:
            raise SigningError("invalid_key", "give secret_key or signer, not both")
        self._signer = SignedURL(secret_key) if secret_key is not None else signer

    def get_asset_headers(
        self,
        content_type: str,
        content_length: int,
        is_immutable: bool = False,
        cache_duration: int = CachePolicy.LONG_CACHE,
        range_header: str | None = None,
        *,
        is_private: bool = False,
    ) -> tuple[dict[str, str], Span | None, int]:
        """Return the response headers, the span to send (first and last byte, or None), and the status.

        200 sends everything, 206 the span, 416 nothing. Raises CdnError for a length, duration or media
        type that cannot be sent; a client's Range header never raises.
        """
        check_length(content_length)
        check_content_type(content_type)
        caching = CachePolicy.get_headers(cache_duration, is_immutable, is_private)
        representation = Representation(content_length)
        # Without date conditions the clock has no say.
        answer = plan("GET", Conditions(range=range_header), representation, now=0)
        headers = delivery_headers(answer, representation, content_type, caching)
        return headers, answer.span, answer.status

    def create_signed_asset_url(self, asset_url: str, expiration_seconds: float = 3600) -> str:
        """Return `asset_url` signed, valid for `expiration_seconds`; raise SigningError as SignedURL does."""
        if self._signer is None:
            raise SigningError("no_key", "CDNHelper was made without a secret_key; it cannot sign")
        return self._signer.generate_signed_url(asset_url, expiration_seconds)

    def validate_asset_url(self, url: str) -> tuple[bool, str | None]:
        """Return (True, None), or False and a sentence that says why; never raises."""
        if self._signer is None:
            return False, "No secret key is configured"
        return self._signer.validate_signed_url(url)
