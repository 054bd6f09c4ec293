"""The pages that say why a link does not lead on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages.document import Page, page
from pages.markup import element, foreign_text, join
from pages.wording import wait

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNKNOWN = ("Link not found", "There is no link at this address. Check it for a typing mistake.")
_NOT_FOUND = {
    "disabled": ("Link switched off", "The owner of this link has switched it off."),
    "not_started": ("Link not open yet", "This link has not started yet. Come back later."),
    "pending": ("Link under review", "This link is being reviewed and does not lead anywhere yet."),
    "asset_in_review": (
        "Being checked",
        "What this link shows is being checked before it is published. Come back later.",
    ),
    "unknown_asset": ("Nothing to show", "What this link showed was deleted, or it is not public."),
}
_TAKEN_DOWN = ("Link removed", "This link was taken down.")
_GONE = {
    "renamed": ("Link moved", "This link has got another address, and the old one is no longer in use."),
    "asset_taken_down": ("Removed", "What this link showed was taken down."),
}


def not_found(code: str | None, reason: str = "unknown_link") -> Page:
    """Return the 404 page; `reason` is the code of the decision, and one without its own words gets ours.

    `code` is what the visitor asked for, None where it could be no code at all.
    """
    heading, sentence = _NOT_FOUND.get(reason, _UNKNOWN)
    return page(heading, _sentence(sentence), _named(code), status=404)


def expired(code: str) -> Page:
    """Return the 410 page of a link whose time is over."""
    return page(
        "Link expired", _sentence("This link is no longer valid: its time is over."), _named(code), status=410
    )


def gone(code: str, reason: str = "taken_down") -> Page:
    """Return the 410 page of a link; `reason` is the code of the decision, any other one means taken down."""
    heading, sentence = _GONE.get(reason, _TAKEN_DOWN)
    return page(heading, _sentence(sentence), _named(code), status=410)


def blocked(code: str, reason: str, *, appeal_to: str | None = None) -> Page:
    """Return the 451 page, a statement of reasons: what was restricted, why, and how to appeal.

    `appeal_to` is an http(s) or mailto address that takes appeals; without it the page names the operator.
    """
    why = reason or "The content it leads to breaks the rules of this service."
    return page(
        "Link blocked",
        _sentence(
            "This link was restricted after a review: it leads nowhere for anybody, wherever they are."
        ),
        element(
            "dl",
            None,
            element("dt", None, "What was restricted"),
            element("dd", None, "The short link ", element("code", None, foreign_text(code))),
            element("dt", None, "Reason"),
            element("dd", None, foreign_text(why)),
            element("dt", None, "How to appeal"),
            element("dd", None, _appeal(appeal_to)),
        ),
        status=451,
    )


def busy(retry_after: float = 5) -> Page:
    """Return the 503 page of a limited link whose clicks cannot be counted just now."""
    return page(
        "Try again in a moment",
        _sentence(
            "This link can be used a limited number of times, and its counter does not answer just now."
        ),
        _try_again(retry_after),
        status=503,
        retry_after=retry_after,
    )


def too_many(retry_after: float) -> Page:
    """Return the 429 page; the RateLimit headers are added by whoever knows the limit."""
    return page(
        "Too many requests",
        _sentence("More requests came from your network than we can take."),
        _try_again(retry_after),
        status=429,
        retry_after=retry_after,
    )


def problem(status: int, heading: str, sentence: str, headers: Mapping[str, str] | None = None) -> Page:
    """Return a page for anything else, such as a method that is not allowed."""
    return page(heading, _sentence(sentence), status=status, headers=headers)


def _sentence(text: str) -> str:
    return element("p", None, text)


def _named(code: str | None) -> str:
    if code is None:
        return ""
    return element("p", {"class": "quiet"}, "Code: ", element("code", None, foreign_text(code)))


def _try_again(retry_after: float) -> str:
    return _sentence(f"Please try again in {wait(retry_after)}.")


def _appeal(appeal_to: str | None) -> str:
    if appeal_to is None:
        return (
            "If you think this is a mistake, write to the operator of this service and name the short link."
        )
    link = element("a", {"href": appeal_to}, appeal_to.removeprefix("mailto:"))
    return join("If you think this is a mistake, ask for another review and name the short link: ", link)
