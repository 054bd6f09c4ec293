"""Make, resolve and describe share links: the documented entry point."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sharelinks.assets import asset_id_from_hash
from sharelinks.codes import CODE_LENGTH, generate_short_code, parse_code
from sharelinks.errors import CodesExhaustedError
from sharelinks.open_graph import SITE_NAME, linked_asset, share_metadata
from sharelinks.record import LinkRecord, asset_target
from sharelinks.store import ShareLinkStore, StoredLink
from sharelinks.validation import check_asset_id, check_asset_type, check_base_url, check_tags, check_title
from sql_port import in_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sharelinks.share_media import ShareMedia
    from sql_port import Database

BASE_URL = "https://gifdist.io"
MAX_ATTEMPTS = 8


class ShareLinkGenerator:
    """Share links of one service at `base_url`, kept in `database` (in memory unless given).

    One generator may be used by many threads; generators on the same database see the same links.
    """

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        database: Database | None = None,
        clock: Callable[[], float] = time.time,
        randbelow: Callable[[int], int] | None = None,
        site_name: str = SITE_NAME,
    ) -> None:
        self.base_url = check_base_url(base_url)
        self._store = ShareLinkStore(database if database is not None else in_process())
        self._clock = clock
        self._randbelow = randbelow
        self._site_name = site_name

    def create_canonical_url(self, asset_id: str, asset_type: str = "gif") -> str:
        """Return `{base_url}/a/{asset_id}`; raise InvalidAssetError for an impossible id or unknown type.

        The type is checked and does not show: an asset keeps one address in whatever format it was uploaded.
        """
        check_asset_type(asset_type)
        return f"{self.base_url}/a/{check_asset_id(asset_id)}"

    def create_share_link(
        self, asset_id: str, title: str = "", tags: Iterable[str] | None = None
    ) -> dict[str, Any]:
        """Create a new short link to an asset and return it as a dict.

        Keys: short_code, short_url, canonical_url, asset_id, title, tags, created_at (ISO 8601, UTC),
        clicks (0). Sharing an asset again makes another link with its own counter. Raises a ShareLinkError
        for invalid input, CodesExhaustedError when no free code was found.
        """
        checked_id, checked_title, checked_tags = (
            check_asset_id(asset_id),
            check_title(title),
            check_tags(tags),
        )
        for code in self._candidates():
            record = LinkRecord(
                code=code,
                target=asset_target(checked_id),
                created_at=self._clock(),
                asset_id=checked_id,
                title=checked_title,
                tags=checked_tags,
            )
            if self._store.claim(record):
                return self._present(StoredLink(record, clicks=0))
        raise _exhausted()

    def resolve_short_link(self, short_code: str) -> dict[str, Any] | None:
        """Count a click and return the link as `create_share_link` does, clicks included.

        A link to a URL has that URL as its canonical_url and None as its asset_id. None for a code that is
        unknown, disabled, or cannot be one.
        """
        code = parse_code(short_code)
        link = self._store.count_click(code) if code is not None else None
        return None if link is None else self._present(link)

    def generate_short_code(self) -> str:
        """Return a random code that no link has yet: 8 characters, one more after each collision.

        The code is not reserved: `create_share_link` claims its own in one step.
        """
        for code in self._candidates():
            if self._store.get(code) is None:
                return code
        raise _exhausted()

    def generate_hash_based_id(self, content_hash: str) -> str:
        """Return the asset id of a content hash, always the same for the same hash."""
        return asset_id_from_hash(content_hash)

    def get_share_metadata(
        self, short_code: str, *, media: ShareMedia | None = None
    ) -> dict[str, str] | None:
        """Return the Open Graph and Twitter tags of a link by property name, or None for an unknown code.

        Reading them is no click. `media` tells what is known of the asset; without it, a GIF of unknown size.
        A link to a URL has tags without media.
        """
        code = parse_code(short_code)
        link = self._store.get(code) if code is not None else None
        if link is None:
            return None
        return share_metadata(link.record, self.base_url, media, self._site_name)

    def _candidates(self) -> Iterator[str]:
        for extra in range(MAX_ATTEMPTS):
            code = generate_short_code(CODE_LENGTH + extra, randbelow=self._randbelow)
            if parse_code(code) is not None:
                yield code

    def _present(self, link: StoredLink) -> dict[str, Any]:
        record = link.record
        asset_id = linked_asset(record)
        return {
            "short_code": record.code,
            "short_url": f"{self.base_url}/s/{record.code}",
            "canonical_url": record.target if asset_id is None else self.create_canonical_url(asset_id),
            "asset_id": asset_id,
            "title": record.title,
            "tags": list(record.tags),
            "created_at": datetime.fromtimestamp(record.created_at, UTC).isoformat(timespec="milliseconds"),
            "clicks": link.clicks,
        }


def _exhausted() -> CodesExhaustedError:
    return CodesExhaustedError(f"no free code was found in {MAX_ATTEMPTS} attempts")
