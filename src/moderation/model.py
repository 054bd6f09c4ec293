"""The words the package speaks: decisions, categories, results, errors."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ModerationDecision(StrEnum):
    """What happens to the content."""

    APPROVED = "approved"
    REJECTED = "rejected"
    FLAGGED = "flagged"
    PENDING = "pending"


class ContentCategory(StrEnum):
    """What the content is taken to be."""

    SAFE = "safe"
    NSFW = "nsfw"
    GRAPHIC_VIOLENCE = "graphic_violence"
    HATE_SPEECH = "hate_speech"
    ILLEGAL = "illegal"
    SPAM = "spam"
    UNKNOWN = "unknown"


UNSAFE_CATEGORIES = (
    ContentCategory.ILLEGAL,
    ContentCategory.HATE_SPEECH,
    ContentCategory.GRAPHIC_VIOLENCE,
    ContentCategory.NSFW,
    ContentCategory.SPAM,
)
"""Gravest first: where two are equally sure, the graver one names the content."""


class ModerationError(Exception):
    """Base of what this package raises; `code` is stable."""

    code = "moderation_error"


class ModerationInputError(ModerationError, ValueError):
    """An argument is not what the documented method takes."""

    code = "invalid_moderation_input"


class TextRulesError(ModerationError, ValueError):
    """A rule, or a file of rules, does not follow the notation in docs/text-rules.md."""

    code = "invalid_text_rules"


class UnknownScanError(ModerationError, ValueError):
    """A review names a scan that the audit trail does not hold for that asset."""

    code = "unknown_scan"


class AuditConflictError(ModerationError):
    """An event id is already in the audit trail with other content."""

    code = "audit_conflict"


class ScanFailedError(ModerationError):
    """A scanner could not judge. `retriable` says that asking again later may help."""

    code = "scan_failed"

    def __init__(self, message: str, *, retriable: bool = False) -> None:
        super().__init__(message)
        self.retriable = retriable


@dataclass(frozen=True)
class Thresholds:
    """How sure a verdict must be to act without a person: at or above the number."""

    approve: float = 0.95
    reject: float = 0.80

    def __post_init__(self) -> None:
        for name, value in (("auto_approve_threshold", self.approve), ("auto_reject_threshold", self.reject)):
            if not is_confidence(value):
                raise ModerationInputError(f"{name} must be a number from 0 to 1, not {value!r}")


@dataclass(frozen=True)
class ModerationResult:
    """The outcome of one scan. `errors` is empty unless a scanner failed, and then never approved."""

    asset_id: str
    decision: ModerationDecision
    confidence: float
    reasons: list[str]
    scan_id: str
    category: ContentCategory
    timestamp: str
    errors: list[str] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditEntry:
    """One event of the audit trail: an automatic scan or a person's review.

    `timestamp` is ISO 8601 in UTC. `seq` is the place in the chain, 0 for an entry that was not stored.
    """

    timestamp: str
    decision: ModerationDecision
    moderator: str
    notes: str
    asset_id: str
    scan_id: str
    event: str
    category: ContentCategory
    confidence: float
    reasons: list[str] = field(default_factory=list)
    seq: int = 0
    record_hash: str = ""


def is_confidence(value: object) -> bool:
    """Tell whether `value` is a finite number from 0 to 1; True and False are not numbers here."""
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and 0 <= value <= 1
    )
