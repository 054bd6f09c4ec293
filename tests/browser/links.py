"""Links as the tests of pages need them."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

from sharelinks.passwords import make_line
from tests.edge.links import claim
from tests.harness.local_edge import VARS, LocalEdge


def link_to(product: LocalEdge, asset_id: str, **record: Any) -> str:
    """Return the code of a link that shows an asset on a page."""
    return claim(product, **{"target": f"asset:{asset_id}", "asset_id": asset_id, "mode": "page", **record})


def password_line(word: str) -> str:
    """Return what is kept of a link's password."""

    async def derive(secret: bytes, salt: bytes, iterations: int) -> bytes:
        return hashlib.pbkdf2_hmac("sha256", secret, salt, iterations)

    return asyncio.run(make_line(word, VARS["LINK_PEPPER"], bytes(16), derive))
