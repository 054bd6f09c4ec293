"""Settings of a publisher: a wrong one stops its construction with a sentence that names it."""

from __future__ import annotations

import os
from urllib.parse import urlsplit


class PublisherConfigError(ValueError):
    """A publisher was given a setting it cannot work with."""

    code = "invalid_configuration"


def chosen_base_url(given: str | None, variable: str, default: str) -> str:
    """Return the given base URL, else the environment's, else the default, without a slash at the end."""
    url = (given or os.environ.get(variable) or default).rstrip("/")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    else:
        usable = usable and not (parts.query or parts.fragment or parts.username)
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise PublisherConfigError(f"{variable} must be an http or https URL without query or user name")
    return url


def checked_limit(name: str, value: object) -> int | None:
    """Return the limit; raise PublisherConfigError unless it is None or a number from 0 up."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise PublisherConfigError(f"{name} must be None or a whole number from 0 up")
    return value


def required_text(name: str, value: object) -> str:
    """Return the value; raise PublisherConfigError unless it is text with something in it."""
    if not isinstance(value, str) or not value.strip():
        raise PublisherConfigError(f"{name} must be a text that is not empty")
    return value
