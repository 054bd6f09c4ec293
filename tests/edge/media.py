"""What the tests of media share: asking the edge for an asset, with and without a signed URL."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import httpx

from cdn.signed_url import SignedURL
from delivery.paths import DOWNLOAD
from delivery.signing import signed_asset_url
from tests.edge.links import EDGE, address
from tests.harness.local_edge import VARS, LocalEdge

REFUSALS = {412: "precondition_failed", 416: "range_not_satisfiable"}
"""The codes with which an answer says that the conditions of its request are not met."""

_SIGNER = SignedURL(VARS["SIGNING_SECRET"], key_id="k1", allowed_parameters=(DOWNLOAD,))


def ask(
    product: LocalEdge, path: str, method: str = "GET", headers: dict[str, str] | None = None
) -> httpx.Response:
    """Ask for what lies below `/a/`, from an address that no other request has."""
    return product.request(EDGE, method, f"/a/{path}", headers={**address(), **(headers or {})})


def signed(asset_id: str, **options: Any) -> str:
    """Return what follows `/a/` in a URL that grants an asset for an hour."""
    made = urlsplit(
        signed_asset_url(_SIGNER, "https://any.example", asset_id, expires_in=3_600, **options).url
    )
    return f"{made.path.removeprefix('/a/')}?{made.query}"


def date(seconds: float) -> str:
    """Return a moment as HTTP writes it."""
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(seconds))
