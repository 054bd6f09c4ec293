"""Looking at content with real parts: a driver over HTTP, a ledger's budget, a compiled block-list.

Every verdict is handed to a real ledger, which refuses what is out of its bounds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import httpx

from ai_safety_scanner import Endpoint
from casework import CallBudget, LedgerStore, Spending
from link_safety import SafeBrowsingEndpoint, ThreatCache, compile_shards
from moderating.content import Content
from moderating.looking import Look, LookPorts, look
from moderating.settings import Settings
from outbound.drivers import AsyncDriver
from sql_port import in_process
from tests.stubs import openai, safe_browsing
from tests.stubs.openai import OpenAIStub
from tests.stubs.safe_browsing import SafeBrowsingStub

SHA256 = "5a" * 32


def link(*targets: str, **words: str) -> Content:
    return Content("link:abc", SHA256, targets=targets, **words)


def asset(file: bytes | None, content_type: str = "image/gif", **words: str) -> Content:
    async def read() -> bytes | None:
        return file

    return Content("asset:abc", SHA256, content_type=content_type, size_bytes=0, read=read, **words)


def asking(stub: OpenAIStub, **more: object) -> Settings:
    """Return settings with the stub as the service. It has time enough on any machine."""
    return replace(Settings(openai=Endpoint(openai.API_KEY, stub.base_url, 20.0)), **more)  # type: ignore[arg-type]


def browsing(stub: SafeBrowsingStub, **more: object) -> Settings:
    endpoint = SafeBrowsingEndpoint(safe_browsing.API_KEY, stub.url, timeout_seconds=20.0)
    return replace(Settings(safe_browsing=endpoint), **more)  # type: ignore[arg-type]


@dataclass
class Desk:
    """Looks, one after the other, with one ledger and one memory of threats."""

    block_list: str = ""
    now: Callable[[], float] = time.time
    waits: list[float] = field(default_factory=list)
    asked_shards: list[str] = field(default_factory=list)
    threats: ThreatCache = field(default_factory=ThreatCache)

    def __post_init__(self) -> None:
        self.ledger = LedgerStore(in_process())
        self._budget = CallBudget(self.ledger.trail)
        self.shards: dict[str, str] = compile_shards(self.block_list.encode()) if self.block_list else {}
        self._looks = 0

    @property
    def spent(self) -> int:
        return sum(self._budget.days().values())

    async def spend(self, calls: int, limit: int) -> Spending:
        return self._budget.spend(calls, limit)

    async def settle(self, day: str, taken: int, made: int) -> None:
        self._budget.settle(day, taken, made)

    async def shard(self, key: str) -> str | None:
        self.asked_shards.append(key)
        return self.shards.get(key)

    def look(self, content: Content, settings: Settings | None = None) -> Look:
        found = asyncio.run(self._look(content, settings or Settings()))
        self._record(content, found)
        assert (found.retry_after_seconds is None) == (found.decision != "pending")
        return found

    async def _look(self, content: Content, settings: Settings) -> Look:
        async def wait(seconds: float) -> None:
            self.waits.append(seconds)

        async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
            driver = AsyncDriver(client, sleep=wait)
            return await look(content, LookPorts(driver, self, self, self.now, self.threats), settings)

    def _record(self, content: Content, found: Look) -> None:
        self._looks += 1
        ledger = LedgerStore(in_process())
        ledger.open("open", content.subject, "ann", content.sha256)
        told = ledger.scan("scan", content.subject, found.verdict)
        assert (told.outcome, told.case and told.case["state"]) == ("changed", found.decision)


def broken(error: Exception) -> Callable[[], Awaitable[bytes | None]]:
    async def read() -> bytes | None:
        raise error

    return read
