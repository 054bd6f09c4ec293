"""What the edge keeps of media, what a purge reaches, and what visitors see while parts of it fail."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.edge.assets import add_variant, decide, new_bytes, publish
from tests.edge.links import EDGE
from tests.edge.media import ask, signed
from tests.harness.local_edge import PRODUCT_CONFIGS, LocalEdge, eventually

EDGE_AND_OBJECTS = [
    path for path in PRODUCT_CONFIGS if path.endswith(("wrangler.objects.toml", "wrangler.toml"))
]
LARGE = 40_000
"""More than an isolate keeps of an asset at once."""
PURGER = """
export default {
  async fetch(request, env) {
    const { asset_id, tags } = await request.json();
    return Response.json(await env.EDGE.purge(asset_id, tags));
  },
};
"""


@pytest.fixture(scope="module")
def media_engine() -> Iterator[LocalEdge]:
    purger = {
        "name": "purger",
        "modules": [{"type": "ESModule", "path": "purger.mjs", "contents": PURGER}],
        "compatibilityDate": "2026-07-01",
        "serviceBindings": {"EDGE": EDGE},
        "unsafeDirectSockets": [{"host": "127.0.0.1", "port": 0}],
    }
    # What is counted here is what an isolate need not ask: it shall not forget in the middle of a test.
    engine = LocalEdge(
        configs=EDGE_AND_OBJECTS,
        vars={"REMEMBER_SECONDS": "20"},
        faults=True,
        countCalls=True,
        extraWorkers=[purger],
    )
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def forgetful_engine() -> Iterator[LocalEdge]:
    """Edge and objects, whose isolates soon ask for a newer record."""
    engine = LocalEdge(configs=EDGE_AND_OBJECTS, countCalls=True)
    yield engine
    engine.close()


@pytest.fixture
def edge(media_engine: LocalEdge) -> LocalEdge:
    """Edge and objects; bindings can be told to fail, and none does yet."""
    media_engine.faults(EDGE)
    media_engine.reset()
    # A circuit that the last test opened lets calls through again after a few seconds.
    known = publish(media_engine, new_bytes())
    eventually(lambda: ask(media_engine, known).status_code == 200)
    return media_engine


def calls(edge: LocalEdge, kind: str, name: str) -> int:
    """Return how often the edge asked a binding for something."""
    return int(edge.control("calls", worker=EDGE)[kind].get(name, 0))


def reads(edge: LocalEdge) -> int:
    """Return how often the edge read the bucket."""
    return calls(edge, "r2", "MEDIA.get")


def in_cache(edge: LocalEdge, length: int = LARGE) -> tuple[str, bytes]:
    """Return an asset that the edge's cache has."""
    content = new_bytes(length)
    asset_id = publish(edge, content)

    def is_hit() -> bool:
        before = reads(edge)
        assert ask(edge, asset_id, headers={"range": "bytes=0-0"}).status_code == 206
        return reads(edge) == before

    eventually(is_hit)
    return asset_id, content


def purge(edge: LocalEdge, asset_id: str, *contents: bytes) -> dict[str, Any]:
    """Purge as the other Workers do."""
    tags = [hashlib.sha256(content).hexdigest() for content in contents]
    answer = edge.request("purger", "POST", "/", json={"asset_id": asset_id, "tags": tags})
    return dict(answer.json())


def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.status_code, answer.json()["code"]


