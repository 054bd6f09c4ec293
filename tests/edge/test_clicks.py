"""Clicks are exact: nothing that was acknowledged is lost, and nothing counts twice, whatever fails."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from analytics.click_parcels import FEW_CODES
from analytics.click_wire import collect, pack
from analytics.clicks import Click
from durable_objects.shards import SHARDS
from runtime.record_source import SOURCE_TIMEOUT_SECONDS
from sharelinks.projection import journal_name
from tests.edge.links import (
    API,
    BROWSER,
    EDGE,
    MODERATOR,
    OBJECTS,
    TARGET,
    address,
    claim,
    clicks,
    new_code,
    visit,
)
from tests.harness.crowd import Tally, visit_often
from tests.harness.local_edge import PRODUCT_CONFIGS, VARS, LocalEdge, eventually

REMEMBER_SECONDS = int(VARS["REMEMBER_SECONDS"])
FLUSH_CLICKS = 50
UNSHARDED = [file for file in PRODUCT_CONFIGS if "api" not in file]
FAST = {
    "FLUSH_CLICKS": str(FLUSH_CLICKS),
    "FLUSH_MS": "200",
    "SHARD_CALLS_PER_SECOND": "1000000",
    "JOURNAL_SECONDS": "1",
}


@pytest.fixture(scope="module")
def fragile_engine() -> Iterator[LocalEdge]:
    engine = LocalEdge(configs=UNSHARDED, faults=True, vars=FAST)
    yield engine
    engine.close()


@pytest.fixture
def fragile(fragile_engine: LocalEdge) -> LocalEdge:
    """Three Workers whose bindings can be told to fail; none does yet."""
    for worker in (EDGE, MODERATOR, OBJECTS):
        fragile_engine.faults(worker)
    fragile_engine.reset()
    # A circuit that the last test opened lets calls through again after a few seconds.
    eventually(lambda: visit(fragile_engine, claim(fragile_engine, max_clicks=1)).status_code == 302)
    return fragile_engine


def follow(engine: LocalEdge, code: str, times: int, at_once: int = 8) -> Counter[int]:
    """Follow a link many times, several at once, and return how often each status came."""

    def one(_number: int) -> int:
        return visit(engine, code).status_code

    with ThreadPoolExecutor(at_once) as pool:
        return Counter(pool.map(one, range(times)))


def as_browser() -> dict[str, str]:
    return {**BROWSER, **address()}


def handed_on(engine: LocalEdge) -> dict[str, int]:
    """Return what became of the clicks of the edge's isolate."""
    return dict(engine.get(API, "/healthz").json()["edge"]["clicks"])


def used(engine: LocalEdge, names: set[str]) -> set[str]:
    """Return those of the shards and journals that have kept anything yet: the others have no table."""
    known = "SELECT 1 FROM sqlite_master WHERE name = 'kept_clicks'"
    return {name for name in names if engine.sql("ClickShard", name, known)}


def kept(engine: LocalEdge, names: set[str]) -> int:
    """Return how many batches these shards and journals keep."""
    counted = "SELECT count(*) AS n FROM kept_clicks"
    return sum(engine.sql("ClickShard", name, counted)[0]["n"] for name in used(engine, names))


