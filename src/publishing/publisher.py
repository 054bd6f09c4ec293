"""The part of publishing that is the same for every network."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from outbound.calls import Call, CallFailed
from outbound.retry import Reach
from publishing.batch import run_batch
from publishing.items import ItemError
from publishing.results import (
    INVALID_METADATA,
    NOT_SAFE_FOR_WORK,
    OUTCOME_UNKNOWN,
    SERVICE_UNREACHABLE,
    PublishResult,
    PublishState,
    without_secrets,
)
from publishing.store import PublishStore, Reservation, UploadCounts
from sql_port import in_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from publishing.items import PublishItem
    from publishing.port import AsyncSender, Described, Network, Sender
    from sql_port import Database


@dataclass(frozen=True)
class Ticket:
    """An upload that has its place and may be sent: run the call, then report to `finish`."""

    call: Call[PublishResult]
    reservation: Reservation


class NetworkPublisher:
    """Publishes items on one network, within its limits, and remembers what came of each.

    An item with a source id is uploaded at most once: a second publish returns the first one's result. Items
    above the network's rating are refused before any request. An upload is sent again by itself only when
    that cannot make two of it: after a 429, or when no connection was made.
    """

    def __init__(
        self,
        network: Network,
        *,
        database: Database | None = None,
        clock: Callable[[], float] = time.time,
        driver: Sender | None = None,
    ) -> None:
        self._network = network
        self._database = in_process() if database is None else database
        self._store = PublishStore(self._database, network.name, network.account)
        self._clock = clock
        self._driver = driver

    def publish(self, item: PublishItem) -> PublishResult:
        """Publish one item; every failure is a result."""
        ticket = self.begin(item)
        if isinstance(ticket, PublishResult):
            return ticket
        try:
            answer: PublishResult | CallFailed = self._sender().send(ticket.call)
        except CallFailed as failure:
            answer = failure
        return self.finish(ticket, answer)

    async def publish_async(self, item: PublishItem, driver: AsyncSender) -> PublishResult:
        """Publish one item over an asynchronous driver, as the edge does."""
        ticket = self.begin(item)
        if isinstance(ticket, PublishResult):
            return ticket
        try:
            answer: PublishResult | CallFailed = await driver.send(ticket.call)
        except CallFailed as failure:
            answer = failure
        return self.finish(ticket, answer)

    def publish_all(self, items: Iterable[PublishItem]) -> list[PublishResult]:
        """Publish items by the batch policy: one result an item, in order."""
        return run_batch(items, self.publish)

    def publish_described(self, described: Described) -> PublishResult:
        """Publish what a network's own metadata describes; a description that is wrong is a refusal."""
        try:
            item = described.to_item()
        except ItemError as error:
            return PublishResult(PublishState.REFUSED, error_code=error.code, error_message=str(error))
        return self.publish(item)

    def begin(self, item: PublishItem) -> Ticket | PublishResult:
        """Return the upload to send, or the result that makes sending needless or wrong."""
        if item.rating.exceeds(self._network.max_rating):
            return PublishResult(
                PublishState.REFUSED,
                error_code=NOT_SAFE_FOR_WORK,
                error_message=f"the rating {item.rating.value} is above the {self._network.max_rating.value}"
                " that this publisher accepts; nothing was sent",
            )
        refusal = self._network.refusal(item)
        if refusal is not None:
            return refusal
        call = self._network.upload_call(item)
        begun = self._store.begin(item, self._network.daily_limit, self._clock())
        return begun if isinstance(begun, PublishResult) else Ticket(call, begun)

    def finish(self, ticket: Ticket, answer: PublishResult | CallFailed) -> PublishResult:
        """Record what came of a ticket and return it, with every secret blotted out."""
        result = self._unanswered(answer) if isinstance(answer, CallFailed) else answer
        if result.error_message is not None:
            told = without_secrets(result.error_message, self._network.secrets)
            result = replace(result, error_message=told)
        self._store.finish(ticket.reservation, result, self._clock())
        return result

    def resolve(self, source_id: str, remote_id: str | None = None, url: str | None = None) -> bool:
        """Record what was found on the network about an upload of unknown outcome.

        With a `remote_id` the item counts as published; without, a next publish may try again. Returns
        whether there was such an upload.
        """
        return self._store.resolve(source_id, remote_id, url, self._clock())

    def counts(self) -> UploadCounts:
        """Return the account's totals and its uploads of the last 24 hours."""
        return self._store.counts(self._clock())

    def stats(self) -> dict[str, int | None]:
        """Return the account's totals as the documented statistics name them."""
        counts, limit = self.counts(), self._network.daily_limit
        return {
            "total_uploads": counts.published,
            "failed_uploads": counts.failed,
            "unknown_uploads": counts.unknown,
            "uploads_last_24_hours": counts.last_24_hours,
            "daily_upload_limit": limit,
            "upload_limit_remaining": None if limit is None else max(0, limit - counts.last_24_hours),
        }

    def _sender(self) -> Sender:
        if self._driver is None:
            from outbound.drivers import SyncDriver  # noqa: PLC0415 - httpx loads only when something is sent

            self._driver = SyncDriver()
        return self._driver

    def _unanswered(self, failure: CallFailed) -> PublishResult:
        label = self._network.label
        if failure.reach is Reach.UNSENT:
            return PublishResult(
                PublishState.FAILED,
                error_code=SERVICE_UNREACHABLE,
                error_message=f"{label} could not be reached: {failure}",
            )
        if failure.reach is Reach.UNWRITABLE:
            return PublishResult(
                PublishState.FAILED,
                error_code=INVALID_METADATA,
                error_message=f"the request to {label} could not be written: {failure}",
            )
        return PublishResult(
            PublishState.UNKNOWN,
            error_code=OUTCOME_UNKNOWN,
            error_message=f"{label} gave no usable answer, and the upload may have happened: {failure}",
        )
