"""`/s/{code}+`: what a short link is and where it leads, without following it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pages.document import Page, page
from pages.markup import Markup, element, foreign_text, join
from pages.wording import count, moment
from sharelinks.open_graph import is_guarded, linked_asset
from sharelinks.record import ACTIVE, DISABLED, PENDING, REJECTED, TAKEN_DOWN

if TYPE_CHECKING:
    from sharelinks.record import LinkRecord

QR_PIXELS = "192"

_STATES = {
    DISABLED: "Switched off by its owner",
    PENDING: "Under review",
    REJECTED: "Blocked after a review",
    TAKEN_DOWN: "Taken down",
}


def info_page(record: LinkRecord, base_url: str, *, now: float, clicks: int | None = None) -> Page:
    """Return the page about a link; `clicks` are shown where they are given.

    Title and target are shown only of links that lead everybody on right now. They stay hidden where a
    password, a limit, a date or a decision stands before them: this page must not be the way around it.
    """
    short_url = f"{base_url}/s/{record.code}"
    open_to_all = _is_open(record, now)
    title = record.title if open_to_all else ""
    rows = [
        ("Short link", element("a", {"href": short_url, "rel": "nofollow"}, short_url)),
        ("Leads to", _target(record, base_url) if open_to_all else _hidden(record)),
        ("State", _state(record, now)),
        ("Created", moment(record.created_at)),
        ("Clicks", count(clicks, "click") if clicks is not None else ""),
    ]
    return page(
        "About this link",
        element("p", None, foreign_text(title)) if title else "",
        element("dl", None, *(_row(name, value) for name, value in rows if value)),
        element("h2", None, "QR code"),
        element(
            "img",
            {
                "class": "code",
                "src": f"/s/{record.code}/qr.svg",
                "alt": f"QR code of {short_url}",
                "width": QR_PIXELS,
                "height": QR_PIXELS,
            },
        ),
        title=f"About {title}" if title else "",
    )


def _row(name: str, value: str) -> Markup:
    return join(element("dt", None, name), element("dd", None, value))


def _window(record: LinkRecord) -> tuple[float, float]:
    """Return the first moment at which the link leads on, and the first at which it does so no more."""
    start = -math.inf if record.starts_at is None else record.starts_at
    return start, math.inf if record.expires_at is None else record.expires_at


def _is_open(record: LinkRecord, now: float) -> bool:
    start, end = _window(record)
    return record.state == ACTIVE and not is_guarded(record) and start <= now < end


def _target(record: LinkRecord, base_url: str) -> Markup:
    asset_id = linked_asset(record)
    address = record.target if asset_id is None else f"{base_url}/a/{asset_id}"
    link = element("a", {"href": address, "rel": "noopener nofollow noreferrer"}, foreign_text(address))
    if not record.rules and not record.split:
        return link
    return join(link, element("p", {"class": "quiet"}, "Some visitors are led to another address."))


def _hidden(record: LinkRecord) -> str:
    if record.password:
        return "Shown to those who know the password"
    return "Shown to those who follow the link" if record.max_clicks is not None else "Not shown"


def _state(record: LinkRecord, now: float) -> str:
    if record.state != ACTIVE:
        return _STATES.get(record.state, "Not in use")
    start, end = _window(record)
    if now < start:
        return join("Starts ", moment(start))
    if end == math.inf:
        return "Active"
    return join("Active until " if now < end else "Expired ", moment(end))