class TestGroupCommit:
    def test_many_clicks_are_counted_exactly_in_few_calls(self, fragile: LocalEdge) -> None:
        code = claim(fragile)
        assert follow(fragile, code, 400) == {302: 400}
        assert eventually(lambda: clicks(fragile, code) == 400)
        time.sleep(0.5)
        assert clicks(fragile, code) == 400
        batches = fragile.sql("ShortLink", code, "SELECT count(*) AS number FROM click_batches")
        assert batches[0]["number"] < 100

    def test_clicks_of_many_links_do_not_mix(self, fragile: LocalEdge) -> None:
        codes = [claim(fragile) for _ in range(12)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: visit(fragile, codes[number % 12]), range(240)))
        assert eventually(lambda: [clicks(fragile, code) for code in codes] == [20] * 12)

    def test_every_dimension_is_recorded(self, fragile: LocalEdge) -> None:
        code = claim(fragile)
        visit(fragile, code, cf_ipcountry="DE", referer="https://t.co/abc", cf_connecting_ip="203.0.113.9")
        visit(fragile, code, cf_ipcountry="DE", referer="https://t.co/abc", cf_connecting_ip="203.0.113.9")
        visit(fragile, code, cf_ipcountry="<script>", referer="javascript:alert(1)")
        assert eventually(lambda: clicks(fragile, code) == 3)
        found = fragile.object("ShortLink", code, "statistics", code)
        assert (found["total_clicks"], found["unique_clicks"], found["clicks_today"]) == (3, 2, 3)
        assert found["by_dimension"]["country"] == [{"name": "DE", "count": 2}, {"name": "XX", "count": 1}]
        assert found["by_dimension"]["platform"][0] == {"name": "twitter", "count": 2}
        assert found["by_dimension"]["browser"] == [{"name": "Chrome", "count": 3}]
        assert found["by_dimension"]["os"] == [{"name": "Linux", "count": 3}]
        assert len(found["recent"]) == 3
        assert "<script>" not in json.dumps(found)
        assert "203.0.113.9" not in json.dumps(found)


