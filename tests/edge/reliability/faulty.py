"""The product's limiter and late clicks among parts that fail on demand."""

from __future__ import annotations

import asyncio
import json
import time
from types import SimpleNamespace

from js import URL

from analytics.click_store import ClickStore
from analytics.click_wire import unpack
from durable_objects.rate_limiter import RateLimiter
from durable_objects.storage import DurableDatabase
from ratelimit.policy import OnFailure
from ratelimit.rules import from_rule
from resilience.circuit_breaker import CircuitBreaker
from runtime import click_replay, rate_limits
from runtime.queue_routes import QueuePurpose, purpose_of
from workers import DurableObject, Response, WorkerEntrypoint

__all__ = ["Default", "HastyLimiter", "Owner"]

click_replay.OWNER_TIMEOUT_SECONDS = 1.0
rate_limits.TIMEOUT_SECONDS = 1.0

LIMITERS = {}
FAULTS = {}


class HastyLimiter(RateLimiter):
    """Cleans up early, so that a test can wait for it."""

    LEAST_REST_MS = 300


class Owner(DurableObject):
    """Counts the clicks of a code with the product's store; codes that begin with `gone` have no owner."""

    def __init__(self, ctx, env):
        super().__init__(ctx, env)
        self._database = DurableDatabase(self.ctx.storage)

    async def count(self, code, batch_id, payload):
        if code.startswith("gone"):
            return {"counted": False, "outcome": "unclaimed", "shards": 0}
        outcome = ClickStore(self._database).record(batch_id, unpack(payload), time.time())
        return {"counted": True, "outcome": outcome.value, "shards": 0}

    async def total(self):
        return ClickStore(self._database).totals()["total_clicks"]

    async def forget_batches(self):
        """Do what seven busy days do to the memory of ids."""
        self._database.execute("DELETE FROM click_batches")
        self._database.execute(
            "INSERT INTO click_batches_forgotten (id, newest_ms) VALUES (1, ?)", round(time.time() * 1000)
        )


class FaultyObjects:
    """A namespace whose objects fail or sleep, by the beginning of their names."""

    def __init__(self, namespace):
        self._namespace = namespace

    def getByName(self, name):  # noqa: N802 - the binding's name
        fault = next((FAULTS[start] for start in FAULTS if name.startswith(start)), None)
        if fault == "fails":
            raise RuntimeError("the object is not there")
        if fault == "sleeps":
            return SimpleNamespace(count=_sleep, decide=_sleep)
        if fault == "babbles":
            return SimpleNamespace(count=_babble, decide=_babble)
        return self._namespace.getByName(name)


class FaultyBucket:
    """A bucket that refuses to write or delete keys with certain words in them."""

    def __init__(self, bucket):
        self._bucket = bucket

    def __getattr__(self, name):
        return getattr(self._bucket, name)

    async def put(self, key, text):
        if any(word in key for word, fault in FAULTS.items() if fault == "unwritable"):
            raise RuntimeError("the bucket is read-only")
        return await self._bucket.put(key, text)

    async def delete(self, key):
        if any(word in key for word, fault in FAULTS.items() if fault == "undeletable"):
            raise RuntimeError("the bucket is read-only")
        return await self._bucket.delete(key)


async def _sleep(*_arguments):
    await asyncio.sleep(30)


async def _babble(*_arguments):
    return {"counted": True, "outcome": "perhaps", "allowed": True}


class Default(WorkerEntrypoint):
    def _faulty(self):
        return SimpleNamespace(
            SHORT_LINK=FaultyObjects(self.env.SHORT_LINK), MEDIA=FaultyBucket(self.env.MEDIA)
        )

    async def fetch(self, request):
        path = URL.new(request.url).pathname.strip("/").replace("-", "_")
        asked = json.loads(await request.text())
        return Response(json.dumps(await getattr(self, f"_{path}")(asked)))

    async def queue(self, batch, _env, _ctx):
        consumers = {
            QueuePurpose.CLICKS: click_replay.replay,
            QueuePurpose.DEAD_CLICKS: click_replay.keep_dead,
        }
        await consumers[purpose_of(batch.queue)](batch, self._faulty())

    async def scheduled(self, _controller, _env, _ctx):
        await click_replay.replay_dead_clicks(self._faulty(), time.time())

    async def _faults(self, asked):
        FAULTS.clear()
        FAULTS.update(asked)
        LIMITERS.clear()

    async def _send(self, asked):
        await self.env.CLICKS.send(asked)

    async def _total(self, asked):
        return await self.env.SHORT_LINK.getByName(asked["code"]).total()

    async def _forget_batches(self, asked):
        await self.env.SHORT_LINK.getByName(asked["code"]).forget_batches()

    async def _decide(self, asked):
        limiter = self.env.RATE_LIMITER.getByName(asked["key"])
        calls = (limiter.decide(asked["key"], asked["rule"], asked["count"]) for _ in range(asked["times"]))
        return await asyncio.gather(*calls)

    async def _check(self, asked):
        if "limiters" not in LIMITERS:
            breaker = CircuitBreaker("objects", 3, 60_000, 60_000)
            LIMITERS["limiters"] = rate_limits.RateLimiters(FaultyObjects(self.env.RATE_LIMITER), breaker)
        limiters = LIMITERS["limiters"]
        decision = await limiters.check(
            asked["key"], from_rule(asked["rule"]), asked["count"], on_failure=OnFailure(asked["on_failure"])
        )
        return {"decision": decision.to_dict(), "failures": dict(limiters.failures)}
