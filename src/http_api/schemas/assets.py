"""Assets: what clients send about them, and what they see. Moments are ISO 8601 in UTC with milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from typing_extensions import TypedDict

from assets.projection import library_entry
from cdn.errors import SigningError
from cdn.restrictions import MAX_COUNTRIES, make_restrictions
from cdn.signed_url import MAX_LIFETIME_SECONDS
from http_api.moments import write_moment
from http_api.schemas.fields import Description, Moment, Tags, Title, checks_of, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assets.record import AssetRecord
    from assets.references import Reference

DEFAULT_LIFETIME_SECONDS = 3_600
MAX_REASON_CHARACTERS = 500
_REFUSING = ("rejected", "taken_down")

_CONFIG = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, defer_build=True)


def _network(text: str) -> str:
    try:
        return make_restrictions("/", None, text, None).network or ""
    except SigningError as error:
        refuse("invalid_network", str(error))


def _countries(codes: list[str]) -> list[str]:
    try:
        return list(make_restrictions("/", None, None, map(str.upper, codes)).countries or ())
    except SigningError as error:
        refuse("unknown_country", str(error))


Visibility: TypeAlias = Annotated[
    Literal["public", "unlisted", "private"],
    Field(description="Who may see it: everybody, whoever knows the address, or holders of signed URLs."),
]
Format: TypeAlias = Literal["gif", "png", "jpg", "webp", "avif", "mp4", "webm"]
Version: TypeAlias = Annotated[
    int | None, Field(ge=1, description="Change only this version; `If-Match` says the same.")
]


class AssetChange(BaseModel):
    """Changes of the caller's words about an asset: what is left out stays, null empties a text."""

    model_config = _CONFIG

    title: Title | None = None
    description: Description | None = None
    tags: Tags | None = None
    visibility: Visibility = "private"
    version: Version = None

    def words(self) -> dict[str, Any]:
        """Return what was given as fields of a reference."""
        given = self.model_dump(exclude_unset=True, exclude={"version"})
        return {name: _EMPTY[name] if value is None else value for name, value in given.items()}


class SignedUrlCreate(BaseModel):
    """A request for a signed URL. Left out, what it may be bound to stays open."""

    model_config = _CONFIG

    expires_in: Annotated[
        int, Field(ge=1, le=MAX_LIFETIME_SECONDS, description="Seconds from now, 7 days at most.")
    ] = DEFAULT_LIFETIME_SECONDS
    format: Annotated[Format | None, Field(description="The original if left out.")] = None
    every_format: Annotated[
        bool, Field(description="The same query is valid for all formats: the URL is bound to a path prefix.")
    ] = False
    download: Annotated[bool, Field(description="Browsers save the file instead of showing it.")] = False
    not_before: Annotated[Moment | None, Field(description="Not valid earlier.")] = None
    network: Annotated[
        Annotated[str, Field(max_length=64), AfterValidator(_network)] | None,
        Field(
            description="An address or a range that the visitor must come from.", examples=["192.0.2.0/24"]
        ),
    ] = None
    countries: Annotated[
        Annotated[list[str], Field(max_length=MAX_COUNTRIES), AfterValidator(_countries)] | None,
        Field(description="ISO 3166 codes of countries that the visitor must be in.", examples=[["DE"]]),
    ] = None

    @field_validator("not_before")
    @classmethod
    def _before_the_end(cls, value: float | None, info: ValidationInfo) -> float | None:
        now, lifetime = checks_of(info).now, info.data.get("expires_in")
        if value is not None and now is not None and lifetime is not None and value >= now + lifetime:
            refuse("ends_before_start", "the URL would expire before it is valid")
        return value


class DecisionCreate(BaseModel):
    """A decision of moderation. Whoever refuses says why; `approved` undoes that."""

    model_config = _CONFIG

    state: Literal["approved", "flagged", "rejected", "taken_down"]
    reason: Annotated[str, Field(max_length=MAX_REASON_CHARACTERS, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    version: Annotated[int | None, Field(ge=1, description="Decide only on this version of the asset.")] = (
        None
    )

    @model_validator(mode="after")
    def _has_a_reason(self) -> DecisionCreate:
        if self.state in _REFUSING and not self.reason.strip():
            refuse("reason_required", "whoever rejects or takes down says why")
        return self


class AssetView(TypedDict):
    """An asset in the words of one account.

    `status` is what moderation says, or "deleted" until `erase_at`. `formats` begins with the original's.
    `version` counts the account's own changes.
    """

    asset_id: str
    status: str
    reason: str
    sha256: str
    content_type: str
    bytes: int
    width: int | None
    height: int | None
    frames: int | None
    duration_ms: int | None
    loop_count: int | None
    formats: list[str]
    url: str
    title: str
    tags: list[str]
    description: str
    visibility: str
    created_at: str | None
    deleted_at: str | None
    erase_at: str | None
    version: int


class AssetPage(TypedDict):
    """Assets, newest first; `next_cursor` asks for what follows."""

    items: list[AssetView]
    next_cursor: str | None


class QuotaView(TypedDict):
    """The most that an account of this tier may keep."""

    assets: int
    bytes: int
    file_bytes: int


class UsageView(TypedDict):
    """What an account keeps; what is deleted counts until it is erased."""

    tier: str
    assets: int
    bytes: int
    deleted_assets: int
    deleted_bytes: int
    largest_upload_bytes: int
    quota: QuotaView


class SignedUrlView(TypedDict):
    """A signed URL and the moment from which it is refused."""

    url: str
    expires_at: str | None


class DecisionView(TypedDict):
    """Where an asset stands with moderation. `version` is the asset's; `accounts` hold it."""

    asset_id: str
    state: str
    reason: str
    visibility: str
    version: int
    accounts: list[str]


_EMPTY: dict[str, Any] = {"title": "", "description": "", "tags": []}


def asset_view(record: AssetRecord, reference: Reference, base_url: str) -> AssetView:
    """Return an asset as the account that holds the reference sees it."""
    return entry_view(library_entry(record, reference), base_url)


def entry_view(entry: Mapping[str, Any], base_url: str) -> AssetView:
    """Return an asset as the account sees it in whose library the entry is."""
    return {
        "asset_id": entry["asset_id"],
        "status": entry["state"],
        "reason": entry["reason"],
        "sha256": entry["sha256"],
        "content_type": entry["content_type"],
        "bytes": int(entry["bytes"]),
        "width": entry["width"],
        "height": entry["height"],
        "frames": entry["frames"],
        "duration_ms": entry["duration_ms"],
        "loop_count": entry["loop_count"],
        "formats": list(entry["formats"]),
        "url": f"{base_url}/a/{entry['asset_id']}",
        "title": entry["title"],
        "tags": list(entry["tags"]),
        "description": entry["description"],
        "visibility": entry["visibility"],
        "created_at": write_moment(entry["created_at"]),
        "deleted_at": write_moment(entry["deleted_at"]),
        "erase_at": write_moment(entry["erase_at"]),
        "version": int(entry["reference_version"]),
    }