class TestHits:
    def test_a_hit_reads_neither_bucket_nor_record(self, edge: LocalEdge) -> None:
        asset_id, content = in_cache(edge)
        before = edge.control("calls", worker=EDGE)
        for _ in range(3):
            assert ask(edge, asset_id).content == content
            assert ask(edge, f"{asset_id}?download").content == content
            assert ask(edge, f"{asset_id}.gif", headers={"range": "bytes=-7"}).content == content[-7:]
            assert ask(edge, asset_id, headers={"range": "bytes=9-11"}).content == content[9:12]
            assert ask(edge, asset_id, "HEAD").headers["content-length"] == str(LARGE)
            assert ask(edge, asset_id, headers={"if-none-match": "*"}).status_code == 304
        assert edge.control("calls", worker=EDGE) == before

    def test_a_small_one_stays_in_the_isolate(self, edge: LocalEdge) -> None:
        asset_id, content = in_cache(edge, 10_000)
        assert ask(edge, asset_id).content == content
        before = edge.control("calls", worker=EDGE)
        assert [ask(edge, asset_id).content for _ in range(3)] == [content] * 3
        assert edge.control("calls", worker=EDGE) == before

    def test_what_several_ask_for_is_the_same_from_the_isolate_whole_and_in_parts(
        self, edge: LocalEdge
    ) -> None:
        length = 1_500_000
        asset_id, content = in_cache(edge, length)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: ask(edge, asset_id), range(24)))
        assert [answer.content == content for answer in answers] == [True] * 24
        for answer in (answers[-1], ask(edge, asset_id)):
            assert answer.headers["content-length"] == str(length)
            assert answer.headers["etag"] == answers[0].headers["etag"]
        part = ask(edge, asset_id, headers={"range": "bytes=700000-799999"})
        assert (part.status_code, part.content) == (206, content[700_000:800_000])
        assert part.headers["content-range"] == f"bytes 700000-799999/{length}"
        assert ask(edge, asset_id, headers={"range": "bytes=-7"}).content == content[-7:]
        assert ask(edge, f"{asset_id}?download").content == content
        assert ask(edge, asset_id, "HEAD").content == b""
        assert ask(edge, asset_id).content == content

    def test_a_purge_takes_what_the_isolate_keeps_too(self, edge: LocalEdge) -> None:
        asset_id, content = in_cache(edge)
        assert [ask(edge, asset_id).content for _ in range(8)] == [content] * 8
        assert purge(edge, asset_id, content) == {"purged": 1}
        edge.faults(EDGE, {"call": "MEDIA.get", "mode": "fail"})
        assert code(ask(edge, asset_id)) == (503, "unavailable")

    def test_many_who_ask_at_once_have_it_kept_once(self, edge: LocalEdge) -> None:
        content, visitors = new_bytes(LARGE), 8
        asset_id = publish(edge, content)
        assert ask(edge, asset_id, "HEAD").status_code == 200
        before = reads(edge)
        edge.faults(EDGE, {"call": "MEDIA.get", "mode": "slow", "ms": 2_000})
        with ThreadPoolExecutor(visitors) as pool:
            answers = list(pool.map(lambda _: ask(edge, asset_id).content, range(visitors)))
        assert answers == [content] * visitors
        eventually(lambda: reads(edge) - before > visitors)
        time.sleep(0.5)  # others would begin now
        # One each, and one for the cache; if each kept it, twice as many.
        assert reads(edge) - before < 2 * visitors

    def test_what_is_purged_while_it_is_being_kept_does_not_stay(self, edge: LocalEdge) -> None:
        content = new_bytes(LARGE)
        asset_id = publish(edge, content)
        assert ask(edge, asset_id, "HEAD").status_code == 200
        before = reads(edge)
        edge.faults(EDGE, {"call": "MEDIA.get", "mode": "slow", "ms": 1_000})
        assert ask(edge, asset_id).content == content
        eventually(lambda: reads(edge) == before + 2)
        assert purge(edge, asset_id, content) == {"purged": 0}
        time.sleep(2.5)  # it is put there, and taken away again
        assert purge(edge, asset_id, content) == {"purged": 0}

    def test_the_name_in_the_cache_is_no_address(self, edge: LocalEdge) -> None:
        asset_id, content = in_cache(edge)
        tag = hashlib.sha256(content).hexdigest()
        assert code(ask(edge, f"{asset_id}/{tag}")) == (404, "unknown_asset")


class TestPrivate:
    def test_it_is_read_from_the_bucket_each_time_and_kept_nowhere(self, edge: LocalEdge) -> None:
        content = new_bytes(LARGE)
        asset_id = publish(edge, content, visibility="private")
        url, before = signed(asset_id), reads(edge)
        for _ in range(3):
            assert ask(edge, url).content == content
        assert ask(edge, url, headers={"range": "bytes=1-3"}).content == content[1:4]
        time.sleep(0.5)  # what would be kept beside the answers
        assert reads(edge) - before == 4
        assert purge(edge, asset_id, content) == {"purged": 0}

    def test_a_small_one_is_not_remembered_either(self, edge: LocalEdge) -> None:
        content = new_bytes(500)
        url, before = signed(publish(edge, content, visibility="private")), reads(edge)
        assert [ask(edge, url).content for _ in range(3)] == [content] * 3
        assert reads(edge) - before == 3

    def test_a_signed_url_takes_nothing_from_the_cache_and_puts_nothing_there(self, edge: LocalEdge) -> None:
        asset_id, content = in_cache(edge)
        before = reads(edge)
        assert ask(edge, signed(asset_id)).content == content
        assert reads(edge) == before + 1

    def test_who_asks_for_it_without_a_url_reads_nothing(self, edge: LocalEdge) -> None:
        asset_id, before = publish(edge, new_bytes(), visibility="private"), reads(edge)
        assert code(ask(edge, asset_id)) == (404, "unknown_asset")
        assert code(ask(edge, f"{asset_id}?signature=v1.x")) == (403, "signed_url_refused")
        assert reads(edge) == before

    def test_a_refused_url_asks_nobody(self, edge: LocalEdge) -> None:
        url = signed(publish(edge, new_bytes(), visibility="private"))
        before = edge.control("calls", worker=EDGE)
        assert ask(edge, f"{url[:-3]}abc").status_code == 403
        assert edge.control("calls", worker=EDGE) == before


