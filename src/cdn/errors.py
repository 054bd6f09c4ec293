"""What this package raises: only for values the calling program got wrong, never for what a client sent."""

from __future__ import annotations


class CdnError(ValueError):
    """A length, duration, offset or header value that cannot be sent; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class SigningError(CdnError):
    """A URL, key or lifetime that cannot be signed; `code` is stable."""
