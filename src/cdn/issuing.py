"""Turn a URL as people write it into the raw path and parameters that get signed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdn.canonical import (
    DOT_SEGMENT,
    ENVELOPE,
    MAX_PARAMETERS,
    NAMESPACE,
    parameter_name,
)
from cdn.errors import SigningError
from cdn.values import as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

URL_SYNTAX = re.compile(
    r"(?P<origin>[Hh][Tt][Tt][Pp][Ss]?://[^/?#@\\\s\x00-\x20\x7f]+)(?P<path>(?:/[^?#]*)?)(?:\?(?P<query>[^#]*))?"
)
_UNWANTED = re.compile(r"[\x00-\x1f\x7f\\]")
_PATH_TO_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]")
_QUERY_TO_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&()*+,;=:@/?%]")
_VALUE_TO_ESCAPE = re.compile(r"[^A-Za-z0-9\-._~]")


@dataclass(frozen=True, slots=True)
class Resource:
    """A URL taken apart: origin as given, path and parameters in the spelling that goes over the wire."""

    origin: str
    path: str
    parameters: tuple[str, ...]


def read_resource(base_url: str, additional: Mapping[str, str | int | float]) -> Resource:
    """Return what `base_url` and the additional parameters name, or raise SigningError.

    Text outside the URL alphabet is percent-encoded as UTF-8; existing escapes stay as they are.
    """
    match = URL_SYNTAX.fullmatch(as_text(base_url))
    if match is None or _UNWANTED.search(base_url):
        raise SigningError(
            "invalid_url",
            "base_url must be an absolute http or https URL without credentials, fragment, backslash or"
            " control characters",
        )
    path = _escape(match["path"] or "/", _PATH_TO_ESCAPE)
    if DOT_SEGMENT.search(path):
        raise SigningError("invalid_url", "base_url must not contain . or .. segments: clients remove them")
    parameters = _escape(match["query"], _QUERY_TO_ESCAPE).split("&") if match["query"] else []
    if "" in parameters:
        raise SigningError("invalid_url", "base_url has an empty query parameter")
    parameters += [
        f"{_escape(str(name), _VALUE_TO_ESCAPE)}={_escape(str(value), _VALUE_TO_ESCAPE)}"
        for name, value in additional.items()
    ]
    _check_names(parameters)
    return Resource(match["origin"], path, tuple(sorted(parameters)))


def _check_names(parameters: list[str]) -> None:
    names = [parameter_name(parameter) for parameter in parameters]
    if len(set(names)) != len(names):
        raise SigningError("duplicate_parameter", "each query parameter may appear once")
    reserved = sorted(name for name in names if name in ENVELOPE or name.startswith(NAMESPACE))
    if reserved:
        raise SigningError("reserved_parameter", f"{', '.join(reserved)} belongs to the signature")
    if len(names) > MAX_PARAMETERS - len(ENVELOPE) - 1:
        raise SigningError("too_many_parameters", f"a signed URL holds at most {MAX_PARAMETERS} parameters")


def _escape(text: str, unsafe: re.Pattern[str]) -> str:
    def encode(match: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8"))

    try:
        return unsafe.sub(encode, text)
    except UnicodeEncodeError as error:
        raise SigningError(
            "invalid_url", "text with half a surrogate pair cannot be part of a URL"
        ) from error
