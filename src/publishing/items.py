"""What every network is asked to publish."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from outbound.messages import FilePart

MAX_TITLE_CHARS = 200
MAX_URL_CHARS = 2048
MAX_ID_CHARS = 200


class ItemError(ValueError):
    """An item that no network could publish; the message names the field and what is wrong with it."""

    code = "invalid_metadata"


class Rating(Enum):
    """Who may see the item, from everyone to adults."""

    G = "g"
    PG = "pg"
    PG13 = "pg-13"
    R = "r"

    def exceeds(self, limit: Rating) -> bool:
        """Return whether this rating is meant for an older audience than `limit`."""
        order = list(Rating)
        return order.index(self) > order.index(limit)


@dataclass(frozen=True)
class PublishItem:
    """One piece of media and its description; creating one raises ItemError when a field is wrong.

    The media is either a URL that the network fetches or a file part, never both. `source_id` is our own
    name for the piece: with one, it is published at most once; without, every publish is a new upload.
    `collection` is the shelf it belongs on in our records, such as a channel.
    """

    title: str
    tags: tuple[str, ...] = ()
    media_url: str = ""
    media: FilePart | None = None
    rating: Rating = Rating.G
    source_url: str = ""
    source_id: str = ""
    collection: str = ""

    def __post_init__(self) -> None:
        title = _text("title", self.title, MAX_TITLE_CHARS)
        if not title.strip():
            raise ItemError("title must not be empty")
        if not isinstance(self.rating, Rating):
            raise ItemError("rating must be a Rating")
        as_tags(self.tags)
        if bool(_text("media_url", self.media_url, MAX_URL_CHARS)) == (self.media is not None):
            raise ItemError("give either a media_url or a media file, and not both")
        for name, url in (("media_url", self.media_url), ("source_url", self.source_url)):
            if _text(name, url, MAX_URL_CHARS):
                _check_web_address(name, url)
        _text("source_id", self.source_id, MAX_ID_CHARS)
        _text("collection", self.collection, MAX_ID_CHARS)


def as_tags(tags: object) -> tuple[str, ...]:
    """Return the tags as a tuple; raise ItemError unless they are a list or tuple of texts."""
    if not isinstance(tags, (list, tuple)):
        raise ItemError("tags must be a list of texts")
    return tuple(_text("each tag", tag, None) for tag in tags)


def _text(name: str, value: object, max_chars: int | None) -> str:
    if not isinstance(value, str):
        raise ItemError(f"{name} must be text, not {type(value).__name__}")
    if max_chars is not None and len(value) > max_chars:
        raise ItemError(f"{name} has {len(value)} characters; at most {max_chars} are allowed")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise ItemError(f"{name} is not valid Unicode text")
    return value


def _check_web_address(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    else:
        usable = usable and parts.username is None and parts.password is None
    if not usable or any(char.isspace() or not char.isprintable() for char in url):
        raise ItemError(f"{name} must be an http or https URL without a user name or spaces")