class TestPurge:
    def test_it_takes_the_bytes_out_of_the_cache(self, edge: LocalEdge) -> None:
        asset_id, content = in_cache(edge)
        assert purge(edge, asset_id, content) == {"purged": 1}
        assert purge(edge, asset_id, content) == {"purged": 0}
        before = reads(edge)
        assert ask(edge, asset_id).content == content
        assert reads(edge) > before

    def test_a_takedown_with_a_purge_counts_at_once_whatever_kv_still_says(self, edge: LocalEdge) -> None:
        asset_id, content = in_cache(edge)
        small = new_bytes(500)
        small_id = publish(edge, small)
        assert ask(edge, small_id).content == small
        for one, bytes_of in ((asset_id, content), (small_id, small)):
            earlier = eventually(lambda one=one: approved_in_kv(edge, one))
            assert decide(edge, one, "taken_down")["outcome"] == "changed"
            purge(edge, one, bytes_of)
            eventually(lambda one=one: not approved_in_kv(edge, one))
            time.sleep(1.1)  # KV takes one write a second
            edge.kv("METADATA", "put", f"asset:{one}", earlier)  # another place is still told this
            for _ in range(2):
                assert code(ask(edge, one)) == (410, "asset_taken_down")
                assert code(ask(edge, f"{one}?download", headers={"range": "bytes=0-1"}))[0] == 410

    def test_what_is_put_up_again_is_delivered_again(self, edge: LocalEdge) -> None:
        asset_id, content = in_cache(edge)
        decide(edge, asset_id, "taken_down")
        purge(edge, asset_id, content)
        assert ask(edge, asset_id).status_code == 410
        decide(edge, asset_id, "approved")
        purge(edge, asset_id, content)
        assert ask(edge, asset_id).content == content

    def test_without_a_purge_a_takedown_is_final_within_the_stated_time(
        self, forgetful_engine: LocalEdge
    ) -> None:
        edge = forgetful_engine
        asset_id, _ = in_cache(edge)
        decide(edge, asset_id, "taken_down")
        eventually(lambda: not approved_in_kv(edge, asset_id))
        eventually(lambda: ask(edge, asset_id).status_code == 410)
        for _ in range(5):
            assert code(ask(edge, asset_id)) == (410, "asset_taken_down")

    def test_a_format_that_was_made_again_is_told_from_the_one_before(self, edge: LocalEdge) -> None:
        asset_id, _ = in_cache(edge)
        first, second = new_bytes(LARGE), new_bytes(LARGE + 1)
        add_variant(edge, asset_id, "mp4", first)
        purge(edge, asset_id)
        eventually(lambda: ask(edge, f"{asset_id}.mp4").status_code == 200)
        assert ask(edge, f"{asset_id}.mp4").content == first
        add_variant(edge, asset_id, "mp4", second)
        purge(edge, asset_id)
        assert eventually(lambda: ask(edge, f"{asset_id}.mp4").content == second)


def approved_in_kv(edge: LocalEdge, asset_id: str) -> str | None:
    """Return the record in KV while it says that the asset is approved."""
    text = edge.kv("METADATA", "get", f"asset:{asset_id}")
    return str(text) if text and json.loads(text).get("state") == "approved" else None


