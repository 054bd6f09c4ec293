"""The pages of short links, for a Worker that loads them only when a visitor needs one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import qr
from delivery.problems import GONE, REFUSED
from moderating.grounds import ground_of
from pages.info import info_page
from pages.interstitial import link_page
from pages.linked_asset import asset_page, asset_preview
from pages.password import password_form
from pages.problems import blocked, busy, expired, gone, not_found, problem, too_many
from pages.unfurl import unfurl_page
from redirecting.outcomes import Kind, Outcome
from runtime.replies import page_reply, reply
from sharelinks.record import TAKEN_DOWN, LinkRecord

if TYPE_CHECKING:
    from assets.record import AssetRecord
    from pages.document import Page
    from sharelinks.paths import LinkPath

__all__ = [
    "busy",
    "info_page",
    "limited",
    "no_form",
    "not_found",
    "page_of",
    "password_form",
    "qr_reply",
    "too_many",
    "unavailable",
    "used_up",
]

_FIRST_ERROR = 400
_QR_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
_QR_SECONDS = 86_400
_MAX_QR_OPTIONS = 10
_MAX_DIGITS = 5


def page_of(
    outcome: Outcome,
    record: LinkRecord,
    base_url: str,
    asset: AssetRecord | None = None,
    appeal_to: str | None = None,
) -> Page:
    """Return the page of any answer that is no redirect; `asset` is the record of the one that it shows.

    `appeal_to` is an http(s) or mailto address that takes appeals.
    """
    if outcome.status >= _FIRST_ERROR:
        return _refusal(outcome, record.code, appeal_to)
    if outcome.kind is Kind.PASSWORD:
        return password_form()
    is_preview = outcome.kind is Kind.UNFURL
    if asset is not None:
        return (asset_preview if is_preview else asset_page)(record, asset, base_url)
    if is_preview and not outcome.location:
        # It says nothing of what the code leads to.
        return unfurl_page(LinkRecord(record.code, base_url, record.created_at), base_url)
    web = replace(record, target=outcome.location, asset_id=None)
    return unfurl_page(web, base_url) if is_preview else link_page(web, outcome.location, base_url)


def _refusal(outcome: Outcome, code: str, appeal_to: str | None) -> Page:
    match outcome.kind:
        case Kind.UNAVAILABLE:
            return unavailable()
        case Kind.EXPIRED:
            return expired(code)
        case Kind.GONE if outcome.code != TAKEN_DOWN:
            return gone(code, outcome.code)
        case Kind.GONE | Kind.BLOCKED:
            ground = ground_of(outcome.reason)
            return blocked(
                code,
                ground,
                status=outcome.status,
                decided_at=outcome.decided_at,
                appeal_to=appeal_to,
                is_about_asset=outcome.code in (REFUSED.code, GONE.code),
            )
        case _:
            return not_found(code, outcome.code)


def used_up(code: str) -> Page:
    """Return the 410 page of a link whose clicks are spent."""
    return problem(410, "Link used up", f"The link {code} was followed as often as it may be.")


def limited(code: str) -> Page:
    """Return what a look without a click gets to see of a limited link: nothing of its target."""
    return problem(200, "Limited link", f"The link {code} can be followed a limited number of times.")


def unavailable() -> Page:
    """Return the 503 page for when neither KV nor the owner of the code answers."""
    return problem(
        503,
        "Try again in a moment",
        "This link could not be looked up just now.",
        {"retry-after": "5"},
    )


def no_form() -> Page:
    """Return the 405 page of a form sent to a link without a password."""
    return problem(405, "Nothing to send here", "This link takes no form.", {"allow": "GET, HEAD"})


def qr_reply(asked: LinkPath, base_url: str, query: str, method: str) -> Any:  # noqa: ANN401 - a JS object
    """Return a short link's QR code; `size`, `margin`, `level`, `dark` and `light` in the query shape it."""
    given = dict(pair.split("=", 1) for pair in query.split("&")[:_MAX_QR_OPTIONS] if "=" in pair)
    options: dict[str, Any] = {name: _number(given[name]) for name in ("size", "margin") if name in given}
    options |= {name: unquote(given[name]) for name in ("level", "dark", "light") if name in given}
    try:
        draw = qr.svg if asked.view == "svg" else qr.png
        image = draw(f"{base_url}/s/{asked.code}", **options)
    except qr.QrError as error:
        return page_reply(problem(400, "No such QR code", f"{error}."), method)
    headers = {
        "content-type": _QR_TYPES[asked.view],
        "cache-control": f"public, max-age={_QR_SECONDS}",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
        "x-content-type-options": "nosniff",
    }
    return reply(200, headers, image if method == "GET" else None)


def _number(text: str) -> int | str:
    """Return a short number; anything else stays text, which the drawing refuses."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else text
