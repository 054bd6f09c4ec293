"""A record by its name: from KV, else from the object that owns it."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence

    from resilience.circuit_breaker import CircuitBreaker

SOURCE_TIMEOUT_SECONDS = 3.0
SLOW_SECONDS = 2.0

Record = TypeVar("Record")
Answer = TypeVar("Answer")


class Texts(Protocol):
    """What a KV namespace holds."""

    async def get(self, key: str) -> str | None:
        """Return one text."""
        ...

    async def get_many(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Return the texts of those keys that have one."""
        ...


class UnavailableError(Exception):
    """Neither KV nor the owner answered."""


class RecordSource(Generic[Record]):
    """Asks KV first. A KV miss asks the owner, so that what is new works everywhere at once.

    `look_up` asks an owner, which answers with a mapping that holds the `record`, or with None. `from_wire`
    makes a record of its plain form and raises ValueError for one that is none. What KV has counts only if
    `trusts` says so of it.
    """

    def __init__(
        self,
        metadata: Texts,
        look_up: Callable[[str], Awaitable[Any]],
        key: Callable[[str], str],
        from_wire: Callable[[object], Record],
        kv_breaker: CircuitBreaker,
        owners_breaker: CircuitBreaker,
        trusts: Callable[[Record], bool] = lambda _record: True,
    ) -> None:
        self._metadata = metadata
        self._look_up = look_up
        self._key = key
        self._from_wire = from_wire
        self._kv_breaker = kv_breaker
        self._owners_breaker = owners_breaker
        self._trusts = trusts

    async def fetch(self, name: str, may_ask_owner: Callable[[], Awaitable[bool]]) -> Record | None:
        """Return a record, None for one that does not exist; raise UnavailableError.

        `may_ask_owner` is asked before a name of which KV says nothing to go by goes to its owner, also while
        KV fails: a scan must not become load then either. An error it raises passes through.
        """
        known, _ = await self._guarded(self._projected(name), self._kv_breaker)
        if known is not None and self._trusts(known):
            return known
        if not await may_ask_owner():
            return None
        return await self.ask_owner(name)

    async def fetch_many(self, names: Sequence[str]) -> dict[str, Record]:
        """Return those records of which KV, asked once, says something to go by; none while it fails."""
        keys = [self._key(name) for name in names]
        texts, failed = await self._guarded(self._metadata.get_many(keys), self._kv_breaker)
        if failed or texts is None:
            return {}
        known = {name: self._read(texts.get(key)) for name, key in zip(names, keys, strict=True)}
        return {name: one for name, one in known.items() if one is not None and self._trusts(one)}

    async def ask_owner(self, name: str) -> Record | None:
        """Return a record as it is at this moment; raise UnavailableError."""
        owned, failed = await self._guarded(self._owned(name), self._owners_breaker)
        if failed:
            raise UnavailableError(name)
        return owned

    async def _projected(self, name: str) -> Record | None:
        return self._made_of(await self._metadata.get(self._key(name)))

    def _made_of(self, text: str | None) -> Record | None:
        return None if text is None else self._from_wire(json.loads(text))

    def _read(self, text: str | None) -> Record | None:
        """Return what a text holds, None for a broken one: it is then asked for by itself."""
        try:
            return self._made_of(text)
        except ValueError as error:
            _warn(self._kv_breaker.name, error)
            return None

    async def _owned(self, name: str) -> Record | None:
        answer = await self._look_up(name)
        return None if answer is None else self._from_wire(answer["record"])

    async def _guarded(
        self, source: Coroutine[Any, Any, Answer], breaker: CircuitBreaker
    ) -> tuple[Answer | None, bool]:
        """Return what a source answers, and whether it failed to.

        One that answers late is believed, but counts as failing: the next source may be quicker.
        """
        began_ms = _now_ms()
        if not breaker.allow(began_ms):
            source.close()
            return None, True
        found, failed = None, False
        try:
            found = await asyncio.wait_for(source, SOURCE_TIMEOUT_SECONDS)
        except ValueError as error:
            # The source works; what it holds does not. The next source may know better.
            failed = True
            _warn(breaker.name, error)
        except Exception as error:  # noqa: BLE001 - whatever a source says, the next one is asked
            breaker.failed(_now_ms())
            _warn(breaker.name, error)
            return None, True
        ended_ms = _now_ms()
        if ended_ms - began_ms < SLOW_SECONDS * 1_000:
            breaker.succeeded(ended_ms)
        else:
            breaker.failed(ended_ms)
        return found, failed


def _now_ms() -> int:
    return int(time.time() * 1_000)


def _warn(dependency: str, error: Exception) -> None:
    event = {"level": "warning", "event": "source_failed", "dependency": dependency}
    print(json.dumps({**event, "error": str(error) or "timeout"}))
