"""From a Referer header to the host it came from and the platform of that host.

Only a host name leaves this module: no scheme, credentials, port, path or query, and no character outside
letters, digits, `.`, `-` and `_`, so a label can be stored and shown as it is. International names keep
their ASCII form (`xn--…`), which also keeps look-alike letters apart.
"""

from __future__ import annotations

from typing import NamedTuple

from analytics.kinds import Platform

DIRECT = "Direct"
UNREADABLE = "other"
MAX_READ_CHARACTERS = 2_048
MAX_HOST_LENGTH = 253
MAX_LABEL_LENGTH = 63

_SCHEMES = frozenset({"http", "https", "android-app"})
_HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")

# The doors through which one site sends its visitors out.
_ALIASES = {
    "l.facebook.com": "facebook.com",
    "lm.facebook.com": "facebook.com",
    "m.facebook.com": "facebook.com",
    "web.facebook.com": "facebook.com",
    "l.messenger.com": "messenger.com",
    "l.instagram.com": "instagram.com",
    "mobile.twitter.com": "twitter.com",
    "out.reddit.com": "reddit.com",
    "old.reddit.com": "reddit.com",
    "lnkd.in": "linkedin.com",
}

_PLATFORMS = {
    # Each name also stands for the hosts below it.
    "slack.com": Platform.SLACK,
    "slack-redir.net": Platform.SLACK,
    "com.slack": Platform.SLACK,
    "discord.com": Platform.DISCORD,
    "discordapp.com": Platform.DISCORD,
    "discord.gg": Platform.DISCORD,
    "com.discord": Platform.DISCORD,
    "teams.microsoft.com": Platform.TEAMS,
    "teams.cloud.microsoft": Platform.TEAMS,
    "teams.live.com": Platform.TEAMS,
    "teams.cdn.office.net": Platform.TEAMS,
    "com.microsoft.teams": Platform.TEAMS,
    "twitter.com": Platform.TWITTER,
    "x.com": Platform.TWITTER,
    "t.co": Platform.TWITTER,
    "com.twitter.android": Platform.TWITTER,
    "facebook.com": Platform.FACEBOOK,
    "fb.com": Platform.FACEBOOK,
    "fb.me": Platform.FACEBOOK,
    "messenger.com": Platform.FACEBOOK,
    "com.facebook.katana": Platform.FACEBOOK,
    "com.facebook.lite": Platform.FACEBOOK,
    "com.facebook.orca": Platform.FACEBOOK,
}


class Referrer(NamedTuple):
    """Where a visitor came from: a host name, `Direct` without one, or `other` where it cannot be read."""

    host: str
    platform: Platform


def parse_referrer(header: str | None) -> Referrer:
    """Read a Referer header; never raises. Hosts that belong to no named platform are WEB."""
    if not header or not (text := header[:MAX_READ_CHARACTERS].strip()):
        return Referrer(DIRECT, Platform.WEB)
    host = _host(text)
    if not host:
        return Referrer(UNREADABLE, Platform.WEB)
    return Referrer(host, platform_of_host(host))


def platform_of_host(host: str) -> Platform:
    """Return the platform that a host name, or one of the names above it, belongs to; WEB for any other."""
    labels = host.split(".")
    for start in range(len(labels) - 1):
        platform = _PLATFORMS.get(".".join(labels[start:]))
        if platform is not None:
            return platform
    return Platform.WEB


def click_platform(agent_platform: Platform, referrer: Referrer) -> Platform:
    """Return the platform of a click: an app's own word first, then the page that a browser came from."""
    return referrer.platform if agent_platform is Platform.WEB else agent_platform


def is_host_label(text: str) -> bool:
    """Tell whether `text` is something `parse_referrer` could have named."""
    return text in {DIRECT, UNREADABLE} or _is_host(text)


def _host(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() not in _SCHEMES:
        return ""
    for end in "/?#\\":
        rest = rest.partition(end)[0]
    name, _, port = rest.rpartition("@")[2].partition(":")
    if port and not (port.isascii() and port.isdigit()):
        return ""
    host = _ascii(name).lower().removesuffix(".")
    if not _is_host(host):
        return ""
    bare = host.removeprefix("www.")
    host = bare if "." in bare else host
    return _ALIASES.get(host, host)


def _ascii(name: str) -> str:
    if name.isascii() or len(name) > MAX_HOST_LENGTH:
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _is_host(host: str) -> bool:
    return (
        0 < len(host) <= MAX_HOST_LENGTH
        and _HOST_CHARACTERS.issuperset(host)
        and all(0 < len(label) <= MAX_LABEL_LENGTH for label in host.split("."))
    )