class TestFaults:
    def test_a_failing_owner_neither_delays_nor_breaks_a_redirect_and_loses_nothing(
        self, fragile: LocalEdge
    ) -> None:
        code = claim(fragile)
        assert visit(fragile, code).status_code == 302
        fragile.faults(EDGE, {"call": "SHORT_LINK.count", "mode": "fail"})
        assert follow(fragile, code, 100) == {302: 100}
        # Through the queue, past the owner's failure in this Worker only.
        assert eventually(lambda: clicks(fragile, code) == 101)

    def test_an_answer_that_is_lost_does_not_count_twice(self, fragile: LocalEdge) -> None:
        code = claim(fragile)
        visit(fragile, code)
        fragile.faults(EDGE, {"call": "SHORT_LINK.count", "mode": "lose", "times": 3})
        assert follow(fragile, code, 120) == {302: 120}
        assert eventually(lambda: clicks(fragile, code) == 121)
        time.sleep(1.5)
        assert clicks(fragile, code) == 121

    def test_a_slow_owner_delays_no_redirect(self, fragile: LocalEdge) -> None:
        code = claim(fragile)
        visit(fragile, code)
        fragile.faults(EDGE, {"call": "SHORT_LINK.count", "mode": "slow", "ms": 2_000})
        began = time.monotonic()
        assert follow(fragile, code, 60) == {302: 60}
        # The owner's answers alone would take longer than this if a redirect waited for one.
        assert time.monotonic() - began < 2_000 * 60 / 8 / 1_000
        assert eventually(lambda: clicks(fragile, code) == 61)

    def test_a_queue_that_fails_too_is_tried_until_one_of_both_works(self, fragile: LocalEdge) -> None:
        code = claim(fragile)
        visit(fragile, code)
        fragile.faults(
            EDGE,
            {"call": "SHORT_LINK.count", "mode": "fail", "times": 2},
            {"call": "CLICKS.send", "mode": "fail", "times": 1},
        )
        assert follow(fragile, code, 20, at_once=2) == {302: 20}
        assert eventually(lambda: clicks(fragile, code) == 21)

    def test_a_cached_link_outlives_kv_and_its_owner(self, fragile: LocalEdge) -> None:
        code = claim(fragile)
        visit(fragile, code)
        fragile.faults(
            EDGE, {"call": "METADATA.get", "mode": "fail"}, {"call": "SHORT_LINK.look_up", "mode": "fail"}
        )
        assert follow(fragile, code, 50) == {302: 50}
        assert visit(fragile, new_code()).status_code == 503

    def test_a_cached_link_is_answered_at_once_while_kv_and_its_owner_hang(self, fragile: LocalEdge) -> None:
        plain, ruled = claim(fragile), claim(fragile, rules=[{"target": TARGET, "country": ["DE"]}])
        visit(fragile, plain)
        visit(fragile, ruled)
        fragile.faults(
            EDGE, {"call": "METADATA.get", "mode": "hang"}, {"call": "SHORT_LINK.look_up", "mode": "hang"}
        )
        slowest, ends = 0.0, time.monotonic() + 5 * REMEMBER_SECONDS
        while time.monotonic() < ends:
            for code in (plain, ruled):
                began = time.monotonic()
                assert visit(fragile, code).status_code == 302
                slowest = max(slowest, time.monotonic() - began)
        # A source that is waited for takes three seconds, both together six.
        assert slowest < SOURCE_TIMEOUT_SECONDS
        # Not each visit asks: one question at a time for each link, and none while a breaker is open.
        assert len(fragile.faults_met(EDGE)) < 20
        fragile.faults(EDGE)
        for code in (plain, ruled):
            fragile.object(
                "ShortLink", code, "change", code, {"target": f"{TARGET}/new", "rules": None}, None
            )

        def is_new() -> bool:
            return {visit(fragile, code).headers["location"] for code in (plain, ruled)} == {f"{TARGET}/new"}

        assert eventually(is_new)

    def test_a_link_that_was_not_used_for_long_is_answered_while_its_sources_hang(
        self, fragile: LocalEdge
    ) -> None:
        code = claim(fragile)
        visit(fragile, code)
        fragile.faults(
            EDGE, {"call": "METADATA.get", "mode": "hang"}, {"call": "SHORT_LINK.look_up", "mode": "hang"}
        )
        time.sleep(2 * REMEMBER_SECONDS)
        began = time.monotonic()
        assert visit(fragile, code).status_code == 302
        assert time.monotonic() - began < SOURCE_TIMEOUT_SECONDS

    def test_kv_that_fails_is_replaced_by_the_owner(self, fragile: LocalEdge) -> None:
        code = claim(fragile)
        fragile.faults(EDGE, {"call": "METADATA.get", "mode": "fail"})
        assert visit(fragile, code).status_code == 302
        assert visit(fragile, new_code()).status_code == 404

    def test_a_new_link_redirects_while_no_journal_answers_its_owner(self, fragile: LocalEdge) -> None:
        code = claim(fragile)
        fragile.faults(EDGE, {"call": "METADATA.get", "mode": "fail"})
        fragile.faults(OBJECTS, {"call": "CLICK_SHARD.pending", "mode": "hang"})
        assert visit(fragile, code).status_code == 302
        assert fragile.faults_met(OBJECTS) == []

    def test_a_limited_link_whose_owner_was_not_heard_is_asked_again_and_spends_one_click(
        self, fragile: LocalEdge
    ) -> None:
        code = claim(fragile, max_clicks=2)
        fragile.faults(EDGE, {"call": "SHORT_LINK.take", "mode": "lose", "times": 1})
        assert [visit(fragile, code).status_code for _ in range(3)] == [302, 302, 410]
        assert clicks(fragile, code) == 2

    @pytest.mark.parametrize(("state", "status"), [("disabled", 404), ("taken_down", 410), ("rejected", 451)])
    def test_a_limited_link_that_was_just_stopped_says_why_and_is_not_used_up(
        self, fragile: LocalEdge, state: str, status: int
    ) -> None:
        code = claim(fragile, max_clicks=5)
        assert visit(fragile, code).status_code == 302
        fragile.object("ShortLink", code, "change", code, {"state": state}, None)
        assert visit(fragile, code).status_code == status
        fragile.object("ShortLink", code, "change", code, {"state": "active"}, None)
        assert eventually(lambda: visit(fragile, code).status_code == 302, within=20.0)
        assert clicks(fragile, code) == 2

    def test_a_limited_link_fails_closed(self, fragile: LocalEdge) -> None:
        code = claim(fragile, max_clicks=5)
        fragile.faults(EDGE, {"call": "SHORT_LINK.take", "mode": "fail"})
        answer = visit(fragile, code)
        assert (answer.status_code, "location" in answer.headers) == (503, False)
        assert answer.headers["retry-after"]
        fragile.faults(EDGE)
        assert visit(fragile, code).status_code == 302
        assert clicks(fragile, code) == 1


