"""The documented description of an upload and its result."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from publishing.items import ItemError, PublishItem, Rating, as_tags
from publishing.media import load_media
from publishing.results import UploadReport

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publishing.results import PublishResult

MAX_MEDIA_BYTES = 100_000_000


class GiphyContentRating(Enum):
    """GIPHY's ratings. An upload cannot state one: it is checked here and kept out of the request."""

    G = "g"
    PG = "pg"
    PG13 = "pg-13"
    R = "r"


@dataclass(frozen=True)
class GiphyUploadMetadata:
    """What to upload. GIPHY takes the media, the tags and the source URL; the rest stays in our records.

    `media_path` uploads a file of this machine instead of a URL (then `media_url` is ""). With a `source_id`
    the piece is uploaded at most once. Nothing is checked here: `upload` reports what is wrong.
    """

    media_url: str
    title: str
    tags: Sequence[str] = ()
    content_rating: GiphyContentRating = GiphyContentRating.G
    source_url: str | None = None
    channel_id: str | None = None
    media_path: str | Path | None = field(default=None, kw_only=True)
    source_id: str | None = field(default=None, kw_only=True)

    def to_item(self) -> PublishItem:
        """Return the item to publish, reading the file if there is one; raise ItemError."""
        try:
            rating = Rating(GiphyContentRating(self.content_rating).value)
        except ValueError as error:
            raise ItemError("content_rating must be a GiphyContentRating") from error
        return PublishItem(
            title=self.title,
            tags=as_tags(self.tags),
            media_url=self.media_url,
            media=None if self.media_path is None else load_media(self.media_path, MAX_MEDIA_BYTES),
            rating=rating,
            source_url=_or_empty(self.source_url),
            source_id=_or_empty(self.source_id),
            collection=_or_empty(self.channel_id),
        )


@dataclass(frozen=True, kw_only=True)
class GiphyUploadResult(UploadReport):
    """What came of an upload; the id and the URLs are None unless it succeeded."""

    giphy_id: str | None = None
    giphy_url: str | None = None
    embed_url: str | None = None

    @classmethod
    def of(cls, result: PublishResult) -> GiphyUploadResult:
        """Return the documented form of a result."""
        return cls(
            success=result.success,
            giphy_id=result.remote_id,
            giphy_url=result.url,
            embed_url=f"https://giphy.com/embed/{result.remote_id}" if result.remote_id else None,
            error_message=result.error_message,
            error_code=result.error_code,
            state=result.state,
            retry_after_seconds=result.retry_after_seconds,
            recorded=result.recorded,
        )


def _or_empty(value: str | None) -> str:
    return "" if value is None else value
