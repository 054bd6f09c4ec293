"""The pages that say why a link does not lead on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages.document import Page, page
from pages.markup import element, foreign_text, join
from pages.wording import moment, wait

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moderating.grounds import Ground
    from pages.markup import Markup

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
_REMOVED = ("Link removed", "This link is gone.")
_GONE = {
    "renamed": ("Link moved", "This link has got another address, and the old one is no longer in use."),
}
_BLOCKED = 451
_RESTRICTED = ("Link blocked", "This link was restricted after a review.")
_TAKEN_DOWN = ("Link removed", "This link was taken down.")
_AUTOMATIC = "An automated check of this service."
_BY_A_PERSON = "A person who decides for this service."


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


def gone(code: str, reason: str = "") -> Page:
    """Return the 410 page of a link that nobody withholds; `reason` is the code of the decision."""
    heading, sentence = _GONE.get(reason, _REMOVED)
    return page(heading, _sentence(sentence), _named(code), status=410)


def blocked(
    code: str,
    ground: Ground,
    *,
    status: int = _BLOCKED,
    decided_at: float | None = None,
    appeal_to: str | None = None,
    is_about_asset: bool = False,
) -> Page:
    """Return a statement of reasons: what was restricted, why, who found it and when, and how to appeal.

    It is the page of 451, and of the 410 of a link of which no more is known than that it was taken down.
    `is_about_asset` says that what the link shows is restricted, by whatever link. `appeal_to` is an http(s)
    or mailto address that takes appeals; without it the page names the operator.
    """
    heading, sentence = _RESTRICTED if status == _BLOCKED else _TAKEN_DOWN
    what = "What is behind the short link " if is_about_asset else "The short link "
    return page(
        heading,
        _sentence(f"{sentence} It leads nowhere for anybody, wherever they are."),
        element(
            "dl",
            None,
            *_told("What was restricted", what, element("code", None, foreign_text(code))),
            *_told("Reason", foreign_text(ground.text)),
            *_told("Who found it", _AUTOMATIC if ground.is_automatic else _BY_A_PERSON),
            *(() if decided_at is None else _told("Decided", moment(decided_at))),
            *_told("How to appeal", _appeal(appeal_to)),
        ),
        status=status,
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


def _told(name: str, *said: str) -> tuple[Markup, Markup]:
    return element("dt", None, name), element("dd", None, *said)


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
