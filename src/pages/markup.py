"""HTML that escapes by default: elements are built from plain text, and only `Markup` is taken as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REPLACEMENT = "\ufffd"

_VOID = frozenset({"br", "img", "input", "link", "meta", "source"})
_ADDRESSES = frozenset({"action", "href", "poster", "src"})
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
# Controls and halves of surrogate pairs, which no HTML may hold, and the marks that turn the direction of
# the text around them: with those an address can be made to read like another one.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Browsers read a backslash as a slash and drop tabs and line breaks, and two slashes begin a host.
_WEB_ADDRESS = re.compile(
    r"https?://[^\x00-\x20/?#][^\x00-\x20]*|mailto:[^\x00-\x20]+|/(?![/\\])[^\x00-\x20]*", re.IGNORECASE
)


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def clean(text: str) -> str:
    """Return text as it may be shown: what must not be in a page is replaced by U+FFFD."""
    return _UNSHOWABLE.sub(REPLACEMENT, text)


def escape(text: str) -> Markup:
    """Return HTML that reads as `text`, in an element and in a quoted attribute; Markup stays as it is."""
    return text if isinstance(text, Markup) else Markup(clean(text).translate(_ESCAPES))


def element(name: str, attributes: Mapping[str, str | bool | None] | None = None, *children: str) -> Markup:
    """Return an element. An attribute that is True has no value, one that is None or False is left out.

    An address that a browser could execute or that is none (see `web_address`) is left out too. The contents
    of `style` and `script` must be Markup of our own: entities mean nothing there.
    """
    written = "".join(_attribute(key, value) for key, value in (attributes or {}).items())
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def join(*parts: str) -> Markup:
    """Return parts one after the other, escaped where they are plain text."""
    return Markup("".join(map(escape, parts)))


def web_address(text: str) -> str | None:
    """Return an http(s) or mailto address or a path of ours, and None for anything else."""
    return text if _WEB_ADDRESS.fullmatch(text) else None


def foreign_text(text: str) -> Markup:
    """Return text somebody else wrote, kept from changing the direction of what surrounds it."""
    return element("bdi", None, text)


def _attribute(name: str, value: str | bool | None) -> str:
    if value is True:
        return f" {name}"
    if isinstance(value, str) and name in _ADDRESSES:
        value = web_address(value)
    return "" if value is None or value is False else f' {name}="{escape(str(value))}"'