class TestLateBatches:
    def message(self, code: str, batch_id: str, number: int = 1) -> dict[str, Any]:
        payload = pack(collect([Click(timestamp=time.time(), country="DE")] * number))
        return {"kind": "clicks", "code": code, "batch_id": batch_id, "payload": payload}

    def test_the_queue_delivers_and_repeats_without_doubling(self, fragile: LocalEdge) -> None:
        code = claim(fragile)
        message = self.message(code, "late-1", 3)
        for _ in range(3):
            fragile.queue(MODERATOR, "gif-distributor-clicks", message, message)
        assert clicks(fragile, code) == 3

    def test_dead_letters_are_kept_and_replayed_by_the_sweep(self, fragile: LocalEdge) -> None:
        code = claim(fragile)
        fragile.queue(MODERATOR, "gif-distributor-clicks-dead", self.message(code, "dead-1", 4))
        assert clicks(fragile, code) == 0
        kept = fragile.control("r2", bucket="MEDIA", method="list", options={"prefix": "dead/clicks/"})
        assert len(kept) == 1
        fragile.scheduled(MODERATOR, "*/5 * * * *")
        fragile.scheduled(MODERATOR, "*/5 * * * *")
        assert clicks(fragile, code) == 4
        assert not fragile.control("r2", bucket="MEDIA", method="list", options={"prefix": "dead/clicks/"})


def payload_of(number: int = 1) -> str:
    return pack(collect([Click(timestamp=time.time(), country="DE")] * number))


class TestKeptBatches:
    """What a journal's alarm does; `JOURNAL_SECONDS` is one second here."""

    JOURNAL = "~0"

    def keep(self, engine: LocalEdge, *letters: list[str]) -> None:
        assert engine.object("ClickShard", self.JOURNAL, "keep", json.dumps(letters))["counted"]

    def kept(self, engine: LocalEdge) -> list[str]:
        rows = engine.sql("ClickShard", self.JOURNAL, "SELECT batch_id FROM kept_clicks ORDER BY batch_id")
        return [row["batch_id"] for row in rows]

    def put_aside(self, engine: LocalEdge) -> list[str]:
        found = engine.control("r2", bucket="MEDIA", method="list", options={"prefix": "dead/"})
        return sorted(f"{key.split('/')[1]}/{key.rpartition('/')[2]}" for key in found)

    def test_a_code_whose_owner_fails_holds_up_no_other(self, fragile: LocalEdge) -> None:
        codes = sorted(claim(fragile) for _ in range(4))
        broken, *others = codes
        fragile.object("ShortLink", broken, "count", broken, "first", payload_of())
        fragile.sql("ShortLink", broken, "DROP TABLE click_state")
        self.keep(fragile, *([f"b-{code}", code, payload_of()] for code in codes))
        assert eventually(lambda: self.kept(fragile) == [f"b-{broken}"])
        assert [clicks(fragile, code) for code in others] == [1] * 3

    def test_what_the_owner_will_not_count_is_put_aside_and_named(self, fragile: LocalEdge) -> None:
        code, nobodys = claim(fragile), new_code()
        fragile.object("ShortLink", code, "count", code, "first", payload_of())
        # As if an id had been forgotten that is younger than the batch.
        soon = round(time.time() * 1_000) + 86_400_000
        fragile.sql("ShortLink", code, "INSERT INTO click_batches_forgotten VALUES (1, ?)", soon)
        fragile.logs()
        letters = ["old", code, payload_of(3)], ["bad", code, "[]"], ["lost", nobodys, payload_of(2)]
        self.keep(fragile, *letters)
        assert eventually(lambda: self.kept(fragile) == [])
        assert self.put_aside(fragile) == [
            f"malformed/{code}.bad.json",
            f"stale/{code}.old.json",
            f"unclaimed/{nobodys}.lost.json",
        ]
        said = [json.loads(line) for line in fragile.logs() if line.startswith("{")]
        named = {one["event"]: one["clicks"] for one in said if "key" in one}
        assert named == {"clicks_malformed": 0, "clicks_stale": 3, "clicks_unclaimed": 2}
        assert clicks(fragile, code) == 1

    def test_what_cannot_be_put_aside_stays(self, fragile: LocalEdge) -> None:
        nobodys = new_code()
        fragile.faults(OBJECTS, {"call": "MEDIA.put", "mode": "fail"})
        self.keep(fragile, ["lost", nobodys, payload_of()])
        assert eventually(lambda: fragile.faults_met(OBJECTS))
        assert self.kept(fragile) == ["lost"]
        fragile.faults(OBJECTS)
        assert eventually(lambda: self.put_aside(fragile) == [f"unclaimed/{nobodys}.lost.json"])

    def test_a_reader_leaves_what_is_not_counted_to_the_journal(self, fragile: LocalEdge) -> None:
        code = claim(fragile)
        journal = journal_name(code)
        letters = [[f"b{number:03}", code, payload_of()] for number in range(60)]
        letters[10][2] = "[]"
        assert fragile.object("ClickShard", journal, "keep", json.dumps(letters))["counted"]
        assert clicks(fragile, code) == 59
        assert eventually(lambda: self.put_aside(fragile) == [f"malformed/{code}.b010.json"])
        assert clicks(fragile, code) == 59


