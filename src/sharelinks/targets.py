"""Where a link may lead: public http(s) addresses that are not ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharelinks.errors import InvalidUrlError, RefusedTargetError
from sharelinks.hosts import is_public
from sharelinks.urls import normalize_url, parse_url

if TYPE_CHECKING:
    from collections.abc import Iterable


def check_target(url: str, own_hosts: Iterable[str] = ()) -> str:
    """Return the normal form of a URL a link may lead to.

    Raises InvalidUrlError for what is no http(s) URL, and RefusedTargetError for private, loopback,
    link-local and metadata addresses in any notation (`private_target`) and for our own hosts
    (`own_target`). Host names are not resolved: whoever fetches a target must check the address again.
    """
    parts = parse_url(normalize_url(url))
    if not is_public(parts.host):
        raise RefusedTargetError(f"{parts.host} is not a public address", "private_target")
    if points_back(parts.text, own_hosts):
        raise RefusedTargetError(f"{parts.host} is this service itself: the link would loop", "own_target")
    return parts.text


def points_back(url: str, own_hosts: Iterable[str]) -> bool:
    """Tell whether `url` is on one of our hosts, whatever its port, path or spelling.

    `own_hosts` holds names with or without a port; raises InvalidUrlError if `url` or one of them is invalid.
    """
    host = parse_url(normalize_url(url)).host
    return any(parse_url(f"https://{own}").host == host for own in own_hosts)


def is_safe_url(url: str) -> bool:
    """Tell whether `check_target` accepts `url`. No reputation service is asked."""
    try:
        check_target(url)
    except InvalidUrlError:
        return False
    return True
