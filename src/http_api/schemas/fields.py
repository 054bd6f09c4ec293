"""The values that links are made of, each with its rule."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, TypeAlias, TypeVar, cast

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from analytics.user_agents import DEVICE_TYPES, SYSTEM_NAMES
from http_api.json_text import depth_of
from http_api.moments import InvalidMomentError, read_moment
from sharelinks.codes import MAX_CODE_LENGTH, MIN_CODE_LENGTH, check_slug
from sharelinks.errors import ShareLinkError
from sharelinks.passwords import MAX_PASSWORD_CHARACTERS
from sharelinks.record import ASSET_SCHEME, asset_target
from sharelinks.targets import check_target
from sharelinks.urls import MAX_URL_LENGTH
from sharelinks.validation import MAX_TAGS, MAX_TITLE_CHARACTERS, check_asset_id, check_tags, check_title

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")

MAX_CLICKS = 1_000_000_000
MAX_DESCRIPTION_CHARACTERS = 2_000
MAX_METADATA_BYTES = 8 * 1024
MAX_METADATA_DEPTH = 8
MAX_METADATA_INTEGER = 2**53 - 1
MAX_UTM_CHARACTERS = 200
MAX_CONDITION_VALUES = 250

_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Checks:
    """What the rules need to know of the request: our own host, and the time unless the past is allowed."""

    own_host: str
    now: float | None = None


def refuse(code: str, reason: str) -> NoReturn:
    """Fail a field with a stable code and a sentence."""
    raise PydanticCustomError(code, "{reason}", {"reason": reason})


def checks_of(info: ValidationInfo) -> Checks:
    """Return what the caller handed in as the context of the validation."""
    return cast("Checks", info.context)


def _domain(check: Callable[[Any], Value]) -> Callable[[Any], Value]:
    """Return a validator that tells the domain's own code and sentence."""

    def validate(value: Any) -> Value:  # noqa: ANN401 - each check has its own type
        try:
            return check(value)
        except (ShareLinkError, InvalidMomentError) as error:
            refuse(error.code, str(error))

    return validate


def _not_past(moment: float, info: ValidationInfo) -> float:
    now = checks_of(info).now
    if now is not None and moment <= now:
        refuse("already_expired", "the end lies in the past")
    return moment


def _web_target(url: str, info: ValidationInfo) -> str:
    return _domain(lambda text: check_target(text, [checks_of(info).own_host]))(url)


def _target(text: str, info: ValidationInfo) -> str:
    if text.startswith(ASSET_SCHEME):
        return asset_target(_domain(check_asset_id)(text.removeprefix(ASSET_SCHEME)))
    return _web_target(text, info)


def _description(text: str) -> str:
    cleaned = unicodedata.normalize("NFC", text).strip()
    _refuse_controls(cleaned.replace("\n", ""))
    return cleaned


def _plain(text: str) -> str:
    cleaned = text.strip()
    if not cleaned:
        refuse("empty_text", "the text is empty")
    _refuse_controls(cleaned)
    return cleaned


def _refuse_controls(text: str) -> None:
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text):
        refuse("control_characters", "the text has control characters or line breaks")


def _metadata(value: dict[str, Any]) -> dict[str, Any]:
    if depth_of(value) > MAX_METADATA_DEPTH:
        refuse("metadata_too_deep", f"metadata is nested at most {MAX_METADATA_DEPTH} deep")
    if not _has_plain_numbers(value):
        refuse("metadata_number", "whole numbers beyond 2**53 - 1 must be sent as text")
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    if size > MAX_METADATA_BYTES:
        refuse("metadata_too_large", f"metadata has at most {MAX_METADATA_BYTES} bytes as JSON, not {size}")
    return value


