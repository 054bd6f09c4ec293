"""Calls within the time that one look may take: a consumer must not be held by a service in trouble."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from outbound import CallFailed, retry_after_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from outbound import AsyncSender, Call, HttpResponse

    Result = TypeVar("Result")

MAX_WAIT_SECONDS: Final = 5.0
"""Whoever asks for a longer pause gets it from the queue, which waits without holding a consumer."""


@dataclass(slots=True)
class PatientSender:
    """Carries calls until `seconds_left` of waiting are used up: then they fail without being sent.

    `asked_seconds` is the longest pause that a failing answer asked for, None if none did. `tries` counts
    what was sent, each try of a call.
    """

    sender: AsyncSender
    now: Callable[[], float]
    seconds_left: float
    asked_seconds: float | None = None
    tries: int = 0

    async def send(self, call: Call[Result]) -> Result:
        """Return the parsed answer; raise CallFailed or what the call's parser raises."""
        if self.seconds_left <= 0:
            raise CallFailed("the time of this look is used up")
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            async with asyncio.timeout(self.seconds_left):
                return await self.sender.send(self._bounded(call))
        except TimeoutError as error:
            raise CallFailed("the time of this look is used up") from error
        finally:
            self.seconds_left -= clock() - started

    def _bounded(self, call: Call[Result]) -> Call[Result]:
        seconds = min(call.request.timeout_seconds, self.seconds_left)
        return replace(
            call,
            request=replace(call.request, timeout_seconds=seconds),
            parse=partial(self._parse, call),
            retry=replace(call.retry, max_server_delay_seconds=MAX_WAIT_SECONDS),
            on_try=self._count,
        )

    def _count(self) -> None:
        self.tries += 1

    def _parse(self, call: Call[Result], response: HttpResponse) -> Result:
        asked = None if response.status == 200 else retry_after_seconds(response, self.now())
        if asked is not None:
            self.asked_seconds = max(asked, self.asked_seconds or 0.0)
        return call.parse(response)
