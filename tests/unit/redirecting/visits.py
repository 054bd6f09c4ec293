"""Visits and records with only what a test is about."""

from __future__ import annotations

from typing import Any

from analytics.user_agents import parse_user_agent
from redirecting import Visit
from sharelinks.record import LinkRecord

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)
DISCORD = "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"
CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

NOW = 1_800_000_000.0
TARGET = "https://example.com/start"


def visit(agent: str = WINDOWS, **changes: Any) -> Visit:
    """Return a visit from Germany at NOW to the code `abc`."""
    usual = Visit(NOW, "DE", parse_user_agent(agent), "de-DE,de;q=0.9,en;q=0.5", "", "", "visitor", "abc")
    return usual._replace(**changes)


def record(**changes: Any) -> LinkRecord:
    """Return an active link with the code `abc`."""
    return LinkRecord(**{"code": "abc", "target": TARGET, "created_at": NOW - 1_000, **changes})
