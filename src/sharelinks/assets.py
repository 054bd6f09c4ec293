"""Content hashes of files, and the asset ids made from them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from sharelinks.codes import ALPHABET, encode_base62
from sharelinks.errors import InvalidAssetError
from sharelinks.values import as_text

if TYPE_CHECKING:
    import os

ASSET_ID_LENGTH = 32
"""Base 62 characters: 190 bits, so that nobody finds two files with one id."""

_HEX = re.compile(r"[0-9A-Fa-f]+")
_MAX_HASH_CHARACTERS = 1_024


def create_asset_hash(file_path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file in hexadecimal, read in pieces; OSError passes through."""
    with Path(file_path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def asset_id_from_hash(content_hash: str) -> str:
    """Return the asset id of a content hash: the same text always gives the same id.

    Hexadecimal is compared without case. Raises InvalidAssetError unless the hash is text of 1 to 1024
    characters.
    """
    text = as_text(content_hash).strip()
    if not 0 < len(text) <= _MAX_HASH_CHARACTERS:
        raise InvalidAssetError("a content hash is text of 1 to 1024 characters", "invalid_content_hash")
    if _HEX.fullmatch(text):
        text = text.lower()
    try:
        digest = hashlib.sha256(text.encode("utf-8")).digest()
    except UnicodeEncodeError as error:
        raise InvalidAssetError("a content hash must be encodable text", "invalid_content_hash") from error
    number = int.from_bytes(digest, "big") % len(ALPHABET) ** ASSET_ID_LENGTH
    return encode_base62(number).rjust(ASSET_ID_LENGTH, ALPHABET[0])
