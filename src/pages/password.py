"""The form in front of a link with a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages.document import Page, page
from pages.markup import element
from pages.wording import wait

if TYPE_CHECKING:
    from pages.markup import Markup

HEADING = "This link needs a password"
_ERROR_ID = "password-error"


def password_form(wrong: bool = False, retry_after: float | None = None) -> Page:
    """Return the form, which posts the field `password` to its own address: 200, or 403 after a wrong one.

    It names no address, since a link may forward the path and the query that the visitor came with. With
    `retry_after`, seconds until the next attempt counts, it is a 429. Nothing that was typed comes back.
    """
    error = _error(wrong=wrong, retry_after=retry_after)
    return page(
        HEADING,
        element("p", None, "Whoever gave you the link can tell you the password."),
        element("p", {"class": "wrong", "id": _ERROR_ID, "role": "alert"}, error) if error else "",
        element(
            "form",
            {"method": "post"},
            element("label", {"for": "password"}, "Password"),
            element(
                "input",
                {
                    "type": "password",
                    "name": "password",
                    "id": "password",
                    "autocomplete": "current-password",
                    "required": True,
                    "autofocus": True,
                    "aria-invalid": "true" if wrong else None,
                    "aria-describedby": _ERROR_ID if error else None,
                },
            ),
            element("button", {"type": "submit"}, "Continue"),
        ),
        status=_status(wrong=wrong, retry_after=retry_after),
        title=f"Error: {HEADING}" if error else "",
        retry_after=retry_after,
        leads_on=True,
    )


def _error(*, wrong: bool, retry_after: float | None) -> Markup | str:
    said = "This password is wrong." if wrong else ""
    if retry_after is None:
        return said
    return f"{said} There were too many attempts. Try again in {wait(retry_after)}.".strip()


def _status(*, wrong: bool, retry_after: float | None) -> int:
    if retry_after is not None:
        return 429
    return 403 if wrong else 200
