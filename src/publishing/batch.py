"""What a batch does when an item fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from publishing.results import PublishResult, PublishState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Item = TypeVar("Item")


def run_batch(items: Iterable[Item], upload: Callable[[Item], PublishResult]) -> list[PublishResult]:
    """Return one result an item, in order.

    An item's own failure does not concern the others. A failure of the account (banned, limited, a wrong key)
    ends the batch: the rest is reported as not attempted, with that failure's code and reason.
    """
    results: list[PublishResult] = []
    stopped: PublishResult | None = None
    for item in items:
        if stopped is None:
            result = upload(item)
            stopped = result if result.stops_batch else None
        else:
            result = _not_attempted(stopped)
        results.append(result)
    return results


def _not_attempted(cause: PublishResult) -> PublishResult:
    return PublishResult(
        PublishState.NOT_ATTEMPTED,
        error_code=cause.error_code,
        error_message=f"not attempted, because an earlier upload of this batch failed: {cause.error_message}",
        retry_after_seconds=cause.retry_after_seconds,
    )
