"""Where a link's record comes from, and what a visitor waits for when its sources fail."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from resilience.circuit_breaker import CircuitBreaker
from runtime import record_source
from runtime.link_reader import PATIENCE_SECONDS, LinkReader
from runtime.record_source import UnavailableError
from sharelinks.changes import changed
from sharelinks.link_cache import LinkCache
from sharelinks.news import SETTLING_SECONDS, News, news_key
from sharelinks.record import LinkRecord

NOW = 1_000.0
FRESH, AGEING, BRIDGE, KEPT = 20.0, 10.0, 3_600.0, 120.0
STALE_AT = NOW + FRESH + AGEING + 1
RECORD = LinkRecord("cat", "https://example.com/", NOW)
NEWER = changed(RECORD, {"title": "Cat"}, NOW)


class Sources:
    """KV and owners in this process; each answers, fails, or hangs until it is let go."""

    def __init__(self):
        self.kv = {}
        self.owned = {}
        self.ways = {}
        self.calls = []
        self.let_go = asyncio.Event()
        self.metadata = SimpleNamespace(
            get=lambda key: self._go("news" if key == news_key("links") else "kv", self.kv.get(key)),
            get_many=lambda keys: self._go(
                f"kv {len(keys)}", {key: self.kv[key] for key in keys if key in self.kv}
            ),
        )
        self.owners = SimpleNamespace(
            getByName=lambda name: SimpleNamespace(
                look_up=lambda code: self._go("owner", self.owned.get(code) if code == name else None)
            )
        )

        self.news = SimpleNamespace(
            getByName=lambda name: SimpleNamespace(
                look_up=lambda: self._go("news owner", self.owned.get(news_key(name)))
            )
        )

    async def _go(self, source, answer):
        self.calls.append(source)
        way = self.ways.get(source.split()[0])
        if way == "fail":
            raise RuntimeError(f"{source} fails")
        if way == "hang":
            await self.let_go.wait()
        if isinstance(way, float):
            await asyncio.sleep(way)
        return answer

    def know(self, record):
        self.kv[f"link:{record.code}"] = json.dumps(record.to_wire())

    def announce(self, **changed):
        self.kv[news_key("links")] = json.dumps(News(0, changed).to_wire())

    def own(self, record):
        self.owned[record.code] = {"record": record.to_wire()}


class Isolate:
    """A reader with its cache, before such sources."""

    def __init__(self, kept_seconds):
        self.sources = Sources()
        self.cache = LinkCache(200, FRESH, AGEING, BRIDGE, kept_seconds)
        self.kv = CircuitBreaker("kv", failures=5, window_ms=10_000, open_ms=5_000)
        self.owners = CircuitBreaker("objects", failures=5, window_ms=10_000, open_ms=5_000)
        self.news = CircuitBreaker("link_news", failures=5, window_ms=10_000, open_ms=5_000)
        sources, breakers = self.sources, (self.kv, self.owners, self.news)
        self.reader = LinkReader(self.cache, sources.metadata, sources.owners, sources.news, *breakers)
        self.background = []

    async def find(self, now, code="cat", may_ask=True):
        async def may_ask_owner():
            return may_ask

        later = lambda work: self.background.append(asyncio.ensure_future(work))  # noqa: E731 - as `waitUntil` is
        return await self.reader.find(code, now, may_ask_owner, later)

    async def settle(self):
        self.sources.let_go.set()
        await asyncio.gather(*self.background)


def runs(test, kept_seconds=0.0):
    """Run a test with an isolate that knows one link, cached at `NOW`; no news can vouch for it."""

    def run():
        async def body():
            isolate = Isolate(kept_seconds)
            isolate.sources.know(RECORD)
            isolate.sources.own(RECORD)
            assert (await isolate.find(NOW)).record == RECORD
            isolate.sources.calls.clear()
            await test(isolate)
            await isolate.settle()

        asyncio.run(body())

    run.__name__ = test.__name__
    run.__doc__ = test.__doc__
    return run


def hears(test):
    """Run a test as `runs` does, with an isolate that hears the news: there are none yet."""

    async def with_news(isolate):
        isolate.sources.announce()
        await test(isolate)

    with_news.__name__ = test.__name__
    return runs(with_news, KEPT)


@runs
async def test_a_fresh_link_asks_nobody(isolate):
    await isolate.find(NOW + FRESH - 1)
    assert isolate.sources.calls == []


@runs
async def test_an_ageing_link_that_is_looked_up_is_fetched_beside_the_answer(isolate):
    isolate.sources.know(NEWER)
    assert (await isolate.find(NOW + FRESH)).record == RECORD
    await isolate.settle()
    assert isolate.sources.calls == ["kv"]
    assert (await isolate.find(NOW + FRESH + 1)).record == NEWER


async def with_others(isolate, *codes, uses=2):
    """Have an isolate know more links, fetched at `NOW`, and forget what that asked for."""
    for code in codes:
        isolate.sources.know(replace(RECORD, code=code))
        entry = await isolate.find(NOW, code)
        entry.uses = uses
    isolate.sources.calls.clear()


@runs
async def test_links_in_use_are_renewed_with_the_first_that_is_asked_for_when_it_ages(isolate):
    await with_others(isolate, "dog", "cow")
    isolate.sources.know(replace(NEWER, code="dog"))
    await isolate.find(NOW + FRESH)
    await isolate.settle()
    assert isolate.sources.calls == ["kv 3"]
    assert (await isolate.find(NOW + 2 * FRESH - 1, "dog")).record == replace(NEWER, code="dog")
    await isolate.find(NOW + 2 * FRESH - 1, "cow")
    assert isolate.sources.calls == ["kv 3"]


@runs
async def test_links_that_nobody_used_or_that_are_young_or_stale_are_not_renewed_with_it(isolate):
    await with_others(isolate, "dog", uses=1)
    isolate.cache.put("cow", replace(RECORD, code="cow"), NOW + 1).uses = 2
    old = isolate.cache.put("cat", RECORD, NOW)
    assert await isolate.find(NOW + FRESH) is old
    await isolate.settle()
    assert isolate.sources.calls == ["kv"]
    isolate.cache.put("cat", RECORD, NOW + 4 * FRESH)
    await isolate.find(NOW + 5 * FRESH)
    await isolate.settle()
    assert isolate.sources.calls == ["kv", "kv"]


@runs
async def test_a_visit_that_is_looked_up_is_one_use(isolate):
    for uses in (1, 2):
        entry = await isolate.find(NOW + uses)
        assert entry.uses == uses


@runs
async def test_what_kv_does_not_know_well_is_asked_for_by_itself(isolate):
    await with_others(isolate, "dog", "cow", "nick")
    del isolate.sources.kv["link:cat"]
    isolate.sources.kv["link:dog"] = "{broken"
    isolate.sources.know(replace(RECORD, code="nick", alias_of="cat"))
    isolate.sources.own(NEWER)
    await isolate.find(NOW + FRESH)
    await isolate.settle()
    assert isolate.sources.calls == ["kv 4", "kv", "owner"]
    assert (await isolate.find(NOW + FRESH + 1)).record == NEWER
    assert isolate.cache.get("nick").record == replace(RECORD, code="nick")
    await isolate.find(NOW + FRESH + 1, "cow")
    assert len(isolate.sources.calls) == 3
    isolate.sources.own(replace(NEWER, code="dog"))
    await isolate.find(NOW + FRESH + 1, "dog")
    await isolate.settle()
    assert isolate.sources.calls[3:] == ["kv", "owner"]
    assert isolate.cache.get("dog").record == replace(NEWER, code="dog")


@runs
async def test_links_serve_on_when_renewing_them_together_fails(isolate):
    await with_others(isolate, "dog")
    isolate.sources.ways |= {"kv": "fail", "owner": "fail"}
    await isolate.find(NOW + FRESH)
    await isolate.settle()
    assert isolate.sources.calls == ["kv 2", "kv", "owner"]
    isolate.sources.ways.clear()
    assert (await isolate.find(NOW + FRESH + 1, "dog")).record.code == "dog"
    await isolate.settle()
    assert isolate.sources.calls[3:] == ["kv"]


@runs
async def test_no_more_links_are_renewed_together_than_kv_takes(isolate):
    codes = [f"code{number}" for number in range(150)]
    await with_others(isolate, *codes)
    isolate.cache.put("cat", RECORD, NOW)
    await isolate.find(NOW + FRESH)
    await isolate.settle()
    await isolate.find(NOW + FRESH, codes[-1])
    await isolate.settle()
    assert isolate.sources.calls == ["kv 100", "kv 51"]


@runs
async def test_a_link_that_is_purged_while_it_is_renewed_with_others_is_not_believed(isolate):
    await with_others(isolate, "dog")
    isolate.sources.ways["kv"] = 0.05
    isolate.sources.own(NEWER)
    await isolate.find(NOW + FRESH, "dog")
    await asyncio.sleep(0)
    isolate.cache.get("dog")
    await isolate.reader.purge("cat")
    await isolate.settle()
    assert isolate.cache.get("cat") is None
    assert isolate.cache.get("dog") is not None


@runs
async def test_a_stale_link_is_renewed_before_the_answer(isolate):
    isolate.sources.know(NEWER)
    assert (await isolate.find(STALE_AT)).record == NEWER


@runs
async def test_a_link_that_nobody_claims_any_more_is_forgotten(isolate):
    isolate.sources.kv.clear()
    isolate.sources.owned.clear()
    assert await isolate.find(STALE_AT) is None
    assert len(isolate.cache) == 0


@runs
async def test_a_stale_link_waits_a_moment_for_sources_that_hang_and_then_for_nobody(isolate):
    isolate.sources.ways |= {"kv": "hang", "owner": "hang"}
    began = time.monotonic()
    assert (await isolate.find(STALE_AT)).record == RECORD
    assert time.monotonic() - began < PATIENCE_SECONDS + 0.5
    began = time.monotonic()
    for number in range(50):
        assert (await isolate.find(STALE_AT + PATIENCE_SECONDS + number / 10)).record == RECORD
    assert time.monotonic() - began < 0.2
    assert isolate.sources.calls == ["kv"]


@runs
async def test_sources_that_fail_are_replaced_at_once_and_asked_again_beside_the_answers(isolate):
    isolate.sources.ways |= {"kv": "fail", "owner": "fail"}
    assert (await isolate.find(STALE_AT)).record == RECORD
    assert (await isolate.find(STALE_AT + 1)).record == RECORD
    assert isolate.sources.calls == ["kv", "owner"]
    isolate.sources.ways.clear()
    isolate.sources.know(NEWER)
    assert (await isolate.find(STALE_AT + AGEING / 2 + 1)).record == RECORD
    await isolate.settle()
    assert (await isolate.find(STALE_AT + AGEING / 2 + 2)).record == NEWER


@runs
async def test_many_who_find_one_link_stale_fetch_it_once(isolate):
    isolate.sources.ways["kv"] = 0.1
    isolate.sources.know(NEWER)
    found = await asyncio.gather(*(isolate.find(STALE_AT) for _ in range(20)))
    assert {entry.record.version for entry in found} == {NEWER.version}
    assert isolate.sources.calls == ["kv"]


@runs
async def test_who_comes_long_after_the_fetching_began_does_not_wait_for_it(isolate):
    isolate.sources.ways |= {"kv": "hang", "owner": "hang"}
    await isolate.find(NOW + FRESH)
    await asyncio.sleep(0)
    began = time.monotonic()
    assert (await isolate.find(STALE_AT)).record == RECORD
    assert time.monotonic() - began < 0.2


@runs
async def test_a_fetching_that_was_cut_off_is_begun_again(isolate):
    isolate.sources.know(NEWER)
    isolate.cache.get("cat").refreshed_since = NOW + FRESH
    assert (await isolate.find(NOW + 100)).record == NEWER


@runs
async def test_after_an_hour_a_link_bridges_nothing_any_more(isolate):
    isolate.sources.ways |= {"kv": "fail", "owner": "fail"}
    with pytest.raises(UnavailableError):
        await isolate.find(NOW + BRIDGE)


@runs
async def test_calls_that_time_out_one_after_the_other_open_the_breaker(isolate):
    isolate.sources.ways |= {"kv": "hang", "owner": "fail"}
    now_ms = time.time() * 1_000
    for number in range(4):
        isolate.kv.failed(round(now_ms - 12_000 + 3_000 * number))
    before = record_source.SOURCE_TIMEOUT_SECONDS
    record_source.SOURCE_TIMEOUT_SECONDS = 0.05
    try:
        with pytest.raises(UnavailableError):
            await isolate.find(NOW, "unknown")
    finally:
        record_source.SOURCE_TIMEOUT_SECONDS = before
    assert isolate.kv.state(round(time.time() * 1_000))["state"] == "open"


@runs
async def test_an_answer_that_comes_late_is_believed_and_counts_as_a_failure(isolate):
    isolate.sources.ways["kv"] = 0.05
    before = record_source.SLOW_SECONDS
    record_source.SLOW_SECONDS = 0.02
    try:
        assert (await isolate.find(NOW + BRIDGE)).record == RECORD
    finally:
        record_source.SLOW_SECONDS = before
    assert isolate.kv.state(round(time.time() * 1_000))["failures"] == 1


@hears
async def test_one_look_at_the_news_makes_all_links_fresh_that_did_not_change(isolate):
    await with_others(isolate, "dog", "cow")
    await isolate.find(NOW + FRESH)
    await isolate.settle()
    for code in ("cat", "dog", "cow"):
        await isolate.find(NOW + 2 * FRESH - 1, code)
    assert isolate.sources.calls == ["news"]
    await isolate.find(NOW + 2 * FRESH, "dog")
    await isolate.settle()
    await isolate.find(NOW + 3 * FRESH - 1, "cow")
    assert isolate.sources.calls == ["news", "news"]


@hears
async def test_a_link_that_changed_is_fetched_and_others_are_not(isolate):
    await with_others(isolate, "dog")
    isolate.sources.announce(cat=NOW + 5)
    isolate.sources.know(NEWER)
    await isolate.find(NOW + FRESH)
    await isolate.settle()
    assert isolate.sources.calls == ["news", "kv"]
    assert (await isolate.find(NOW + FRESH + 1)).record == NEWER
    await isolate.find(NOW + FRESH + 1, "dog")
    assert isolate.sources.calls == ["news", "kv"]


@hears
async def test_the_news_speak_for_no_copy_that_was_fetched_when_kv_may_not_have_had_the_change(isolate):
    isolate.sources.announce(cat=NOW - SETTLING_SECONDS + 1)
    await isolate.find(NOW + FRESH)
    await isolate.settle()
    assert isolate.sources.calls == ["news", "kv"]
    isolate.sources.announce(cat=NOW - SETTLING_SECONDS)
    isolate.cache.put("cat", RECORD, NOW)
    await isolate.find(NOW + 2 * FRESH)
    await isolate.settle()
    assert isolate.sources.calls == ["news", "kv", "news"]


@hears
async def test_an_alias_is_fetched_when_its_link_changed_and_when_it_did_itself(isolate):
    isolate.sources.know(replace(RECORD, code="nick", alias_of="cat"))
    await isolate.find(NOW, "nick")
    for round_, changed_code in enumerate(("cat", "nick"), start=1):
        isolate.sources.calls.clear()
        isolate.sources.announce(**{changed_code: NOW + round_ * 2 * FRESH})
        await isolate.find(NOW + round_ * 3 * FRESH, "nick")
        assert isolate.sources.calls == ["news", "kv", "kv"]


@hears
async def test_a_link_nobody_visited_for_long_waits_for_the_news_alone(isolate):
    entry = isolate.cache.peek("cat")
    assert await isolate.find(STALE_AT) is entry
    assert isolate.sources.calls == ["news"]
    assert await isolate.find(STALE_AT + FRESH - 1) is entry
    assert isolate.sources.calls == ["news"]


@hears
async def test_a_link_is_fetched_again_however_long_no_news_say_that_it_changed(isolate):
    await with_others(isolate, "dog")
    isolate.sources.know(NEWER)
    for second in range(0, round(KEPT), 5):
        await isolate.find(NOW + second)
        await isolate.settle()
    assert set(isolate.sources.calls) == {"news"}
    isolate.cache.get("dog")
    isolate.cache.get("dog")
    assert (await isolate.find(NOW + KEPT)).record == RECORD
    await isolate.settle()
    assert isolate.sources.calls[-1] == "kv 2"
    assert (await isolate.find(NOW + KEPT + 1)).record == NEWER


@hears
async def test_news_that_kv_lacks_are_asked_of_the_object_that_keeps_them(isolate):
    del isolate.sources.kv[news_key("links")]
    isolate.sources.owned[news_key("links")] = {"record": News(NOW - FRESH, {}).to_wire()}
    await isolate.find(NOW + FRESH)
    await isolate.settle()
    assert isolate.sources.calls == ["news", "news owner", "kv"], "they do not reach back far enough"
    isolate.sources.owned[news_key("links")] = {"record": News(0, {}).to_wire()}
    await isolate.find(NOW + 2 * FRESH)
    await isolate.settle()
    assert isolate.sources.calls[3:] == ["news", "news owner"]


@hears
async def test_broken_news_and_news_that_fail_vouch_for_nothing(isolate):
    isolate.sources.kv[news_key("links")] = json.dumps({"since": 0, "changed": {"cat": "now"}})
    await isolate.find(NOW + FRESH)
    await isolate.settle()
    assert isolate.sources.calls == ["news", "news owner", "kv"]
    isolate.sources.ways["news"] = "fail"
    await isolate.find(NOW + 2 * FRESH)
    await isolate.settle()
    assert isolate.sources.calls[3:] == ["news", "news owner", "kv"]
    assert isolate.owners.state(0)["failures"] == 0


@hears
async def test_many_links_that_age_together_ask_for_the_news_once(isolate):
    await with_others(isolate, "dog", "cow")
    isolate.sources.ways["news"] = 0.05
    await asyncio.gather(*(isolate.find(NOW + FRESH, code) for code in ("cat", "dog", "cow")))
    await isolate.settle()
    assert isolate.sources.calls.count("news") == 1


@hears
async def test_what_is_purged_while_the_news_are_on_their_way_is_not_vouched_for(isolate):
    isolate.sources.ways["news"] = 0.05
    isolate.sources.own(NEWER)
    old = await isolate.find(NOW + FRESH)
    await asyncio.sleep(0)
    await isolate.reader.purge("cat")
    await isolate.settle()
    assert not isolate.cache.vouch(old, NOW + FRESH)
    assert isolate.cache.peek("cat").record == NEWER