class TestFaults:
    FAILURES = ("fail", "lose", "hang")

    @pytest.mark.parametrize("mode", FAILURES)
    def test_without_kv_the_owner_is_asked(self, edge: LocalEdge, mode: str) -> None:
        content = new_bytes()
        asset_id = publish(edge, content)
        edge.faults(EDGE, {"call": "METADATA.get", "mode": mode})
        assert ask(edge, asset_id).content == content

    @pytest.mark.parametrize("mode", FAILURES)
    def test_without_the_owner_kv_is_enough_for_what_everybody_may_see(
        self, edge: LocalEdge, mode: str
    ) -> None:
        content = new_bytes()
        asset_id = publish(edge, content)
        eventually(lambda: approved_in_kv(edge, asset_id))
        edge.faults(EDGE, {"call": "ASSET.*", "mode": mode})
        assert ask(edge, asset_id).content == content

    def test_without_the_owner_what_is_private_stays_closed(self, edge: LocalEdge) -> None:
        asset_id = publish(edge, new_bytes())
        eventually(lambda: approved_in_kv(edge, asset_id))
        edge.object("Asset", asset_id, "amend", asset_id, "operator", {"visibility": "private"}, None)
        eventually(lambda: '"public"' not in (edge.kv("METADATA", "get", f"asset:{asset_id}") or ""))
        edge.faults(EDGE, {"call": "ASSET.*", "mode": "fail"})
        answer = ask(edge, signed(asset_id))
        assert code(answer) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0

    def test_without_kv_and_owner_only_what_is_remembered_is_delivered(self, edge: LocalEdge) -> None:
        known, content = in_cache(edge)
        other = publish(edge, new_bytes())
        edge.faults(EDGE, {"call": "METADATA.get", "mode": "fail"}, {"call": "ASSET.*", "mode": "fail"})
        assert ask(edge, known).content == content
        for _ in range(7):  # more than it takes to open the circuits
            assert code(ask(edge, other)) == (503, "unavailable")
        assert code(ask(edge, "nobody")) == (503, "unavailable")

    @pytest.mark.parametrize("mode", FAILURES)
    def test_without_the_bucket_the_cache_is_enough(self, edge: LocalEdge, mode: str) -> None:
        kept, content = in_cache(edge)
        small, other = new_bytes(400), publish(edge, new_bytes(LARGE))
        small_id = publish(edge, small)
        assert ask(edge, small_id).content == small
        edge.faults(EDGE, {"call": "MEDIA.get", "mode": mode})
        assert ask(edge, kept).content == content
        assert ask(edge, kept, headers={"range": "bytes=2-4"}).content == content[2:5]
        assert ask(edge, small_id).content == small
        for path, headers in ((other, {}), (signed(other), {"range": "bytes=0-3"})):
            answer = ask(edge, path, headers=headers)
            assert code(answer) == (503, "unavailable")
            assert int(answer.headers["retry-after"]) > 0
            # What needs no bytes is answered all the same.
            assert ask(edge, path, "HEAD").headers["content-length"] == str(LARGE)
            assert ask(edge, path, headers={"if-none-match": "*"}).status_code == 304

    def test_after_a_failure_everything_is_as_before(self, edge: LocalEdge) -> None:
        content = new_bytes(LARGE)
        asset_id = publish(edge, content)
        edge.faults(EDGE, {"call": "MEDIA.get", "mode": "fail", "times": 2})
        assert ask(edge, asset_id).status_code == 503
        assert eventually(lambda: ask(edge, asset_id).content == content)

    def test_bytes_that_are_gone_are_no_fault_of_the_visitor(self, edge: LocalEdge) -> None:
        asset_id = publish(edge, new_bytes(LARGE))
        edge.control("r2", bucket="MEDIA", method="delete", key=f"media/{asset_id}/original.gif")
        assert code(ask(edge, asset_id)) == (503, "unavailable")
        edge.r2_put("MEDIA", f"media/{asset_id}/original.gif", new_bytes(LARGE - 1))
        assert code(ask(edge, asset_id)) == (503, "unavailable")

    def test_nothing_of_all_this_is_an_unhandled_error(self, edge: LocalEdge) -> None:
        asset_id = publish(edge, new_bytes(LARGE))
        for call in ("METADATA.*", "ASSET.*", "MEDIA.*", "RATE_LIMITER.*"):
            edge.faults(EDGE, {"call": call, "mode": "fail"})
            for path in (asset_id, signed(asset_id), "nobody"):
                assert ask(edge, path).status_code in {200, 404, 503}
        assert edge.tracebacks(edge.logs()) == []
