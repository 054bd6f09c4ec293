"""Many calls at once, but not too many."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

Item = TypeVar("Item")
Result = TypeVar("Result")

AT_ONCE = 32


async def map_concurrently(
    work: Callable[[Item], Awaitable[Result]], items: Iterable[Item], at_once: int = AT_ONCE
) -> list[Result]:
    """Return the results of `work` in the order of the items, begun in that order, `at_once` at a time.

    The first failure is raised when all that had begun have ended; nothing begins after it.
    """
    waiting = enumerate(items)
    results: dict[int, Result] = {}
    failures: list[Exception] = []

    async def take_turns() -> None:
        for place, item in waiting:
            if failures:
                return
            try:
                results[place] = await work(item)
            except Exception as error:  # noqa: BLE001 - raised below
                failures.append(error)

    await asyncio.gather(*(take_turns() for _ in range(at_once)))
    if failures:
        raise failures[0]
    return [results[place] for place in sorted(results)]