class TestJournals:
    """Few clicks of many links travel together, and wait in a journal until somebody wants to know."""

    def many(self, engine: LocalEdge) -> list[str]:
        codes = [claim(engine) for _ in range(4 * FEW_CODES)]
        self.visit_all(engine, codes)
        return codes

    def visit_all(self, engine: LocalEdge, codes: list[str]) -> None:
        with ThreadPoolExecutor(len(codes)) as pool:
            list(pool.map(lambda code: visit(engine, code), codes))

    def test_a_reader_sees_at_once_what_a_journal_keeps_and_counts_it_once(self, fragile: LocalEdge) -> None:
        codes = self.many(fragile)
        assert eventually(lambda: [clicks(fragile, code) for code in codes] == [1] * len(codes))
        kept = [
            fragile.sql("ClickShard", journal, "SELECT count(*) AS n FROM kept_clicks")[0]["n"]
            for journal in {journal_name(code) for code in codes}
        ]
        assert set(kept) == {0}

    def test_a_journal_that_nobody_asks_hands_over_by_itself(self, fragile: LocalEdge) -> None:
        fragile.faults(
            EDGE, {"call": "SHORT_LINK.count", "mode": "fail"}, {"call": "CLICKS.sendBatch", "mode": "fail"}
        )
        codes = self.many(fragile)

        def counted() -> list[int]:
            rows = [fragile.sql("ShortLink", code, "SELECT * FROM click_state") for code in codes]
            return [row[0]["clicks"] for row in rows]

        assert eventually(lambda: self.has_tables(fragile, codes) and counted() == [1] * len(codes))

    def test_a_journal_that_fails_is_replaced_by_the_queue(self, fragile: LocalEdge) -> None:
        fragile.faults(EDGE, {"call": "CLICK_SHARD.keep", "mode": "fail"})
        codes = self.many(fragile)
        rounds = 1
        # Visits that a slow machine spreads over several flushes are no crowd.
        while not fragile.faults_met(EDGE):
            assert rounds < 20
            self.visit_all(fragile, codes)
            rounds += 1
        assert eventually(lambda: [clicks(fragile, code) for code in codes] == [rounds] * len(codes))

    @staticmethod
    def has_tables(engine: LocalEdge, codes: list[str]) -> bool:
        known = "SELECT 1 FROM sqlite_master WHERE name = 'click_state'"
        return all(engine.sql("ShortLink", code, known) for code in codes)


@pytest.fixture(scope="module")
def hot() -> Iterator[LocalEdge]:
    engine = LocalEdge(configs=UNSHARDED, vars={**FAST, "FLUSH_CLICKS": "8", "SHARD_CALLS_PER_SECOND": "3"})
    yield engine
    engine.close()


class TestHotCodes:
    def test_above_the_rate_helpers_take_the_batches_and_a_reader_sees_every_click(
        self, hot: LocalEdge
    ) -> None:
        code = claim(hot)
        assert follow(hot, code, 200) == {302: 200}
        assert hot.sql("ShortLink", code, "SELECT number FROM click_shards") == [{"number": 8}]
        assert eventually(lambda: clicks(hot, code) == 200)
        shards = {f"{code}~{number}" for number in range(SHARDS)}
        answered = 200
        # Which helper a batch goes to is chance.
        while used(hot, shards) != shards:
            assert answered < 5_000
            answered += follow(hot, code, 40)[302]
        assert eventually(lambda: clicks(hot, code) == answered)
        assert eventually(lambda: kept(hot, shards) == 0)
        assert clicks(hot, code) == answered


