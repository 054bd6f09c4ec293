"""A log of codes that visitors asked for and nobody claimed: links worth making, or typing errors."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from sharelinks.record import OPERATOR_ACCOUNT

MAX_CODES = 200


class MissLog:
    """Collects misses and hands them to the library of the account that owns the host."""

    def __init__(self, env: Any, flush_seconds: float) -> None:  # noqa: ANN401 - the bindings
        self._libraries = env.LIBRARY
        self._flush_seconds = flush_seconds
        self._codes: dict[str, list[float]] = {}

    def note(self, code: str, now: float, ctx: Any) -> None:  # noqa: ANN401 - a JS object
        """Note one miss; more codes than the log takes at a time are not noted."""
        if code not in self._codes and len(self._codes) >= MAX_CODES:
            return
        if not self._codes:
            ctx.waitUntil(self._flush())
        count, _ = self._codes.get(code, (0, now))
        self._codes[code] = [count + 1, now]

    async def _flush(self) -> None:
        await asyncio.sleep(self._flush_seconds)
        noted = [
            {"code": code, "count": int(count), "last_at": at} for code, (count, at) in self._codes.items()
        ]
        self._codes = {}
        try:
            await self._libraries.getByName(OPERATOR_ACCOUNT).note_misses(noted)
        except Exception as error:  # noqa: BLE001 - the log is a help, and no visitor waits for it
            print(json.dumps({"level": "warning", "event": "misses_not_noted", "error": str(error)}))
