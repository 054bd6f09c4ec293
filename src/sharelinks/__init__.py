"""Share links: short codes, the records behind them, where they may lead, and their previews."""

from __future__ import annotations

from sharelinks.assets import create_asset_hash
from sharelinks.codes import (
    CODE_LENGTH,
    RESERVED_WORDS,
    check_slug,
    encode_base62,
    generate_short_code,
    parse_code,
)
from sharelinks.errors import (
    CodesExhaustedError,
    InvalidAssetError,
    InvalidCodeError,
    InvalidTagsError,
    InvalidTitleError,
    InvalidUrlError,
    RefusedTargetError,
    ShareLinkError,
    WireFormatError,
)
from sharelinks.generator import ShareLinkGenerator
from sharelinks.open_graph import share_metadata
from sharelinks.record import LinkRecord
from sharelinks.share_media import ShareMedia
from sharelinks.store import ShareLinkStore, StoredLink
from sharelinks.targets import check_target, is_safe_url, points_back
from sharelinks.urls import is_valid_url, normalize_url

__all__ = [
    "CODE_LENGTH",
    "RESERVED_WORDS",
    "CodesExhaustedError",
    "InvalidAssetError",
    "InvalidCodeError",
    "InvalidTagsError",
    "InvalidTitleError",
    "InvalidUrlError",
    "LinkRecord",
    "RefusedTargetError",
    "ShareLinkError",
    "ShareLinkGenerator",
    "ShareLinkStore",
    "ShareMedia",
    "StoredLink",
    "WireFormatError",
    "check_slug",
    "check_target",
    "create_asset_hash",
    "encode_base62",
    "generate_short_code",
    "is_safe_url",
    "is_valid_url",
    "normalize_url",
    "parse_code",
    "points_back",
    "share_metadata",
]
