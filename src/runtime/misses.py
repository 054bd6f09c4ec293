"""A log of codes that visitors asked for in vain: links worth making, stopped links, typing errors."""

from __future__ import annotations

import asyncio
import json
from typing import Any

MAX_CODES = 200


class MissLog:
    """Collects misses, each for one account, and hands them to the accounts' libraries."""

    def __init__(self, env: Any, flush_seconds: float) -> None:  # noqa: ANN401 - the bindings
        self._libraries = env.LIBRARY
        self._flush_seconds = flush_seconds
        self._codes: dict[tuple[str, str], tuple[int, float]] = {}
        self._awaited = False
        self._overdue_at = 0.0

    def note(self, account_id: str, code: str, now: float, ctx: Any) -> None:  # noqa: ANN401 - a JS object
        """Note one miss; more codes than the log takes at a time are not noted.

        The first one waits for more and then hands them on. If that never comes (its request was cut off), a
        later one finds it overdue and does it instead.
        """
        key = (account_id, code)
        if key in self._codes or len(self._codes) < MAX_CODES:
            count, _ = self._codes.get(key, (0, now))
            self._codes[key] = (count + 1, now)
        if not self._awaited or now >= self._overdue_at:
            self._awaited = True
            self._overdue_at = now + 2 * self._flush_seconds
            ctx.waitUntil(self._flush())

    async def _flush(self) -> None:
        await asyncio.sleep(self._flush_seconds)
        noted: dict[str, list[dict[str, Any]]] = {}
        for (account_id, code), (count, at) in self._codes.items():
            noted.setdefault(account_id, []).append({"code": code, "count": count, "last_at": at})
        self._codes, self._awaited = {}, False
        await asyncio.gather(*(self._hand_on(account_id, misses) for account_id, misses in noted.items()))

    async def _hand_on(self, account_id: str, misses: list[dict[str, Any]]) -> None:
        try:
            await self._libraries.getByName(account_id).note_misses(misses)
        except Exception as error:  # noqa: BLE001 - the log is a help, and no visitor waits for it
            print(json.dumps({"level": "warning", "event": "misses_not_noted", "error": str(error)}))
