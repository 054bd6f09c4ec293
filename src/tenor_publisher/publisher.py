"""The documented publisher."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from publishing.batch import run_batch
from publishing.config import checked_limit, chosen_base_url, required_text
from publishing.items import as_tags
from publishing.publisher import NetworkPublisher
from tenor_publisher.metadata import TenorUploadMetadata, TenorUploadResult
from tenor_publisher.network import DEFAULT_BASE_URL, TenorNetwork
from tenor_publisher.tags import estimate_reach, format_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from publishing.port import Sender
    from sql_port import Database

DEFAULT_DAILY_UPLOAD_LIMIT = 1000
"""A brake of ours: Tenor never published a figure."""


class TenorPublisher(NetworkPublisher):
    """Uploads by Tenor's contract, and keeps counters.

    Tenor's own hosts are retired: pointed at them, which is the default, every upload is refused with
    `service_retired` before anything is sent. The base URL comes from the keyword, else from
    TENOR_API_BASE_URL. Raises PublisherConfigError.
    """

    def __init__(
        self,
        api_key: str,
        partner_id: str,
        sfw_only: bool = True,
        *,
        daily_upload_limit: int | None = DEFAULT_DAILY_UPLOAD_LIMIT,
        base_url: str | None = None,
        database: Database | None = None,
        clock: Callable[[], float] = time.time,
        driver: Sender | None = None,
    ) -> None:
        self._tenor = TenorNetwork(
            api_key=required_text("api_key", api_key),
            partner_id=required_text("partner_id", partner_id),
            sfw_only=bool(sfw_only),
            daily_limit=checked_limit("daily_upload_limit", daily_upload_limit),
            base_url=chosen_base_url(base_url, "TENOR_API_BASE_URL", DEFAULT_BASE_URL),
            now=clock,
        )
        super().__init__(self._tenor, database=database, clock=clock, driver=driver)

    def __repr__(self) -> str:
        return f"TenorPublisher(partner_id={self._tenor.partner_id!r}, sfw_only={self._tenor.sfw_only})"

    def upload(self, metadata: TenorUploadMetadata) -> TenorUploadResult:
        """Upload one GIF. Failures are results: this raises nothing for bad metadata or a bad answer."""
        return TenorUploadResult.of(self.publish_described(metadata))

    def batch_upload(self, batch: Iterable[TenorUploadMetadata]) -> list[TenorUploadResult]:
        """Upload several and return one result each, in order.

        A failed item does not stop the others; a failure of the account does (a wrong key, a limit, the
        retirement): the rest is then reported as not attempted, with the reason.
        """
        return [TenorUploadResult.of(result) for result in run_batch(batch, self.publish_described)]

    def get_partner_stats(self) -> dict[str, Any]:
        """Return this partner's numbers from our records; nothing is asked of Tenor.

        `upload_limit_remaining` is what the rolling 24 hours still allow, None without a limit. Uploads of
        unknown outcome use up the limit, because they may have happened.
        """
        return {"partner_id": self._tenor.partner_id, **self.stats()}

    def format_tags_for_tenor(self, tags: Sequence[str]) -> list[str]:
        """Return the tags as they are sent; raise ItemError unless they are a list of texts."""
        return format_tags(as_tags(tags))

    def estimate_tag_reach(self, tags: Sequence[str]) -> dict[str, Any]:
        """Return estimated_monthly_searches, per_tag and tag_count; raise ItemError as above.

        The figures are a fixed rule over a word list of ours, for comparing sets of tags; see
        `tenor_publisher.tags`.
        """
        return estimate_reach(as_tags(tags))
