"""A whole page: the document around its contents, and the headers it is sent with."""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pages.markup import Markup, element, join
from pages.style import STYLE
from sharelinks.open_graph import SITE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_INDEX = element("meta", {"name": "robots", "content": "noindex"})


@dataclass(frozen=True, slots=True)
class Page:
    """An answer ready to be sent; one to HEAD has the same status and headers."""

    status: int
    headers: Mapping[str, str]
    text: str


def page(
    heading: str,
    *contents: str,
    status: int = 200,
    title: str = "",
    head: str = NO_INDEX,
    script: Markup | None = None,
    retry_after: float | None = None,
    leads_on: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Page:
    """Return a page with one heading. `title` is the heading unless it is given; `head` is put into <head>.

    Pages are kept out of search engines unless `head` says otherwise. `leads_on` says that an answer to the
    page's form may redirect to another site.
    """
    text = join(
        Markup("<!DOCTYPE html>\n"),
        element(
            "html",
            {"lang": "en"},
            element(
                "head",
                None,
                element("meta", {"charset": "utf-8"}),
                element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
                element("title", None, f"{title or heading} · {SITE_NAME}"),
                head,
                element("style", None, STYLE),
            ),
            element(
                "body",
                None,
                element("header", None, element("p", None, SITE_NAME)),
                element("main", None, element("h1", None, heading), *contents),
                element("script", None, script) if script else "",
            ),
        ),
        "\n",
    )
    return Page(
        status,
        page_headers(script=script, retry_after=retry_after, leads_on=leads_on) | dict(headers or {}),
        text,
    )


def page_headers(
    *, script: str | None = None, retry_after: float | None = None, leads_on: bool = False
) -> dict[str, str]:
    """Return the headers of a page with our stylesheet and, if it is given, that one inline script.

    Nothing is loaded from elsewhere but images, nothing is kept by a cache, and no other site learns the
    address of the page: a short link is a secret of those who have it. `retry_after` is in seconds.
    """
    policy = [
        "default-src 'none'",
        f"style-src '{source_hash(STYLE)}'",
        "img-src 'self' https:",
        "media-src 'self'",
        # Browsers hold the redirect that answers a form against this, too.
        "form-action 'self' https: http:" if leads_on else "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
    if script is not None:
        policy.insert(1, f"script-src '{source_hash(script)}'")
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": "; ".join(policy),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cache-control": "no-store",
    }
    return headers if retry_after is None else headers | {"retry-after": str(whole_seconds(retry_after))}


def whole_seconds(seconds: float) -> int:
    """Return a wait in whole seconds, never too short and at least one."""
    return max(1, int(-(-seconds // 1)))


@cache
def source_hash(text: str) -> str:
    """Return what names an inline style or script in a policy."""
    return f"sha256-{b2a_base64(hashlib.sha256(text.encode()).digest(), newline=False).decode()}"
