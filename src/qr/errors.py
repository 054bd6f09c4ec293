"""What this package raises."""

from __future__ import annotations


class QrError(ValueError):
    """A QR code that cannot be drawn as asked; `code` is stable and names the parameter."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code
