"""The signed-URL format, version 1: which bytes are signed. The specification is docs/signed-urls.md."""

from __future__ import annotations

import binascii
import hmac
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

VERSION = "v1"
EXPIRES = "expires"
KEY_ID = "kid"
SIGNATURE = "signature"
NAMESPACE = "sig_"
"""Parameters that narrow a grant start with this; a verifier refuses those it does not know."""
NOT_BEFORE = "sig_from"
ENVELOPE = (EXPIRES, KEY_ID, SIGNATURE)

MAX_URL_LENGTH = 8_192
MAX_PARAMETERS = 64

KEY_ID_SYNTAX = re.compile(r"[A-Za-z0-9_-]{1,32}")
MOMENT_SYNTAX = re.compile(r"[1-9][0-9]{0,11}")
# The characters that browsers and the platform pass through untouched, so that the text that was signed is
# the text that arrives. Browsers escape an apostrophe in a query: it is left out.
PATH_SYNTAX = re.compile(r"/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*+")
QUERY_SYNTAX = re.compile(r"(?:[A-Za-z0-9\-._~!$&()*+,;=:@/?]|%[0-9A-Fa-f]{2})*+")
DOT_SEGMENT = re.compile(r"/(?:\.|%2[Ee]){1,2}(?=/|\Z)")

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


def canonical_string(key_id: str, path: str, expires: int, parameters: Iterable[str]) -> str:
    """Return the text that is signed: five lines, the last one the raw parameters in byte order."""
    return "\n".join((VERSION, key_id, path, str(expires), "&".join(sorted(parameters))))


def signature(secret: bytes, canonical: str) -> str:
    """Return `v1.` and the HMAC-SHA-256 of the canonical string in unpadded base64url."""
    digest = hmac.digest(secret, canonical.encode("ascii"), "sha256")
    text = binascii.b2a_base64(digest, newline=False).decode("ascii")
    return f"{VERSION}.{text.rstrip('=').replace('+', '-').replace('/', '_')}"


def parameter_name(raw: str) -> str:
    """Return the name a server would read from a raw `name=value`, each byte as one character."""
    name = raw.partition("=")[0]
    if "%" not in name and "+" not in name:
        return name
    return _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), name.replace("+", " "))
