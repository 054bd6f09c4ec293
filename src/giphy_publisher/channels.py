"""Channels: GIPHY has no call that creates one, so these are our own records of where uploads belong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from sql_port import migrate

if TYPE_CHECKING:
    from sql_port import Database, Row

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MAX_CHARS = {"channel_id": 200, "display_name": 100, "slug": 100, "description": 1000}


class ChannelError(ValueError):
    """A channel cannot be kept: a field is wrong, or its id or slug belongs to another one."""

    code = "invalid_channel"


class GiphyChannelType(Enum):
    """Who speaks through the channel."""

    BRAND = "brand"
    ARTIST = "artist"
    COMMUNITY = "community"
    PERSONAL = "personal"


@dataclass(frozen=True)
class GiphyChannel:
    """A channel; `slug` is its name in URLs. Nothing is checked here: `create_channel` does."""

    channel_id: str
    display_name: str
    channel_type: GiphyChannelType
    slug: str
    description: str = ""
    is_verified: bool = False


class ChannelStore:
    """The channels of one account."""

    MIGRATIONS = (
        """CREATE TABLE giphy_channels (
            account TEXT NOT NULL,
            channel_id TEXT NOT NULL,
            display_name TEXT NOT NULL,
            channel_type TEXT NOT NULL,
            slug TEXT NOT NULL,
            description TEXT NOT NULL,
            is_verified INTEGER NOT NULL,
            PRIMARY KEY (account, channel_id),
            UNIQUE (account, slug)
        )""",
    )

    def __init__(self, database: Database, account: str) -> None:
        self._database = database
        self._account = account
        migrate(database, "giphy_channels", self.MIGRATIONS)

    def create(self, channel: GiphyChannel) -> GiphyChannel:
        """Keep a channel and return it; the same one again changes nothing; raise ChannelError."""
        _check(channel)

        def work() -> GiphyChannel:
            if self.get(channel.channel_id) == channel:
                return channel
            kept = self._database.execute(
                "INSERT INTO giphy_channels VALUES (?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING RETURNING channel_id",
                self._account,
                channel.channel_id,
                channel.display_name,
                channel.channel_type.value,
                channel.slug,
                channel.description,
                int(channel.is_verified),
            )
            if not kept:
                raise ChannelError("another channel has this channel_id or slug")
            return channel

        return self._database.transaction(work)

    def get(self, channel_id: str) -> GiphyChannel | None:
        """Return the channel, or None."""
        rows = self._database.execute(
            "SELECT * FROM giphy_channels WHERE account = ? AND channel_id = ?", self._account, channel_id
        )
        return _from_row(rows[0]) if rows else None

    def all(self) -> list[GiphyChannel]:
        """Return the channels in the order of their ids."""
        rows = self._database.execute(
            "SELECT * FROM giphy_channels WHERE account = ? ORDER BY channel_id", self._account
        )
        return [_from_row(row) for row in rows]

    def delete(self, channel_id: str) -> bool:
        """Forget a channel and return whether there was one; its uploads stay counted."""
        gone = self._database.execute(
            "DELETE FROM giphy_channels WHERE account = ? AND channel_id = ? RETURNING channel_id",
            self._account,
            channel_id,
        )
        return bool(gone)


def _check(channel: GiphyChannel) -> None:
    for name, most in _MAX_CHARS.items():
        value: object = getattr(channel, name)
        if not isinstance(value, str) or len(value) > most:
            raise ChannelError(f"{name} must be text of at most {most} characters")
        prose = name == "description"
        if not ("".join(value.split()) if prose else value).isprintable():
            raise ChannelError(f"{name} must not hold control characters")
        if not (prose or value.strip()):
            raise ChannelError(f"{name} must not be empty")
    if not _SLUG.fullmatch(channel.slug):
        raise ChannelError("slug must be lower-case letters and digits, with single hyphens between them")
    if not isinstance(channel.channel_type, GiphyChannelType):
        raise ChannelError("channel_type must be a GiphyChannelType")


def _from_row(row: Row) -> GiphyChannel:
    return GiphyChannel(
        channel_id=str(row["channel_id"]),
        display_name=str(row["display_name"]),
        channel_type=GiphyChannelType(row["channel_type"]),
        slug=str(row["slug"]),
        description=str(row["description"]),
        is_verified=bool(row["is_verified"]),
    )