def _has_plain_numbers(value: object) -> bool:
    if isinstance(value, (dict, list)):
        return all(map(_has_plain_numbers, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, int) or abs(value) <= MAX_METADATA_INTEGER


def _one_of(name: str, labels: frozenset[str]) -> Callable[[str], str]:
    by_lower = {label.lower(): label for label in labels}

    def validate(text: str) -> str:
        label = by_lower.get(text.lower())
        if label is None:
            refuse(f"unknown_{name}", f"one of {', '.join(sorted(labels))} is expected")
        return label

    return validate


def _country(text: str) -> str:
    code = text.upper()
    if not _COUNTRY.fullmatch(code):
        refuse("unknown_country", "a country is two letters of ISO 3166")
    return code


def _language(text: str) -> str:
    tag = text.lower()
    if not _LANGUAGE.fullmatch(tag):
        refuse("unknown_language", "a language is a tag such as de or pt-BR")
    return tag


WebTarget: TypeAlias = Annotated[
    str,
    Field(
        max_length=MAX_URL_LENGTH,
        description="A public http(s) address; https:// is taken where no scheme is given.",
        examples=["https://example.com/cat"],
    ),
    AfterValidator(_web_target),
]
Target: TypeAlias = Annotated[
    str,
    Field(
        max_length=MAX_URL_LENGTH,
        description="Where the link leads: a public http(s) address, or `asset:<id>` for an asset of ours.",
        examples=["https://example.com/cat", "asset:abc123def456"],
    ),
    AfterValidator(_target),
]
Slug: TypeAlias = Annotated[
    str,
    Field(
        description=f"{MIN_CODE_LENGTH} to {MAX_CODE_LENGTH} characters: A-Z a-z 0-9 _ -. Random if omitted.",
        examples=["cat-2026"],
    ),
    AfterValidator(_domain(check_slug)),
]
Title: TypeAlias = Annotated[
    str,
    Field(description=f"At most {MAX_TITLE_CHARACTERS} characters, no line breaks.", examples=["A cat"]),
    AfterValidator(_domain(check_title)),
]
Description: TypeAlias = Annotated[
    str, Field(max_length=MAX_DESCRIPTION_CHARACTERS), AfterValidator(_description)
]
Tags: TypeAlias = Annotated[
    list[str],
    Field(description=f"At most {MAX_TAGS}; repetitions, case aside, are dropped.", examples=[["cat"]]),
    AfterValidator(_domain(lambda tags: list(check_tags(tags)))),
]
Metadata: TypeAlias = Annotated[
    dict[str, Any],
    Field(description=f"Yours: at most {MAX_METADATA_BYTES} bytes as JSON, {MAX_METADATA_DEPTH} deep."),
    AfterValidator(_metadata),
]
Moment: TypeAlias = Annotated[
    float,
    BeforeValidator(_domain(read_moment)),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}],
            "description": "ISO 8601, UTC if it names no zone, or seconds since 1970.",
            "examples": ["2027-01-31T12:00:00Z", 1801396800],
        }
    ),
]
Deadline: TypeAlias = Annotated[Moment, AfterValidator(_not_past)]
MaxClicks: TypeAlias = Annotated[
    int, Field(ge=1, le=MAX_CLICKS, description="The link answers 410 after exactly this many redirects.")
]
Password: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=MAX_PASSWORD_CHARACTERS, description="Kept as a hash, never shown.")
]
Status: TypeAlias = Annotated[
    Literal[301, 302, 303, 307, 308], Field(description="The status of the redirect.")
]
OwnersState: TypeAlias = Annotated[
    Literal["active", "disabled"], Field(description="A disabled link answers 404.")
]
Mode: TypeAlias = Annotated[
    Literal["redirect", "page"], Field(description="`page` shows a page first instead of redirecting.")
]
UtmName: TypeAlias = Literal["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"]
Utm: TypeAlias = Annotated[
    dict[UtmName, Annotated[str, Field(max_length=MAX_UTM_CHARACTERS), AfterValidator(_plain)]],
    Field(description="Parameters added to the target.", examples=[{"utm_source": "newsletter"}]),
]
Countries: TypeAlias = Annotated[
    list[Annotated[str, AfterValidator(_country)]],
    Field(max_length=MAX_CONDITION_VALUES, description="ISO 3166 codes.", examples=[["DE", "AT"]]),
]
Devices: TypeAlias = Annotated[
    list[Annotated[str, AfterValidator(_one_of("device", DEVICE_TYPES))]],
    Field(max_length=MAX_CONDITION_VALUES, examples=[["mobile"]]),
]
Systems: TypeAlias = Annotated[
    list[Annotated[str, AfterValidator(_one_of("os", SYSTEM_NAMES))]],
    Field(max_length=MAX_CONDITION_VALUES, examples=[["iOS", "Android"]]),
]
Languages: TypeAlias = Annotated[
    list[Annotated[str, AfterValidator(_language)]],
    Field(max_length=MAX_CONDITION_VALUES, description="`de` fits `de-AT` too.", examples=[["de"]]),
]
