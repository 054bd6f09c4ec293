"""What the path of a request below `/s/` asks for."""

from __future__ import annotations

from typing import NamedTuple

from sharelinks.codes import parse_code

PREFIX = "/s/"
INFO_SUFFIX = "+"
QR_TAILS = {"/qr.svg": "svg", "/qr.png": "png"}


class LinkPath(NamedTuple):
    """A code and what is asked of it: `view` is "", "info", "svg" or "png", `tail` what follows the code."""

    code: str
    view: str = ""
    tail: str = ""


def split_url(url: str) -> tuple[str, str]:
    """Return the raw path and the raw query of an absolute URL, as a browser or the runtime writes it."""
    text = url.partition("#")[0]
    before, _, query = text.partition("?")
    start = before.find("/", before.find("://") + 3)
    return (before[start:] if start >= 0 else "/"), query


def parse_link_path(path: str, *, ignores_case: bool = False) -> LinkPath | None:
    """Return what a path asks for, or None for one that holds no code: that needs no look-up."""
    name, slash, rest = path.removeprefix(PREFIX).partition("/")
    tail = slash + rest
    view = ""
    if name.endswith(INFO_SUFFIX):
        if tail:
            return None
        name, view = name[:-1], "info"
    elif tail in QR_TAILS:
        view, tail = QR_TAILS[tail], ""
    code = parse_code(name.lower() if ignores_case else name)
    return None if code is None else LinkPath(code, view, tail)
