"""What came of asking a network to publish."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

INVALID_METADATA = "invalid_metadata"
NOT_SAFE_FOR_WORK = "not_safe_for_work"
UPLOAD_LIMIT_REACHED = "upload_limit_reached"
SERVICE_RETIRED = "service_retired"
INVALID_API_KEY = "invalid_api_key"
ACCOUNT_BANNED = "account_banned"
UPLOADS_LOCKED = "uploads_locked"
RATE_LIMITED = "rate_limited"
MEDIA_TOO_LARGE = "media_too_large"
REJECTED = "rejected"
EMPTY_RESPONSE = "empty_response"
SERVICE_UNREACHABLE = "service_unreachable"
OUTCOME_UNKNOWN = "outcome_unknown"

ACCOUNT_LEVEL_CODES = frozenset(
    {UPLOAD_LIMIT_REACHED, SERVICE_RETIRED, INVALID_API_KEY, ACCOUNT_BANNED, UPLOADS_LOCKED, RATE_LIMITED}
)
"""Failures that the next item of a batch would meet as well."""


class PublishState(Enum):
    """How far an upload came."""

    PUBLISHED = "published"
    REFUSED = "refused"
    """By us, before anything was sent."""
    FAILED = "failed"
    """By the network, or it was not reached; it may be tried again."""
    UNKNOWN = "unknown"
    """It was sent and no readable answer came: look at the network before trying again."""
    NOT_ATTEMPTED = "not_attempted"
    """An earlier item of its batch showed that it could not succeed."""


@dataclass(frozen=True)
class PublishResult:
    """The outcome for one item, in terms that every network shares.

    `recorded` says that nothing was sent now, because an earlier upload of the same source id answers.
    """

    state: PublishState
    remote_id: str | None = None
    url: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    retry_after_seconds: float | None = None
    recorded: bool = False

    @property
    def success(self) -> bool:
        """Whether the item is on the network."""
        return self.state is PublishState.PUBLISHED

    @property
    def stops_batch(self) -> bool:
        """Whether the items after this one would fail for the same reason."""
        return self.error_code in ACCOUNT_LEVEL_CODES


@dataclass(frozen=True, kw_only=True)
class UploadReport:
    """What the documented result classes of the networks have in common."""

    success: bool
    error_message: str | None = None
    error_code: str | None = None
    state: PublishState
    retry_after_seconds: float | None = None
    recorded: bool = False


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return the text with every secret blotted out, in its plain and its URL-encoded forms."""
    for secret in secrets:
        for form in (secret, quote(secret, safe=""), quote_plus(secret)):
            if form:
                text = text.replace(form, "[hidden]")
    return text
