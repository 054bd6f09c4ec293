"""Clicks on their way from the buffer: counted, else queued, else named as lost, within a stated time."""

from __future__ import annotations

import asyncio
import json
import time
from types import SimpleNamespace

import pytest

from analytics.click_buffer import ClickBuffer
from analytics.click_wire import Kind, unpack
from resilience.circuit_breaker import CircuitBreaker
from runtime.click_delivery import ClickDelivery, Patience, UnderWay

KIND = Kind("DE", "Direct", "web", "desktop", "Chrome", "Linux")
QUICK = Patience(objects=0.1, queue=0.1, first_wait=0.02, most_wait=0.08, total=0.6)
SLACK_SECONDS = 0.4
CROWD = [f"code-{number}" for number in range(20)]


class FailureError(Exception):
    """What a binding says on request."""


class Platform:
    """Owners, helpers, journals and a queue in this process, which count as the real ones do.

    `ways` says how calls of one kind go: well, `fail` before they do anything, `lose` the answer, or `hang`.
    """

    def __init__(self):
        self.counted = {}
        self.journals = {}
        self.queued = {}
        self.calls = []
        self.ways = {}
        self.answers = {}
        self.env = SimpleNamespace(
            SHORT_LINK=SimpleNamespace(getByName=lambda code: SimpleNamespace(count=self._count)),
            CLICK_SHARD=SimpleNamespace(
                getByName=lambda name: SimpleNamespace(count=self._count_at(name), keep=self._keep)
            ),
            CLICKS=SimpleNamespace(send=self._send, sendBatch=self._send_batch),
        )

    async def _go(self, kind, name, work):
        self.calls.append((kind, name))
        way = self.ways.get(name, self.ways.get(kind))
        way = way.pop(0) if isinstance(way, list) and way else way
        if way == "fail":
            raise FailureError(f"{kind} fails")
        if way == "hang":
            await asyncio.sleep(60)
        answer = work()
        if way == "lose":
            raise FailureError(f"{kind} was not heard")
        return answer

    async def _count(self, code, batch_id, payload):
        def work():
            if code in self.answers:
                return self.answers[code]
            self.counted.setdefault(batch_id, unpack(payload).clicks)
            return {"counted": True, "outcome": "recorded", "shards": 0}

        return await self._go("owner", code, work)

    def _count_at(self, name):
        async def count(_code, batch_id, payload):
            def work():
                self.counted.setdefault(batch_id, unpack(payload).clicks)
                return {"counted": True, "outcome": "kept"}

            return await self._go("helper", name, work)

        return count

    async def _keep(self, letters):
        def work():
            for batch_id, _code, payload in json.loads(letters):
                self.journals[batch_id] = unpack(payload).clicks
            return {"counted": True, "outcome": "kept"}

        return await self._go("journal", "", work)

    async def _send(self, message):
        return await self._go("queue", "", lambda: self._queue(message))

    async def _send_batch(self, messages):
        return await self._go("queue", "", lambda: [self._queue(one["body"]) for one in messages])

    def _queue(self, message):
        self.queued[message["batch_id"]] = unpack(message["payload"]).clicks

    def made(self, kind):
        return [name for one, name in self.calls if one == kind]


class Edge:
    """An isolate's buffer and delivery before such a platform."""

    def __init__(self, patience=QUICK, flush_clicks=50):
        self.platform = Platform()
        self.buffer = ClickBuffer(flush_clicks, 1.0, lambda *_seen: "")
        self.owners = CircuitBreaker("objects", failures=5, window_ms=10_000, open_ms=5_000)
        self.queue = CircuitBreaker("queue", failures=5, window_ms=10_000, open_ms=5_000)
        self.delivery = ClickDelivery(self.buffer, self.platform.env, self.owners, self.queue, patience)

    def click(self, code="cat", times=1):
        for _ in range(times):
            self.buffer.add(code, SimpleNamespace(kind=KIND), "", time.time())

    def flush(self, after=0.0):
        began = time.monotonic()
        asyncio.run(self.delivery.flush_after(after))
        return time.monotonic() - began

    def outcomes(self):
        return {name: clicks for name, clicks in self.delivery.outcomes.items() if clicks}


