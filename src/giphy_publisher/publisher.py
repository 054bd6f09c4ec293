"""The documented publisher."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from giphy_publisher.channels import ChannelStore, GiphyChannel
from giphy_publisher.metadata import GiphyUploadMetadata, GiphyUploadResult
from giphy_publisher.network import GiphyNetwork, absent_status, is_giphy_id
from outbound.calls import CallFailed
from publishing.batch import run_batch
from publishing.config import PublisherConfigError, checked_limit, chosen_base_url, required_text
from publishing.publisher import NetworkPublisher, Ticket
from publishing.results import PublishResult, PublishState, without_secrets
from sql_port import in_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from publishing.items import PublishItem
    from publishing.port import Sender
    from sql_port import Database

DEFAULT_UPLOAD_BASE_URL = "https://upload.giphy.com"
DEFAULT_API_BASE_URL = "https://api.giphy.com"
BETA_DAILY_UPLOAD_LIMIT = 10
UNKNOWN_CHANNEL = "unknown_channel"


class GiphyPublisher(NetworkPublisher):
    """Uploads to GIPHY within the limits of a key, and keeps channels and counters.

    `daily_upload_limit` is a beta key's by default; None switches it off for a production key. `username`
    belongs to approved apps: leave it "" with a beta key. Base URLs come from the keyword, else from
    GIPHY_UPLOAD_BASE_URL and GIPHY_API_BASE_URL, else they are GIPHY's. Raises PublisherConfigError.
    """

    def __init__(
        self,
        api_key: str,
        username: str,
        sfw_only: bool = True,
        *,
        daily_upload_limit: int | None = BETA_DAILY_UPLOAD_LIMIT,
        upload_base_url: str | None = None,
        api_base_url: str | None = None,
        database: Database | None = None,
        clock: Callable[[], float] = time.time,
        driver: Sender | None = None,
    ) -> None:
        if not isinstance(username, str):
            raise PublisherConfigError("username must be a text; it may be empty")
        self._giphy = GiphyNetwork(
            api_key=required_text("api_key", api_key),
            username=username,
            sfw_only=bool(sfw_only),
            daily_limit=checked_limit("daily_upload_limit", daily_upload_limit),
            upload_base_url=chosen_base_url(
                upload_base_url, "GIPHY_UPLOAD_BASE_URL", DEFAULT_UPLOAD_BASE_URL
            ),
            api_base_url=chosen_base_url(api_base_url, "GIPHY_API_BASE_URL", DEFAULT_API_BASE_URL),
            now=clock,
        )
        database = in_process() if database is None else database
        super().__init__(self._giphy, database=database, clock=clock, driver=driver)
        self._channels = ChannelStore(database, self._giphy.account)

    def __repr__(self) -> str:
        return f"GiphyPublisher(username={self._giphy.username!r}, sfw_only={self._giphy.sfw_only})"

    def create_channel(self, channel: GiphyChannel) -> GiphyChannel:
        """Keep a channel in our records and return it; creating the same one again changes nothing.

        Raises ChannelError when a field is wrong or the id or slug belongs to a different channel.
        """
        return self._channels.create(channel)

    def get_channel(self, channel_id: str) -> GiphyChannel | None:
        """Return a channel of this account, or None."""
        return self._channels.get(channel_id)

    def list_channels(self) -> list[GiphyChannel]:
        """Return the channels of this account in the order of their ids."""
        return self._channels.all()

    def delete_channel(self, channel_id: str) -> bool:
        """Forget a channel and return whether there was one; GIFs already uploaded are untouched."""
        return self._channels.delete(channel_id)

    def upload(self, metadata: GiphyUploadMetadata) -> GiphyUploadResult:
        """Upload one GIF. Failures are results: this raises nothing for bad metadata or a bad answer."""
        return GiphyUploadResult.of(self.publish_described(metadata))

    def batch_upload(self, batch: Iterable[GiphyUploadMetadata]) -> list[GiphyUploadResult]:
        """Upload several and return one result each, in order.

        A failed item does not stop the others; a failure of the account does (banned, a wrong key, a limit):
        the rest is then reported as not attempted, with the reason.
        """
        return [GiphyUploadResult.of(result) for result in run_batch(batch, self.publish_described)]

    def check_upload_status(self, giphy_id: str | None) -> dict[str, Any]:
        """Return what GIPHY says of a GIF: giphy_id, status, views, rating, url, error_message.

        `status` is published, not_found, not_uploaded (for the id of an upload that failed) or unknown (no
        usable answer). `views` is 0 for a GIF that is not there and None where GIPHY gives no number.
        """
        if giphy_id is None:
            return absent_status(None, "not_uploaded", "there is no id: the upload did not succeed")
        if not is_giphy_id(giphy_id):
            return absent_status(giphy_id, "not_found", "this cannot be the id of a GIF")
        try:
            status = self._sender().send(self._giphy.status_call(giphy_id))
        except CallFailed as failure:
            status = absent_status(giphy_id, "unknown", f"GIPHY gave no usable answer: {failure}")
        if status["error_message"] is not None:
            status["error_message"] = without_secrets(status["error_message"], self._giphy.secrets)
        return status

    def get_user_stats(self) -> dict[str, Any]:
        """Return this account's numbers from our records; nothing is asked of GIPHY.

        `upload_limit_remaining` is what the rolling 24 hours still allow, None without a limit. Uploads of
        unknown outcome use up the limit, because they may have happened.
        """
        return {
            "username": self._giphy.username,
            **self.stats(),
            "uploads_by_channel": self.counts().by_collection,
        }

    def begin(self, item: PublishItem) -> Ticket | PublishResult:
        """Return the upload to send, or why not; the item's channel must be one that was created."""
        if item.collection and self._channels.get(item.collection) is None:
            return PublishResult(
                PublishState.REFUSED,
                error_code=UNKNOWN_CHANNEL,
                error_message="channel_id names no channel of this account; create it first",
            )
        return super().begin(item)
