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


class TenorContentRating(Enum):
    """Tenor's content filter levels: how strict a filter still shows the GIF."""

    HIGH = "high"
    """G."""
    MEDIUM = "medium"
    """G and PG."""
    LOW = "low"
    """G, PG and PG-13."""
    OFF = "off"
    """R as well."""


RATINGS = {
    TenorContentRating.HIGH: Rating.G,
    TenorContentRating.MEDIUM: Rating.PG,
    TenorContentRating.LOW: Rating.PG13,
    TenorContentRating.OFF: Rating.R,
}


@dataclass(frozen=True)
class TenorUploadMetadata:
    """What to upload. With a `source_id` the piece is uploaded at most once.

    `media_path` uploads a file of this machine instead of a URL (then `media_url` is ""). Nothing is checked
    here: `upload` reports what is wrong.
    """

    media_url: str
    title: str
    tags: Sequence[str] = ()
    content_rating: TenorContentRating = TenorContentRating.HIGH
    source_id: str | None = None
    source_url: str | None = None
    media_path: str | Path | None = field(default=None, kw_only=True)

    def to_item(self) -> PublishItem:
        """Return the item to publish, reading the file if there is one; raise ItemError."""
        try:
            rating = RATINGS[TenorContentRating(self.content_rating)]
        except ValueError as error:
            raise ItemError("content_rating must be a TenorContentRating") from error
        return PublishItem(
            title=self.title,
            tags=as_tags(self.tags),
            media_url=self.media_url,
            media=None if self.media_path is None else load_media(self.media_path, MAX_MEDIA_BYTES),
            rating=rating,
            source_url="" if self.source_url is None else self.source_url,
            source_id="" if self.source_id is None else self.source_id,
        )


@dataclass(frozen=True, kw_only=True)
class TenorUploadResult(UploadReport):
    """What came of an upload; the id and the URL are None unless it succeeded."""

    tenor_id: str | None = None
    tenor_url: str | None = None

    @classmethod
    def of(cls, result: PublishResult) -> TenorUploadResult:
        """Return the documented form of a result."""
        return cls(
            success=result.success,
            tenor_id=result.remote_id,
            tenor_url=result.url,
            error_message=result.error_message,
            error_code=result.error_code,
            state=result.state,
            retry_after_seconds=result.retry_after_seconds,
            recorded=result.recorded,
        )
