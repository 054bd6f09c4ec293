"""The ledger's own object in process, on sqlite3, behind the port that the API uses; queues that keep."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import cached_property
from types import ModuleType, SimpleNamespace
from typing import Any

from http_api.services import UnavailableError
from moderating.ledger_keys import LedgerKeys
from runtime.ledger_calls import Ledger
from sql_port import in_process

KEYS = LedgerKeys("k1", {"k1": "a ledger key of the tests", "k0": "an earlier key of the tests"})


class DurableObject:
    """What the runtime's class does for an object here: it keeps the context."""

    def __init__(self, ctx: Any, env: Any) -> None:
        self.ctx = ctx
        self.env = env


def object_class() -> Any:
    """Import the object's module as a Worker does, with the runtime's two modules stood in for."""
    workers: Any = ModuleType("workers")
    workers.DurableObject = DurableObject
    storage: Any = ModuleType("durable_objects.storage")
    storage.DurableDatabase = lambda kept: kept
    stand_ins = {"workers": workers, "durable_objects.storage": storage}
    before = {name: sys.modules.get(name) for name in stand_ins}
    sys.modules.update(stand_ins)
    try:
        return importlib.import_module("durable_objects.moderation_ledger").ModerationLedger
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


class LedgerNamespace:
    """The binding of one ledger. Its database may be tampered with; `is_failing` lets every call fail."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.is_failing = False
        self.calls: list[str] = []

    @cached_property
    def database(self) -> Any:
        return in_process()

    @cached_property
    def _object(self) -> Any:
        made = object_class()(SimpleNamespace(storage=self.database), None)
        made._trail.clock = made._trail.audit._clock = self._clock
        return made

    def getByName(self, name: str) -> Any:  # noqa: N802 - as the runtime has it
        assert name == "ledger"
        return self

    def __getattr__(self, method: str) -> Any:
        async def call(*arguments: Any) -> Any:
            await asyncio.sleep(0)
            self.calls.append(method)
            if self.is_failing:
                raise ConnectionError("the object is down")
            return await getattr(self._object, method)(*arguments)

        return call


def ledger_over(namespace: LedgerNamespace) -> Ledger:
    return Ledger(namespace)


class Queue:
    """Keeps what it was sent."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.is_failing = False

    async def submit(self, message: Mapping[str, Any]) -> None:
        await asyncio.sleep(0)
        if self.is_failing:
            raise UnavailableError("the queue does not answer")
        self.messages.append(dict(message))


class StoredMedia:
    """A bucket in which every asset's file is, but for those of `missing`."""

    def __init__(self, missing: set[str]) -> None:
        self._missing = missing
        self.files: dict[str, bytes] = {}
        self.released = 0
        self.is_complete = False

    async def length(self, key: str) -> int | None:
        await asyncio.sleep(0)
        asset_id = key.split("/")[1]
        if asset_id in self._missing and not self.is_complete:
            return None
        return len(self._at(key))

    async def read(self, key: str) -> AsyncGenerator[bytes, None]:
        data = self._at(key)
        try:
            for start in range(0, len(data), 4):
                await asyncio.sleep(0)
                yield data[start : start + 4]
        finally:
            self.released += 1

    def _at(self, key: str) -> bytes:
        return self.files.get(key, f"bytes at {key}".encode())
