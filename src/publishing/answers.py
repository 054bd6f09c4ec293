"""Reading answers that may be anything: JSON of several shapes, HTML, garbage, half a body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from publishing.results import OUTCOME_UNKNOWN, REJECTED, PublishResult, PublishState

if TYPE_CHECKING:
    from outbound.messages import HttpResponse

MAX_MESSAGE_CHARS = 200
MAX_URL_CHARS = 2048


def json_object(response: HttpResponse) -> dict[str, Any] | None:
    """Return the body when it is a JSON object, else None."""
    try:
        body = response.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def short_text(value: object) -> str:
    """Return foreign text on one line and of bounded length; "" for what is not text."""
    if not isinstance(value, str):
        return ""
    printable = "".join(char if char.isprintable() else " " for char in value)
    return " ".join(printable.split())[:MAX_MESSAGE_CHARS]


def https_url(value: object) -> str | None:
    """Return a URL that a service named, or None for anything that is not plainly an https URL."""
    if not isinstance(value, str) or not value.startswith("https://") or len(value) > MAX_URL_CHARS:
        return None
    return value if value.isascii() and value.isprintable() and " " not in value else None


def refused_answer(
    label: str, status: int, code: str | None, told: str, retry_after_seconds: float | None = None
) -> PublishResult:
    """Return the result for an answer that does not say yes, with the words it gave.

    `code` is None when the answer is of no known kind. Then a 2xx or 5xx leaves open whether the upload was
    carried out (a 5xx can come from a gateway in front of a service that went on working).
    """
    if code is None and (200 <= status < 300 or status >= 500):
        return PublishResult(
            PublishState.UNKNOWN,
            error_code=OUTCOME_UNKNOWN,
            error_message=f"{label} answered with status {status}, and the upload may have happened: {told}",
        )
    return PublishResult(
        PublishState.FAILED,
        error_code=code or REJECTED,
        error_message=f"{label} refused the upload with status {status}: {told}",
        retry_after_seconds=retry_after_seconds,
    )
