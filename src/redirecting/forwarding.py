"""The final URL of a redirect: the target with what the link adds and what it forwards of the request.

Scheme, user, host and port are always the target's: what is added goes behind them, and begins with `/`, `?`
or `&`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LOCATION_BYTES = 8_192

_SCHEMES = ("https://", "http://")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_HEXADECIMAL = frozenset(b"0123456789ABCDEFabcdef")


def is_web(target: str) -> bool:
    """Tell whether a target is an http(s) URL with a host, so that nothing added could become the host."""
    return target.startswith(_SCHEMES) and target.partition("//")[2][:1] not in ("", "/", "\\", "?", "#")


def forward(target: str, utm: Mapping[str, str], path_tail: str = "", query: str = "") -> str | None:
    """Return an `is_web` target with a path tail, UTM parameters and a query, or None for a refused request.

    Refused are a tail or query that is not printable ASCII and a tail that could leave the target's path.
    Of parameters with one name the target's own win, then `utm`, then the query's. The fragment stays at the
    end. If the result would be longer than 8 KiB, nothing of the request is forwarded.
    """
    if (path_tail and not _may_follow(path_tail)) or not _is_clean(query):
        return None
    head, hash_mark, fragment = target.partition("#")
    address, question_mark, own = head.partition("?")
    if path_tail:
        address = address.removesuffix("/") + path_tail
    added = _new_parameters(own, utm, query) if utm or query else []
    if added:
        question_mark = "?"
        own = "&".join([own, *added] if own else added)
    location = f"{address}{question_mark}{own}{hash_mark}{fragment}"
    if len(location.encode("utf-8", "surrogatepass")) <= MAX_LOCATION_BYTES:
        return location
    return forward(target, utm) if path_tail or query else target


def _is_clean(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text and "#" not in text


def _may_follow(tail: str) -> bool:
    """Tell whether a tail stays below any path, whoever decodes it: browsers, proxies and servers differ.

    Escapes are undone twice, since some servers do; a `;` begins the parameters of a segment in others.
    """
    if not tail.startswith("/") or "//" in tail or "?" in tail or not _is_clean(tail):
        return False
    read = tail.lower()
    for escape, plain in (("%25", "%"), ("%2e", "."), ("%2f", "/"), ("%5c", "\\")):
        read = read.replace(escape, plain)
    if "\\" in read:
        return False
    return not any(segment.partition(";")[0] in (".", "..") for segment in read.split("/"))


def _new_parameters(own: str, utm: Mapping[str, str], query: str) -> list[str]:
    taken = {_name(pair) for pair in own.split("&") if pair}
    added = [
        f"{_quote(name)}={_quote(value)}"
        for name, value in utm.items()
        if value and name.encode("utf-8", "surrogatepass") not in taken
    ]
    taken.update(_name(pair) for pair in added)
    return added + [pair for pair in query.split("&") if pair and _name(pair) not in taken]


def _name(pair: str) -> bytes:
    """Return a parameter's name decoded: `utm%5Fsource` must not pass for another name than `utm_source`."""
    name = pair.partition("=")[0].replace("+", " ").encode("utf-8", "surrogatepass")
    if b"%" not in name:
        return name
    first, *escapes = name.split(b"%")
    return first + b"".join(map(_unescape, escapes))


def _unescape(text: bytes) -> bytes:
    digits = text[:2]
    if len(digits) < 2 or not _HEXADECIMAL.issuperset(digits):
        return b"%" + text
    return bytes([int(digits, 16)]) + text[2:]


def _quote(text: str) -> str:
    data = text.encode("utf-8", "replace")
    if _UNRESERVED.issuperset(data):
        return text
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in data)
