"""QR codes as SVG and PNG. The encoder is loaded when the first code is drawn: it is no part of start-up."""

from __future__ import annotations

from qr.errors import QrError
from qr.images import png, svg

__all__ = ["QrError", "png", "svg"]
