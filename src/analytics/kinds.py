"""The documented enums."""

from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    """What happened to an asset."""

    VIEW = "view"
    PLAY = "play"
    CLICK = "click"


class Platform(StrEnum):
    """Where it happened. `WEB` is any browser on any site; `OTHER` an app or a bot without its own name."""

    WEB = "web"
    SLACK = "slack"
    DISCORD = "discord"
    TEAMS = "teams"
    TWITTER = "twitter"
    FACEBOOK = "facebook"
    OTHER = "other"
