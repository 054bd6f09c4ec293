"""What may be said about a link: asset ids and types, titles, tags, the base URL."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from sharelinks.errors import InvalidAssetError, InvalidTagsError, InvalidTitleError, InvalidUrlError
from sharelinks.urls import parse_url
from sharelinks.values import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_TITLE_CHARACTERS = 300
MAX_TAG_CHARACTERS = 64
MAX_TAGS = 50

ASSET_TYPES = frozenset({"gif", "png", "jpg", "jpeg", "webp", "avif", "mp4", "webm"})
_ASSET_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def check_asset_id(asset_id: str) -> str:
    """Return an asset id, or raise InvalidAssetError: it becomes part of URLs and storage keys."""
    if not _ASSET_ID.fullmatch(as_text(asset_id)):
        raise InvalidAssetError("an asset id has 1 to 128 characters out of A-Z, a-z, 0-9, _ and -")
    return asset_id


def check_asset_type(asset_type: str) -> str:
    """Return a media type's extension in lower case, or raise InvalidAssetError."""
    extension = as_text(asset_type).lower()
    if extension not in ASSET_TYPES:
        raise InvalidAssetError(
            f"asset type {asset_type!r} is not one of {', '.join(sorted(ASSET_TYPES))}", "invalid_asset_type"
        )
    return extension


def check_title(title: str) -> str:
    """Return a title in NFC without surrounding space, or raise InvalidTitleError."""
    if not isinstance(title, str):
        raise InvalidTitleError("a title must be text")
    cleaned = unicodedata.normalize("NFC", title).strip()
    if len(cleaned) > MAX_TITLE_CHARACTERS:
        raise InvalidTitleError(f"a title has at most {MAX_TITLE_CHARACTERS} characters, not {len(cleaned)}")
    if _has_unprintable(cleaned):
        raise InvalidTitleError("a title must not contain control characters or line breaks")
    return cleaned


def check_tags(tags: Iterable[str] | None) -> tuple[str, ...]:
    """Return tags in order, trimmed, repetitions (case aside) dropped, or raise InvalidTagsError."""
    if tags is None:
        return ()
    if isinstance(tags, (str, bytes)) or not hasattr(tags, "__iter__"):
        raise InvalidTagsError("tags must be a list of texts, not one text")
    cleaned: dict[str, str] = {}
    for tag in tags:
        text = _check_tag(tag)
        cleaned.setdefault(text.casefold(), text)
        if len(cleaned) > MAX_TAGS:
            raise InvalidTagsError(f"a link has at most {MAX_TAGS} tags")
    return tuple(cleaned.values())


def _check_tag(tag: object) -> str:
    if not isinstance(tag, str):
        raise InvalidTagsError(f"a tag must be text, not {type(tag).__name__}")
    text = unicodedata.normalize("NFC", tag).strip()
    if not 0 < len(text) <= MAX_TAG_CHARACTERS:
        raise InvalidTagsError(f"a tag has 1 to {MAX_TAG_CHARACTERS} characters, not {len(text)}")
    if "," in text or _has_unprintable(text):
        raise InvalidTagsError("a tag must not contain commas, control characters or line breaks")
    return text


def _has_unprintable(text: str) -> bool:
    """Tell whether text has control characters, line separators or halves of surrogate pairs."""
    return any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text)


def check_base_url(base_url: str) -> str:
    """Return the address of this service without a trailing slash, or raise InvalidUrlError.

    Any http(s) host will do, a local one too; a query or fragment makes no sense here.
    """
    parts = parse_url(base_url)
    if parts.query is not None or parts.fragment is not None:
        raise InvalidUrlError("base_url must not have a query or a fragment")
    return parts.text.rstrip("/")
