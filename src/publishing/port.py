"""The two sides of publishing: what a caller asks for, and what a network must say about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from outbound.calls import Call
    from publishing.items import PublishItem, Rating
    from publishing.results import PublishResult

Result = TypeVar("Result")


class Publisher(Protocol):
    """Somewhere items can be published. Failures are results, never exceptions."""

    def publish(self, item: PublishItem) -> PublishResult:
        """Publish one item."""
        ...

    def publish_all(self, items: Iterable[PublishItem]) -> list[PublishResult]:
        """Publish items by the batch policy: one result an item, in order."""
        ...


class Described(Protocol):
    """A network's own description of an upload."""

    def to_item(self) -> PublishItem:
        """Return the item to publish; raise ItemError."""
        ...


class Network(Protocol):
    """Everything that is particular to one network. All of it is pure."""

    @property
    def name(self) -> str:
        """The name in our records; it never changes."""
        ...

    @property
    def label(self) -> str:
        """The name in sentences."""
        ...

    @property
    def account(self) -> str:
        """Whose uploads are counted and remembered."""
        ...

    @property
    def daily_limit(self) -> int | None:
        """How many uploads 24 hours may hold, or None for no limit of ours."""
        ...

    @property
    def max_rating(self) -> Rating:
        """The rating that is still accepted."""
        ...

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never appear in a message."""
        ...

    def refusal(self, item: PublishItem) -> PublishResult | None:
        """Return why this item cannot be sent, or None."""
        ...

    def upload_call(self, item: PublishItem) -> Call[PublishResult]:
        """Return the upload; its parser raises nothing."""
        ...


class Sender(Protocol):
    """What runs a call: `outbound.drivers.SyncDriver`."""

    def send(self, call: Call[Result]) -> Result:
        """Return the parsed answer; raise CallFailed."""
        ...


class AsyncSender(Protocol):
    """What runs a call at the edge: `outbound.drivers.AsyncDriver`."""

    async def send(self, call: Call[Result]) -> Result:
        """Return the parsed answer; raise CallFailed."""
        ...
