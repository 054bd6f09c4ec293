"""From a User-Agent header to a browser, a system, a kind of device, and whether a person is behind it.

Substring tables instead of patterns: nothing to compile while the redirect Worker starts, and the time is
linear in a text cut to 1,024 characters. Everything returned comes from a closed set (`BROWSER_NAMES`,
`SYSTEM_NAMES`, `DEVICE_TYPES`, `Platform`), so it can be stored and shown as it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from analytics.kinds import Platform
from analytics.user_agent_tables import (
    ANDROID_BROWSER,
    APPS,
    BOTS,
    BROWSER_NAMES,
    BROWSERS,
    DESKTOP_SYSTEMS,
    DEVICE_TYPES,
    IOS_WEBVIEW,
    MOBILE_SYSTEMS,
    NOT_BOTS,
    OTHER_BOT,
    OTHER_BOT_TOKENS,
    SAFARI,
    SCREENS,
    SYSTEM_NAMES,
    SYSTEMS,
    TABLETS,
    TOOLS,
    UNKNOWN,
)

__all__ = ["BROWSER_NAMES", "DEVICE_TYPES", "SYSTEM_NAMES", "UserAgent", "parse_user_agent"]

MAX_READ_CHARACTERS = 1_024


class UserAgent(NamedTuple):
    """What a User-Agent says.

    `is_bot` covers crawlers and preview fetchers: none of them is a click. HTTP tools and headless
    browsers are run by somebody on purpose and count.
    `is_unfurler` marks those that show a preview to people and therefore want Open Graph tags. `platform` is
    WEB for a browser, the platform of an app or its bot where we name it, and OTHER for the rest.
    """

    browser: str
    os: str
    device_type: str
    is_bot: bool
    platform: Platform
    is_unfurler: bool = False


_NOBODY = UserAgent(UNKNOWN, UNKNOWN, UNKNOWN, is_bot=False, platform=Platform.OTHER)


def parse_user_agent(header: str | None) -> UserAgent:
    """Read a User-Agent header; never raises. A missing header is unknown, and not taken for a bot."""
    return _parse(header[:MAX_READ_CHARACTERS].strip()) if header else _NOBODY


@lru_cache(maxsize=512)
def _parse(text: str) -> UserAgent:
    agent = text.lower()
    return _bot(agent) or _person(agent)


def _bot(agent: str) -> UserAgent | None:
    for token, name, platform, unfurls in BOTS:
        if token in agent:
            return UserAgent(name, UNKNOWN, "bot", is_bot=True, platform=platform, is_unfurler=unfurls)
    for word in NOT_BOTS:
        agent = agent.replace(word, "")
    if any(token in agent for token in OTHER_BOT_TOKENS):
        return UserAgent(OTHER_BOT, UNKNOWN, "bot", is_bot=True, platform=Platform.OTHER)
    return None


def _person(agent: str) -> UserAgent:
    system = next((name for token, name in SYSTEMS if token in agent), UNKNOWN)
    device = _device(agent, system)
    for token, name in TOOLS:
        if token in agent:
            return UserAgent(name, system, UNKNOWN, is_bot=False, platform=Platform.OTHER)
    for token, name, platform in APPS:
        if token in agent:
            return UserAgent(name, system, device, is_bot=False, platform=platform)
    browser = _browser(agent, system)
    platform = Platform.OTHER if browser == UNKNOWN else Platform.WEB
    return UserAgent(browser, system, device, is_bot=False, platform=platform)


def _browser(agent: str, system: str) -> str:
    for token, name in BROWSERS:
        if token in agent:
            return name
    if "safari/" in agent:
        return ANDROID_BROWSER if system == "Android" else SAFARI
    if system == "iOS" and "applewebkit/" in agent:
        return IOS_WEBVIEW
    return UNKNOWN


def _device(agent: str, system: str) -> str:
    if any(token in agent for token in SCREENS):
        return UNKNOWN
    if system in DESKTOP_SYSTEMS:
        return "desktop"
    if any(token in agent for token in TABLETS):
        return "tablet"
    # Browsers on Android say Mobile on phones and leave it out on tablets; apps never say it.
    if system == "Android" and "mobile" not in agent and agent.startswith("mozilla/"):
        return "tablet"
    return "mobile" if system in MOBILE_SYSTEMS or "mobile" in agent else UNKNOWN