@pytest.mark.parametrize(("connections", "requests", "limit"), [(16, 10_000, 1_000), (250, 2_500, 250)])
def test_a_crowd_gets_exactly_as_many_redirects_as_a_link_has_clicks(
    fragile: LocalEdge, connections: int, requests: int, limit: int
) -> None:
    code = claim(fragile, max_clicks=limit)
    tally = Tally()
    url = f"{fragile.urls[EDGE]}/s/{code}"

    async def everybody() -> None:
        # Each sends the next request as soon as the last one is answered.
        crowd = (
            visit_often(url, as_browser, tally, goes_on=lambda: tally.sent < requests)
            for _ in range(connections)
        )
        await asyncio.gather(*crowd)

    asyncio.run(everybody())
    assert clicks(fragile, code) == limit
    assert tally.statuses == {302: limit, 410: requests - limit}


@pytest.mark.parametrize("while_answering", [True, False])
def test_a_sigkill_under_load_loses_no_more_than_is_stated_and_never_counts_too_much(
    tmp_path: Path, while_answering: bool
) -> None:
    """Killed while it answers, the engine may have counted requests whose answers it did not write any more.

    The clients know how many those may be: what they sent and never had an answer to, one a connection. There
    are none when it is killed just after they had all their answers.
    """
    engine = LocalEdge(persist=str(tmp_path), configs=UNSHARDED, vars=FAST)
    try:
        code = claim(engine)
        url = f"{engine.urls[EDGE]}/s/{code}"
        tally, enough = Tally(), asyncio.Event()

        def goes_on() -> bool:
            if tally.statuses[302] >= 1_000:
                enough.set()
            return while_answering or not enough.is_set()

        async def everybody() -> None:
            visitors = asyncio.gather(*(visit_often(url, as_browser, tally, goes_on) for _ in range(8)))
            await enough.wait()
            if not while_answering:
                await visitors
            engine.kill()
            await visitors

        asyncio.run(everybody())
        answered = tally.statuses[302]
        assert tally.unanswered <= (8 if while_answering else 0)
        assert tally.statuses.total() == answered
        engine.restart()
        counted = clicks(engine, code)
        assert counted <= answered + tally.unanswered
        assert answered - counted <= 2 * FLUSH_CLICKS
    finally:
        engine.close()


class TestKilledWhileBatchesAreKept:
    """What a journal or a shard acknowledged is counted, whatever happens before its owner hears of it."""

    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[LocalEdge]:
        keeping = {"SHARD_CALLS_PER_SECOND": "1", "JOURNAL_SECONDS": "900"}
        engine = LocalEdge(persist=str(tmp_path), faults=True, vars=FAST | keeping)
        yield engine
        engine.close()

    def acknowledged(self, engine: LocalEdge, number: int) -> bool:
        said = handed_on(engine)
        assert said["queued"] == said["lost"] == said["refused"] == 0
        return said["counted"] == number and said["buffered"] == said["in_flight"] == 0

    def test_a_journal_keeps_what_it_acknowledged(self, engine: LocalEdge) -> None:
        codes = [claim(engine) for _ in range(4 * FEW_CODES)]
        rounds = 0
        # Visits that a slow machine spreads over several flushes are no crowd.
        while not kept(engine, {journal_name(code) for code in codes}):
            assert rounds < 20
            TestJournals().visit_all(engine, codes)
            rounds += 1
            visits = rounds * len(codes)
            eventually(lambda visits=visits: self.acknowledged(engine, visits))
        engine.kill()
        engine.restart()
        assert [clicks(engine, code) for code in codes] == [rounds] * len(codes)

    def test_a_shard_keeps_what_it_acknowledged(self, engine: LocalEdge) -> None:
        code = claim(engine)
        engine.faults(OBJECTS, {"call": "SHORT_LINK.count_many", "mode": "fail"})
        shards = {f"{code}~{number}" for number in range(SHARDS)}
        answered = 0
        while not kept(engine, shards):
            assert answered < 2_000
            answered += follow(engine, code, 100)[302]
        eventually(lambda: self.acknowledged(engine, answered))
        engine.kill()
        engine.restart()
        assert clicks(engine, code) == answered