def said(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_clicks_of_a_code_travel_in_one_call():
    edge = Edge()
    edge.click(times=7)
    edge.flush()
    assert list(edge.platform.counted.values()) == [7]
    assert edge.platform.calls == [("owner", "cat")]
    assert edge.outcomes() == {"counted": 7}
    assert edge.delivery.in_flight == 0


@pytest.mark.parametrize("way", ["fail", "lose"])
def test_a_call_that_failed_is_made_again_under_its_id(way):
    edge = Edge()
    edge.platform.ways["owner"] = [way, ""]
    edge.click(times=3)
    edge.flush()
    assert list(edge.platform.counted.values()) == [3]
    assert len(edge.platform.calls) == 2
    assert edge.outcomes() == {"counted": 3}


def test_an_owner_that_fails_twice_is_replaced_by_the_queue():
    edge = Edge()
    edge.platform.ways["owner"] = "fail"
    edge.click(times=3)
    edge.flush()
    assert list(edge.platform.queued.values()) == [3]
    assert edge.outcomes() == {"queued": 3}


def test_an_owner_that_hangs_is_waited_for_once_and_not_twice():
    edge = Edge()
    edge.platform.ways["owner"] = "hang"
    edge.click(times=3)
    assert edge.flush() < 2 * QUICK.objects
    assert list(edge.platform.queued.values()) == [3]


def test_both_are_tried_until_one_of_them_works():
    edge = Edge()
    edge.platform.ways |= {"owner": "fail", "queue": ["fail", "fail", ""]}
    edge.click(times=3)
    edge.flush()
    assert list(edge.platform.queued.values()) == [3]
    assert edge.outcomes() == {"queued": 3}


@pytest.mark.parametrize(("owner", "queue"), [("fail", "fail"), ("hang", "hang"), ("fail", "hang")])
def test_when_both_fail_until_time_is_up_the_clicks_are_lost_and_named(capsys, owner, queue):
    edge = Edge()
    edge.platform.ways |= {"owner": owner, "queue": queue}
    edge.click("cat", times=3)
    edge.click("dog", times=2)
    assert QUICK.total <= edge.flush() < QUICK.total + SLACK_SECONDS
    assert edge.outcomes() == {"lost": 5}
    lost = [event for event in said(capsys) if event["event"] == "clicks_lost"]
    assert {(one["level"], one["code"], one["clicks"]) for one in lost} == {
        ("error", "cat", 3),
        ("error", "dog", 2),
    }
    assert edge.delivery.in_flight == 0


def test_the_wait_for_more_clicks_is_part_of_the_time():
    edge = Edge()
    edge.platform.ways |= {"owner": "hang", "queue": "hang"}
    edge.click()
    assert edge.flush(after=0.3) < QUICK.total + SLACK_SECONDS
    assert edge.outcomes() == {"lost": 1}


def test_the_stated_time_leaves_room_in_the_platforms_thirty_seconds():
    assert Patience().total <= 25.0
    assert Patience().objects == 3.0


def test_when_too_many_clicks_wait_for_their_owners_the_next_go_to_the_queue_at_once():
    edge = Edge(QUICK._replace(objects=0.5, total=2.0), flush_clicks=5)
    edge.platform.ways["owner"] = "hang"

    async def two_flushes():
        edge.click("slow", times=10)
        first = asyncio.ensure_future(edge.delivery.flush_after(0))
        await asyncio.sleep(0.05)
        assert edge.delivery.in_flight == 10
        edge.click("next", times=2)
        await edge.delivery.flush_after(0)
        assert edge.platform.made("owner") == ["slow"]
        assert list(edge.platform.queued.values()) == [2]
        await first

    asyncio.run(two_flushes())
    assert edge.outcomes() == {"queued": 12}


def test_one_batch_is_never_too_many():
    edge = Edge(flush_clicks=5)
    edge.click(times=40)
    edge.flush()
    assert edge.outcomes() == {"counted": 40}


def test_a_slow_owner_holds_up_no_other_code():
    edge = Edge(QUICK._replace(objects=0.3, total=2.0), flush_clicks=10_000)
    edge.platform.ways["code-0"] = "hang"

    async def flush():
        for number in range(100):
            edge.click(f"code-{number}", times=21)
        flushing = asyncio.ensure_future(edge.delivery.flush_after(0))
        await asyncio.sleep(0.15)
        assert len(edge.platform.counted) == 99
        await flushing

    asyncio.run(flush())
    assert edge.outcomes() == {"counted": 99 * 21, "queued": 21}


@pytest.mark.parametrize(
    "answer",
    [
        {"counted": False, "outcome": "unclaimed", "shards": 0},
        {"counted": True, "outcome": "stale", "shards": 0},
        {"counted": True, "outcome": "refused", "shards": 0},
    ],
)
def test_what_the_owner_will_not_count_goes_to_the_queue_to_be_put_aside(capsys, answer):
    edge = Edge()
    edge.platform.answers["cat"] = answer
    edge.click(times=3)
    edge.flush()
    assert edge.platform.made("owner") == ["cat"]
    assert list(edge.platform.queued.values()) == [3]
    assert edge.outcomes() == {"refused": 3}
    assert [event["event"] for event in said(capsys)] == ["clicks_refused"]


def test_journals_that_fail_close_no_way_to_an_owner():
    edge = Edge()
    edge.platform.ways["journal"] = "fail"
    for _ in range(3):
        for code in CROWD:
            edge.click(code)
        edge.flush()
    now_ms = round(time.time() * 1_000)
    assert edge.delivery.shards_breaker.state(now_ms)["state"] == "open"
    assert edge.owners.state(now_ms)["state"] == "closed"
    edge.click("cat", times=2)
    edge.flush()
    assert edge.outcomes() == {"queued": 60, "counted": 2}


def test_a_hot_code_spreads_its_batches_and_helpers_that_fail_are_replaced_by_the_queue():
    edge = Edge()
    edge.platform.answers["hot"] = {"counted": True, "outcome": "recorded", "shards": 8}
    for _ in range(3):
        edge.click("hot")
        edge.flush()
    assert len(edge.platform.made("owner")) == 1
    assert {name.partition("~")[0] for name in edge.platform.made("helper")} == {"hot"}
    edge.platform.ways["helper"] = "fail"
    edge.click("hot")
    edge.flush()
    assert edge.outcomes() == {"counted": 3, "queued": 1}


def test_clicks_of_a_flush_that_was_cut_off_are_not_under_way_for_ever():
    waiting = UnderWay()
    cut_off = waiting.holding(5, until=100.0)
    cut_off.__enter__()
    with waiting.holding(2, until=100.0):
        assert waiting.clicks(99.0) == 7
    assert waiting.clicks(99.0) == 5
    assert waiting.clicks(102.0) == 0
