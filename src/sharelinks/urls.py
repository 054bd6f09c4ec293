"""http(s) URLs: taking them apart and writing them one way."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sharelinks.errors import InvalidUrlError
from sharelinks.hosts import canonical_host

MAX_URL_LENGTH = 2_048
"""Longer URLs get no preview in chats and break in some clients."""

_SHAPE = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)"
    r"(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?"
)
_AUTHORITY = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]%]*)(?::(?P<port>[0-9]{0,5}))?")
_BARE_AUTHORITY = re.compile(r"\[[^\[\]]*\](?::[0-9]*)?|[^:]*\.[^:]*(?::[0-9]*)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_UNSAFE = re.compile(r"""[^!-~]|["<>\\^`{|}]""")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class UrlParts:
    """A URL in normal form. `port` is None for the scheme's own; an absent query or fragment is None."""

    scheme: str
    host: str
    port: int | None
    path: str
    query: str | None
    fragment: str | None

    @property
    def text(self) -> str:
        """Return the URL as one text, pure ASCII."""
        port = "" if self.port is None else f":{self.port}"
        query = "" if self.query is None else f"?{self.query}"
        fragment = "" if self.fragment is None else f"#{self.fragment}"
        return f"{self.scheme}://{self.host}{port}{self.path}{query}{fragment}"


def parse_url(url: str) -> UrlParts:
    """Return the normal form of an http(s) URL that names its scheme, or raise InvalidUrlError.

    Surrounding spaces go; scheme and host become canonical, a default port is dropped, `.` and `..` segments
    are resolved, and characters no URL may hold are percent-encoded as UTF-8. Path, query, fragment and
    existing escapes otherwise stay as written: an empty path stays empty.
    """
    text = _checked_text(url)
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise InvalidUrlError("a URL must begin with http:// or https://", "invalid_url")
    scheme = match["scheme"].lower()
    if scheme not in _DEFAULT_PORTS:
        raise InvalidUrlError(f"only http and https URLs are allowed, not {scheme!r}", "invalid_scheme")
    if "\\" in match["authority"] + match["path"]:
        raise InvalidUrlError("a URL must not contain a backslash before its query", "invalid_url")
    host, port = _host_and_port(match["authority"], scheme)
    try:
        parts = UrlParts(
            scheme,
            host,
            port,
            _without_dots(_escape(match["path"])),
            None if match["query"] is None else _escape(match["query"]),
            None if match["fragment"] is None else _escape(match["fragment"]),
        )
    except UnicodeEncodeError as error:
        raise InvalidUrlError("a URL must not contain half a surrogate pair") from error
    if len(parts.text) > MAX_URL_LENGTH:
        raise InvalidUrlError(f"a URL has at most {MAX_URL_LENGTH} characters once encoded", "url_too_long")
    return parts


def normalize_url(url: str) -> str:
    """Return the normal form of a URL (see `parse_url`), taking `https://` where no scheme is given.

    Without a scheme the text must begin with a name that has a dot, such as `example.com/cat`, so that
    neither a stray word nor `javascript:` turns into a link. Raises InvalidUrlError.
    """
    text = _checked_text(url)
    if text.startswith("//"):
        return parse_url(f"https:{text}").text
    if _SHAPE.fullmatch(text) is None:
        authority = re.split(r"[/?#]", text, maxsplit=1)[0]
        if not _BARE_AUTHORITY.fullmatch(authority):
            raise InvalidUrlError(f"{text[:80]!r} is not an http(s) URL", "invalid_url")
        text = f"https://{text}"
    return parse_url(text).text


def is_valid_url(url: str) -> bool:
    """Tell whether `url` is a well-formed http(s) URL with its scheme; where it leads is not judged."""
    try:
        parse_url(url)
    except InvalidUrlError:
        return False
    return True


def _checked_text(url: str) -> str:
    if not isinstance(url, str):
        raise InvalidUrlError("a URL must be text")
    text = url.strip(" ")
    if len(text) > MAX_URL_LENGTH:
        raise InvalidUrlError(f"a URL has at most {MAX_URL_LENGTH} characters", "url_too_long")
    if _CONTROL.search(text):
        raise InvalidUrlError("a URL must not contain control characters or line breaks", "invalid_url")
    return text


def _host_and_port(authority: str, scheme: str) -> tuple[str, int | None]:
    if "@" in authority:
        raise InvalidUrlError("a URL must not contain a user name or password", "url_credentials")
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise InvalidUrlError(f"{authority!r} is not a host with an optional port", "invalid_host")
    port = int(match["port"] or _DEFAULT_PORTS[scheme])
    if not 0 < port < 65_536:
        raise InvalidUrlError("a port is a number from 1 to 65535", "invalid_port")
    return canonical_host(match["host"]), None if port == _DEFAULT_PORTS[scheme] else port


def _escape(text: str) -> str:
    return _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8")), text)


def _without_dots(path: str) -> str:
    """Resolve dot segments as browsers do, written plainly or as %2e."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for place, segment in enumerate(segments):
        plain = segment.lower().replace("%2e", ".")
        if plain not in (".", ".."):
            kept.append(segment)
            continue
        if plain == "..":
            del kept[-1:]
        if place == len(segments) - 1:
            kept.append("")
    return "/" + "/".join(kept) if segments else path
