"""What a URL below `/a/` asks for."""

from __future__ import annotations

import re
from typing import NamedTuple

from assets.types import MEDIA_TYPES
from cdn.canonical import ENVELOPE, NAMESPACE, parameter_name

PREFIX = "/a/"
DOWNLOAD = "download"
EMBED_TAIL = "/embed"

_EMBED_PATH = re.compile(rf"{PREFIX}([A-Za-z0-9_-]{{1,128}}){EMBED_TAIL}")
_MEDIA_PATH = re.compile(rf"{PREFIX}([A-Za-z0-9_-]{{1,128}})(?:\.({'|'.join(MEDIA_TYPES)}))?")


class MediaPath(NamedTuple):
    """An asset and the format that is asked for; without an extension, the original."""

    asset_id: str
    extension: str | None = None


class MediaQuery(NamedTuple):
    """What the query says. `is_signed` means that it has to be verified, whatever becomes of that."""

    is_signed: bool = False
    is_download: bool = False


PLAIN = MediaQuery()


def parse_media_path(path: str) -> MediaPath | None:
    """Return what a path asks for, or None for one that holds no asset id: that needs no look-up."""
    match = _MEDIA_PATH.fullmatch(path)
    return None if match is None else MediaPath(match[1], match[2])


def parse_embed_path(path: str) -> str | None:
    """Return the id of the asset whose page for other sites' frames a path names, None for any other path."""
    match = _EMBED_PATH.fullmatch(path)
    return None if match is None else match[1]


def parse_media_query(query: str) -> MediaQuery:
    """Return what a raw query says; whatever else it holds is ignored."""
    if not query:
        return PLAIN
    names = {parameter_name(pair) for pair in query.split("&")}
    is_signed = any(name in ENVELOPE or name.startswith(NAMESPACE) for name in names)
    return MediaQuery(is_signed, DOWNLOAD in names)
