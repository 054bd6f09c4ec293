"""What the tests of short links share."""

from __future__ import annotations

import itertools
import os
from typing import Any

import httpx

from tests.harness.local_edge import ADMIN_TOKEN, LocalEdge

EDGE, API, MODERATOR, OBJECTS = (
    f"gif-distributor-{name}" for name in ("edge", "api", "moderator", "objects")
)
OPERATOR = {"authorization": f"Bearer {ADMIN_TOKEN}"}
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"}
DISCORD = {"user-agent": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"}
TARGET = "https://example.com/cat"

_numbers = itertools.count(1)
_RUN = os.urandom(4).hex()


def new_code() -> str:
    """Return a code no other test uses: an isolate remembers links for a while."""
    return f"t{_RUN}-{next(_numbers)}"


def address() -> dict[str, str]:
    """Return the headers of a client no other test was."""
    number = next(_numbers)
    return {"cf-connecting-ip": f"203.0.{number // 250 % 250}.{number % 250}"}


def claim(product: LocalEdge, **record: Any) -> str:
    """Give a record straight to its owner, without the API, and return the code."""
    wire = {"code": new_code(), "target": TARGET, "created_at": 1_700_000_000, **record}
    assert product.object("ShortLink", wire["code"], "claim", wire)["claimed"]
    return str(wire["code"])


def visit(
    product: LocalEdge, code: str, method: str = "GET", tail: str = "", **headers: str
) -> httpx.Response:
    """Follow a short link as a browser from an address of its own."""
    sent = {**BROWSER, **address(), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return product.request(EDGE, method, f"/s/{code}{tail}", headers=sent)


def clicks(product: LocalEdge, code: str) -> int:
    """Return how many clicks the owner has counted."""
    return int(product.object("ShortLink", code, "read", code)["clicks"])
