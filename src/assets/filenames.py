"""The name under which a download is saved, and the header that says it (RFC 6266)."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

MAX_CHARACTERS = 100
MAX_BYTES = 180

# What some file system or shell reads as more than a letter of a name.
_UNSAFE = re.compile(r'[\\/:*?"<>|]')
_SPACES = re.compile(r"\s+")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._~!#$&()+,;=@\[\]{}^-]")
_UNRESERVED = "!#$&+.^_`|~-"


def download_name(title: str, extension: str, fallback: str) -> str:
    """Return a file name made of a title, safe on every system; of `fallback` where nothing is left of it.

    Without path separators, quotes, control and direction characters, dots and spaces at the ends; the
    extension is always the given one.
    """
    kept = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", title)
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    stem = _SPACES.sub(" ", _UNSAFE.sub("-", kept))[:MAX_CHARACTERS]
    stem = stem.encode()[:MAX_BYTES].decode(errors="ignore").strip(" .")
    stem = stem.removesuffix(f".{extension}").strip(" .")
    if not stem.strip("-"):
        stem = fallback
    if _DEVICES.fullmatch(stem):
        stem = f"_{stem}"
    return f"{stem}.{extension}"


def content_disposition(file_name: str) -> str:
    """Return the header value that has a browser save a file under a name.

    `filename` is for clients that know ASCII alone; `filename*` comes where that says less.
    """
    plain = _NOT_PLAIN.sub("_", file_name)
    value = f'attachment; filename="{plain}"'
    return value if plain == file_name else f"{value}; filename*=UTF-8''{quote(file_name, safe=_UNRESERVED)}"
