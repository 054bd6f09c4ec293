"""Moderation: what moderators, owners and the public send."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from casework.errors import CaseworkInputError
from casework.inputs import MAX_NOTES_CHARACTERS, MAX_REASON_CHARACTERS
from casework.inputs import subject as checked_subject
from http_api.schemas.fields import refuse

MAX_DECISIONS = 100
MAX_REPORT_CHARACTERS = 3_000
MAX_CONTACT_CHARACTERS = 200
MAX_APPEAL_CHARACTERS = 4_000

_CONFIG = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, defer_build=True)

Step: TypeAlias = Literal["approve", "reject", "take_down", "reopen", "reinstate", "uphold"]
Category: TypeAlias = Literal[
    "child_safety",
    "sexual",
    "violence",
    "hate",
    "harassment",
    "self_harm",
    "terrorism",
    "illegal_goods",
    "copyright",
    "privacy",
    "phishing",
    "malware",
    "spam",
    "other",
]
Reason: TypeAlias = Annotated[
    str,
    Field(
        max_length=MAX_REASON_CHARACTERS,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="For the owner and, where the content is withheld, for visitors.",
    ),
]
EventKey: TypeAlias = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        pattern="^[!-~]+$",
        description="The same decision with the same id is taken once.",
    ),
]


class CaseDecision(BaseModel):
    """A moderator's step. Taking down needs a reason; without one, rejecting keeps the scan's."""

    model_config = _CONFIG

    step: Step
    reason: Reason = ""
    notes: Annotated[str, Field(max_length=MAX_NOTES_CHARACTERS, description="For colleagues only.")] = ""
    event_id: EventKey | None = None

    @model_validator(mode="after")
    def _has_a_reason(self) -> CaseDecision:
        if self.step == "take_down" and not self.reason.strip():
            refuse("reason_required", "whoever takes down says why")
        return self


class BulkDecision(CaseDecision):
    """A step of one case of many."""

    subject: str

    @model_validator(mode="after")
    def _has_a_subject(self) -> BulkDecision:
        try:
            checked_subject(self.subject)
        except CaseworkInputError as error:
            refuse("invalid_subject", str(error))
        return self


class BulkDecisions(BaseModel):
    """Steps of many cases: one that fails stops no other."""

    model_config = _CONFIG

    decisions: Annotated[list[BulkDecision], Field(min_length=1, max_length=MAX_DECISIONS)]


class BlockedHashCreate(BaseModel):
    """A hash that no upload may have: a SHA-256, or 16 digits of a picture's perceptual hash."""

    model_config = _CONFIG

    value: Annotated[str, Field(pattern="^([0-9a-f]{64}|[0-9a-f]{16})$")]
    reason: Annotated[Reason, Field(min_length=1)]
    subject: Annotated[str | None, Field(description="The case that it comes from.")] = None


class VerificationCreate(BaseModel):
    """A checkpoint that was kept elsewhere: only that shows a ledger that was cut or written anew."""

    model_config = _CONFIG

    checkpoint: dict[str, Any] | None = None


class ReportCreate(BaseModel):
    """A report of the public."""

    model_config = _CONFIG

    subject: Annotated[
        str,
        Field(
            min_length=1,
            max_length=2_048,
            description="A URL of ours, the code of a link, or the id of an asset.",
        ),
    ]
    category: Category
    text: Annotated[str, Field(max_length=MAX_REPORT_CHARACTERS)] = ""
    contact: Annotated[
        str | None,
        Field(
            max_length=MAX_CONTACT_CHARACTERS,
            pattern=r"^[^\x00-\x1f\x7f]*$",
            description="Where to reach you; kept with the report, as long as that.",
        ),
    ] = None


class AppealCreate(BaseModel):
    """An owner's words on a decision."""

    model_config = _CONFIG

    text: Annotated[str, Field(max_length=MAX_APPEAL_CHARACTERS)]
