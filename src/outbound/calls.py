"""A call to another service, and the loop of tries as a generator that does no I/O itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from outbound.retry import NO_RETRY, Reach, RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from outbound.messages import HttpRequest, HttpResponse

Result = TypeVar("Result")


class CallFailed(Exception):  # noqa: N818 - reads as what happened
    """No usable answer came: the connection failed or the time ran out.

    `reach` says whether the request may have been acted on all the same.
    """

    code = "service_unreachable"

    def __init__(self, message: str = "", reach: Reach = Reach.MAYBE_SENT) -> None:
        super().__init__(message)
        self.reach = reach


@dataclass(frozen=True)
class Call(Generic[Result]):
    """What to send, how to read the answer, and how patiently to try.

    `parse` gets the last response, of whatever status, and raises the client's own errors. `on_try` is told
    of every try before it is sent.
    """

    request: HttpRequest
    parse: Callable[[HttpResponse], Result]
    retry: RetryPolicy = field(default=NO_RETRY)
    on_try: Callable[[], None] = field(default=lambda: None)


class AsyncSender(Protocol):
    """Whatever carries calls, such as `AsyncDriver`."""

    async def send(self, call: Call[Result]) -> Result:
        """Return the parsed answer; raise CallFailed or what the call's parser raises."""
        ...


@dataclass(frozen=True)
class Connection:
    """The clock and the chance that a driver lends to the loop."""

    now: Callable[[], float]
    jitter: Callable[[], float]


@dataclass(frozen=True)
class Outcome:
    """What one try came to: a response, or the failure to get one and how far the request came."""

    response: HttpResponse | None
    failure: str = ""
    reach: Reach = Reach.MAYBE_SENT


def attempts(
    call: Call[Result], connection: Connection
) -> Generator[HttpRequest | float, Outcome | None, Result]:
    """Yield a request to send or seconds to wait; return the parsed result.

    The driver answers a request with its `Outcome` and a wait with None. Raises CallFailed when every try
    failed without a response.
    """
    retries_done = 0
    while True:
        call.on_try()
        outcome = yield call.request
        if outcome is None:
            raise TypeError("a request must be answered with its outcome")
        delay = call.retry.delay_seconds(
            retries_done, outcome.response, connection.now(), connection.jitter(), outcome.reach
        )
        if delay is None:
            if outcome.response is None:
                raise CallFailed(outcome.failure, outcome.reach)
            return call.parse(outcome.response)
        retries_done += 1
        yield delay
