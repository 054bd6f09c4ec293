"""Clicks are exact: nothing that was acknowledged is lost, and nothing counts twice, whatever fails."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from analytics.click_parcels import FEW_CODES
from analytics.click_wire import collect, pack
from analytics.clicks import Click
from sharelinks.projection import journal_name
from tests.edge.links import (
    BROWSER,
    EDGE,
    MODERATOR,
    address,
    claim,
    clicks,
    new_code,
    visit,
)
from tests.harness.local_edge import PRODUCT_CONFIGS, LocalEdge, eventually

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
    fragile_engine.faults(EDGE)
    fragile_engine.faults(MODERATOR)
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


def health(engine: LocalEdge) -> dict[str, Any]:
    return dict(engine.control("health", worker=EDGE))


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
            EDGE, {"call": "METADATA.get", "mode": "fail"}, {"call": "SHORT_LINK.read", "mode": "fail"}
        )
        assert follow(fragile, code, 50) == {302: 50}
        assert visit(fragile, new_code()).status_code == 503

    def test_kv_that_fails_is_replaced_by_the_owner(self, fragile: LocalEdge) -> None:
        code = claim(fragile)
        fragile.faults(EDGE, {"call": "METADATA.get", "mode": "fail"})
        assert visit(fragile, code).status_code == 302
        assert visit(fragile, new_code()).status_code == 404

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
    engine = LocalEdge(configs=UNSHARDED, vars={**FAST, "FLUSH_CLICKS": "1", "SHARD_CALLS_PER_SECOND": "3"})
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
        follow(hot, code, 40)
        assert eventually(lambda: clicks(hot, code) == 240)

        def handed_on() -> bool:
            rows = [
                row
                for number in range(8)
                for row in hot.sql("ClickShard", f"{code}~{number}", "SELECT name FROM sqlite_master")
                if row["name"] == "kept_clicks"
            ]
            left = (
                sum(
                    hot.sql("ClickShard", f"{code}~{number}", "SELECT count(*) AS n FROM kept_clicks")[0]["n"]
                    for number in range(8)
                )
                if len(rows) == 8
                else 1
            )
            return left == 0

        assert eventually(handed_on)
        assert clicks(hot, code) == 240


def test_ten_thousand_at_once_get_a_thousand_clicks_of_a_link_limited_to_a_thousand(
    fragile: LocalEdge,
) -> None:
    code = claim(fragile, max_clicks=1_000)
    url = f"{fragile.urls[EDGE]}/s/{code}"
    statuses: Counter[int] = Counter()
    lock = threading.Lock()

    def visitor(_number: int) -> None:
        seen: Counter[int] = Counter()
        with httpx.Client(trust_env=False, timeout=300) as client:
            for _ in range(250):
                try:
                    seen[client.get(url, headers={**BROWSER, **address()}).status_code] += 1
                except httpx.TransportError:
                    # workerd closes connections that were idle for five seconds, also under a request.
                    seen[0] += 1
        with lock:
            statuses.update(seen)

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(visitor, range(40)))
    assert sum(statuses.values()) == 10_000
    assert set(statuses) <= {302, 410, 0}
    assert statuses[0] < 50
    assert 1_000 - statuses[0] <= statuses[302] <= 1_000
    assert clicks(fragile, code) == 1_000


def test_a_sigkill_under_load_loses_no_more_than_is_stated_and_never_counts_too_much(tmp_path: Path) -> None:
    engine = LocalEdge(persist=str(tmp_path), configs=UNSHARDED, vars=FAST)
    try:
        code = claim(engine)
        visit(engine, code)
        answered = Counter[str]()
        stop = threading.Event()

        def visitor(_number: int) -> None:
            with httpx.Client(trust_env=False, timeout=30) as client:
                while not stop.is_set():
                    try:
                        answer = client.get(f"{engine.urls[EDGE]}/s/{code}", headers={**BROWSER, **address()})
                    except httpx.HTTPError:
                        return
                    if answer.status_code == 302:
                        answered["redirects"] += 1

        threads = [threading.Thread(target=visitor, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        eventually(lambda: answered["redirects"] > 1_000)
        engine.kill()
        stop.set()
        for thread in threads:
            thread.join()
        engine.restart()
        counted = clicks(engine, code)
        sent = answered["redirects"] + 1
        # A request that was cut off between its count and its answer is one the client never saw: at most one
        # for each of the eight connections.
        assert counted <= sent + 8
        assert sent - counted <= 2 * FLUSH_CLICKS
    finally:
        engine.close()
