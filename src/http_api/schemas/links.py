"""Links as clients send them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from http_api.schemas.fields import (
    Countries,
    Deadline,
    Description,
    Devices,
    Languages,
    MaxClicks,
    Metadata,
    Mode,
    Moment,
    OwnersState,
    Password,
    Slug,
    Status,
    Systems,
    Tags,
    Target,
    Title,
    Utm,
    WebTarget,
    refuse,
)

MAX_RULES = 50
MAX_VARIANTS = 10
MAX_WEIGHT = 1_000
MAX_GRACE_SECONDS = 366 * 86_400
DEFAULT_GRACE_SECONDS = 30 * 86_400
MAX_ALIASES = 50

ENDS_BEFORE_START = ("ends_before_start", "the end must come after the start")

# Building a validator costs start-up time: those of rare requests are built when the first one comes.
_CONFIG = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, defer_build=True)


class RuleFields(BaseModel):
    """Leads visits that meet all its conditions to its own target; the first rule that fits decides."""

    model_config = _CONFIG

    target: Target
    country: Countries = []
    device: Devices = []
    os: Systems = []
    language: Languages = []
    starts_at: Moment | None = None
    ends_at: Moment | None = None

    @field_validator("ends_at")
    @classmethod
    def _after_start(cls, value: float | None, info: ValidationInfo) -> float | None:
        return _later(value, info.data.get("starts_at"))


class VariantFields(BaseModel):
    """One of several targets, chosen in proportion to its weight and kept for a visitor."""

    model_config = _CONFIG

    target: Target
    weight: Annotated[int, Field(ge=1, le=MAX_WEIGHT)]


class LinkFields(BaseModel):
    """What may be said about a link; null, or leaving a field out, means its default."""

    model_config = _CONFIG

    title: Title | None = None
    description: Description | None = None
    tags: Tags | None = None
    metadata: Metadata | None = None
    status: Status | None = None
    state: OwnersState = "active"
    starts_at: Moment | None = None
    expires_at: Deadline | None = None
    max_clicks: MaxClicks | None = None
    password: Password | None = None
    forward_query: bool | None = None
    forward_path: bool | None = None
    utm: Utm | None = None
    rules: Annotated[list[RuleFields], Field(max_length=MAX_RULES)] | None = None
    split: Annotated[list[VariantFields], Field(max_length=MAX_VARIANTS)] | None = None
    mode: Mode | None = None

    @field_validator("expires_at")
    @classmethod
    def _after_start(cls, value: float | None, info: ValidationInfo) -> float | None:
        return _later(value, info.data.get("starts_at"))


class LinkCreate(LinkFields):
    """A request for a link."""

    model_config = ConfigDict(defer_build=False)

    target: Target
    code: Slug | None = None


class LinkImport(LinkCreate):
    """A link out of a file, with the other codes it had and the time each of them ends."""

    model_config = ConfigDict(defer_build=True)

    aliases: Annotated[dict[Slug, Moment | None], Field(max_length=MAX_ALIASES)] | None = None


class LinkChange(LinkFields):
    """Changes of a link: what is left out stays as it is, null puts a field back to its default."""

    target: Target = ""
    version: Annotated[
        int | None, Field(ge=1, description="Change only this version; `If-Match` says the same.")
    ] = None


class AliasCreate(BaseModel):
    """A request for one more code of a link."""

    model_config = _CONFIG

    code: Slug | None = None


class Rename(BaseModel):
    """A new code for a link; the old one leads on for a while."""

    model_config = _CONFIG

    code: Slug
    grace_seconds: Annotated[
        int, Field(ge=0, le=MAX_GRACE_SECONDS, description="How long the old code still works.")
    ] = DEFAULT_GRACE_SECONDS


class Shorten(BaseModel):
    """A request for a short URL, in the words of other shorteners."""

    model_config = _CONFIG

    original_url: WebTarget
    custom_code: Slug | None = None
    expires_at: Deadline | None = None
    metadata: Metadata | None = None


def _later(end: float | None, start: float | None) -> float | None:
    if end is not None and start is not None and end <= start:
        refuse(*ENDS_BEFORE_START)
    return end
