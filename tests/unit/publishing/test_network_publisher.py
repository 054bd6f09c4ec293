"""What every network gets from the shared publisher, shown with a network made for the purpose.

The network below is the whole of what another one needs: this file is also the proof of that claim.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from outbound import Call, CallFailed, HttpRequest, HttpResponse, Reach, json_body
from outbound.drivers import AsyncDriver, SyncDriver
from publishing import (
    UPLOAD_RETRY,
    NetworkPublisher,
    Publisher,
    PublishItem,
    PublishResult,
    PublishState,
    Rating,
    Ticket,
    json_object,
    refused_answer,
)
from sql_port.sqlite import SqliteDatabase
from tests.stubs.http_server import Answer, Disconnect, Recorded, Reply, StubServer, json_reply

KEY = "key+of/the network"
URL = "https://cdn.example.com/a.gif"


@dataclass(frozen=True)
class PlainNetwork:
    """The smallest network: JSON in, an id out."""

    base_url: str
    daily_limit: int | None = None
    max_rating: Rating = Rating.PG
    account: str = "me"
    name: str = "plain"
    label: str = "Plain"
    secrets: tuple[str, ...] = field(default=(KEY,), repr=False)

    def refusal(self, item: PublishItem) -> PublishResult | None:
        if "forbidden" in item.tags:
            return PublishResult(PublishState.REFUSED, error_code="rejected", error_message="not here")
        return None

    def upload_call(self, item: PublishItem) -> Call[PublishResult]:
        body, headers = json_body({"key": KEY, "title": item.title})
        request = HttpRequest("POST", f"{self.base_url}/upload", headers, body, timeout_seconds=20.0)
        return Call(request, _parse, UPLOAD_RETRY)


def _parse(response: HttpResponse) -> PublishResult:
    body = json_object(response) or {}
    if response.status == 200 and isinstance(body.get("id"), str):
        return PublishResult(PublishState.PUBLISHED, remote_id=body["id"], url=f"https://plain/{body['id']}")
    codes = {429: "rate_limited"}
    return refused_answer("Plain", response.status, codes.get(response.status), str(body.get("error")))


class PlainStub(StubServer):
    """Gives every upload the next number."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._counting = threading.Lock()

    def respond(self, request: Recorded) -> Answer:
        with self._counting:
            self._count += 1
            return json_reply({"id": str(self._count)})


@pytest.fixture
def stub() -> Iterator[PlainStub]:
    with PlainStub() as server:
        yield server


@pytest.fixture
def database() -> Iterator[SqliteDatabase]:
    opened = SqliteDatabase()
    yield opened
    opened.close()


class Clock:
    """A time that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def _publisher(
    network: PlainNetwork,
    database: SqliteDatabase,
    clock: Clock | None = None,
    waits: list[float] | None = None,
) -> NetworkPublisher:
    driver = SyncDriver(sleep=(waits if waits is not None else []).append)
    return NetworkPublisher(network, database=database, clock=clock or Clock(), driver=driver)


def _item(title: str = "Cat", source_id: str = "", rating: Rating = Rating.G) -> PublishItem:
    return PublishItem(title, (), URL, source_id=source_id, rating=rating)


def test_an_item_is_published_and_counted(stub: PlainStub, database: SqliteDatabase) -> None:
    port: Publisher = _publisher(PlainNetwork(stub.url), database)
    assert port.publish(_item()) == PublishResult(
        PublishState.PUBLISHED, remote_id="1", url="https://plain/1"
    )
    assert [result.remote_id for result in port.publish_all([_item(), _item()])] == ["2", "3"]
    assert len(stub.requests) == 3
    assert _publisher(PlainNetwork(stub.url), database).stats() == {
        "total_uploads": 3,
        "failed_uploads": 0,
        "unknown_uploads": 0,
        "uploads_last_24_hours": 3,
        "daily_upload_limit": None,
        "upload_limit_remaining": None,
    }


def test_counters_and_limits_outlive_the_process(stub: PlainStub, tmp_path: Path) -> None:
    path, clock = str(tmp_path / "uploads.sqlite"), Clock()
    network = PlainNetwork(stub.url, daily_limit=2)
    for remaining in (1, 0, 0):
        database = SqliteDatabase(path)
        publisher = _publisher(network, database, clock)
        result = publisher.publish(_item())
        assert publisher.stats()["upload_limit_remaining"] == remaining
        database.close()
        clock.now += 10
    assert result.error_code == "upload_limit_reached"
    assert result.retry_after_seconds == 86_400 - 20
    assert len(stub.requests) == 2


def test_a_lowered_limit_leaves_nothing_and_not_less(stub: PlainStub, database: SqliteDatabase) -> None:
    _publisher(PlainNetwork(stub.url), database).publish_all([_item(), _item()])
    stats = _publisher(PlainNetwork(stub.url, daily_limit=1), database).stats()
    assert (stats["daily_upload_limit"], stats["upload_limit_remaining"]) == (1, 0)


@pytest.mark.parametrize(("most", "sent"), [(Rating.G, 1), (Rating.PG, 2), (Rating.PG13, 3), (Rating.R, 4)])
def test_an_item_above_the_rating_never_leaves(
    stub: PlainStub, database: SqliteDatabase, most: Rating, sent: int
) -> None:
    publisher = _publisher(PlainNetwork(stub.url, max_rating=most), database)
    results = publisher.publish_all([_item(rating=rating) for rating in Rating])
    assert [result.success for result in results] == [True] * sent + [False] * (4 - sent)
    assert {result.error_code for result in results[sent:]} <= {"not_safe_for_work"}
    assert {result.state for result in results[sent:]} <= {PublishState.REFUSED}
    assert len(stub.requests) == sent


def test_a_network_may_refuse_before_anything_is_sent(stub: PlainStub, database: SqliteDatabase) -> None:
    publisher = _publisher(PlainNetwork(stub.url), database)
    refused = publisher.publish(PublishItem("Cat", ("forbidden",), URL))
    assert (refused.state, refused.error_message) == (PublishState.REFUSED, "not here")
    assert stub.requests == []


def test_one_source_id_is_uploaded_once(stub: PlainStub, database: SqliteDatabase) -> None:
    publisher = _publisher(PlainNetwork(stub.url), database)
    first = publisher.publish(_item(source_id="asset-1"))
    again = publisher.publish(_item("New title", source_id="asset-1"))
    assert (again.success, again.remote_id, again.url) == (True, first.remote_id, first.url)
    assert (first.recorded, again.recorded) == (False, True)
    assert publisher.publish(_item()).remote_id != publisher.publish(_item()).remote_id
    assert len(stub.requests) == 3


def test_a_failure_frees_the_source_id(stub: PlainStub, database: SqliteDatabase) -> None:
    publisher = _publisher(PlainNetwork(stub.url), database)
    stub.script(json_reply({"error": "cannot fetch"}, 400))
    failed = publisher.publish(_item(source_id="asset-1"))
    assert (failed.state, failed.error_code) == (PublishState.FAILED, "rejected")
    assert publisher.publish(_item(source_id="asset-1")).success


@pytest.mark.parametrize("answer", [Disconnect(), Reply(502), Reply(200, (), b"{"), Reply(200, (), b"{}")])
def test_a_doubt_is_neither_retried_nor_forgotten(
    stub: PlainStub, database: SqliteDatabase, answer: Answer
) -> None:
    publisher = _publisher(PlainNetwork(stub.url), database)
    stub.script(answer)
    doubt = publisher.publish(_item(source_id="asset-1"))
    assert (doubt.state, doubt.error_code) == (PublishState.UNKNOWN, "outcome_unknown")
    assert not doubt.success
    again = publisher.publish(_item(source_id="asset-1"))
    assert (again.state, again.recorded) == (PublishState.UNKNOWN, True)
    assert len(stub.requests) == 1
    assert publisher.stats()["unknown_uploads"] == 1
    assert publisher.resolve("asset-1")
    assert publisher.publish(_item(source_id="asset-1")).remote_id == "1"


def test_a_doubt_resolved_as_published_stays_published(stub: PlainStub, database: SqliteDatabase) -> None:
    publisher = _publisher(PlainNetwork(stub.url), database)
    stub.script(Disconnect())
    publisher.publish(_item(source_id="asset-1"))
    assert publisher.resolve("asset-1", "77", "https://plain/77")
    assert not publisher.resolve("asset-1", "78")
    assert publisher.publish(_item(source_id="asset-1")).remote_id == "77"
    assert publisher.stats()["total_uploads"] == 1


def test_a_busy_network_is_asked_once_more(stub: PlainStub, database: SqliteDatabase) -> None:
    waits: list[float] = []
    publisher = _publisher(PlainNetwork(stub.url), database, waits=waits)
    stub.script(Reply(429, (("retry-after", "3"),)))
    assert publisher.publish(_item()).success
    assert waits == [3.0]
    stub.script(Reply(429, (("retry-after", "3600"),)))
    assert publisher.publish(_item()).error_code == "rate_limited"
    assert len(stub.requests) == 3


def test_a_network_that_cannot_be_reached_is_a_failure_that_may_be_tried_again(
    database: SqliteDatabase,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        network = PlainNetwork(f"http://127.0.0.1:{taken.getsockname()[1]}", daily_limit=1)
        publisher = _publisher(network, database)
        results = publisher.publish_all([_item(), _item()])
    assert [(result.state, result.error_code) for result in results] == [
        (PublishState.FAILED, "service_unreachable")
    ] * 2
    assert publisher.stats()["upload_limit_remaining"] == 1


def test_a_request_that_cannot_be_written_says_so(database: SqliteDatabase) -> None:
    result = _publisher(PlainNetwork("ftp://127.0.0.1"), database).publish(_item())
    assert (result.state, result.error_code) == (PublishState.FAILED, "invalid_metadata")


def test_a_key_that_a_service_echoes_is_blotted_out(stub: PlainStub, database: SqliteDatabase) -> None:
    stub.script(json_reply({"error": f"bad key {KEY} or key%2Bof%2Fthe%20network"}, 401))
    result = _publisher(PlainNetwork(stub.url), database).publish(_item())
    assert "bad key [hidden] or [hidden]" in str(result.error_message)


def test_the_edge_runs_the_same_upload_over_an_asynchronous_driver(
    stub: PlainStub, database: SqliteDatabase
) -> None:
    publisher = _publisher(PlainNetwork(stub.url), database)

    async def run() -> list[PublishResult]:
        async with httpx.AsyncClient() as client:
            driver = AsyncDriver(client)
            return [
                await publisher.publish_async(_item(source_id=source_id), driver)
                for source_id in ("a", "a", "b")
            ]

    stub.script(json_reply({"id": "1"}), Disconnect())
    first, again, lost = asyncio.run(run())
    assert (first.remote_id, again.recorded, lost.state) == ("1", True, PublishState.UNKNOWN)


def test_a_ticket_can_be_carried_by_anything(database: SqliteDatabase) -> None:
    publisher = _publisher(PlainNetwork("https://plain.example"), database)
    ticket = publisher.begin(_item())
    assert isinstance(ticket, Ticket)
    assert publisher.stats()["unknown_uploads"] == 1
    parsed = ticket.call.parse(HttpResponse(200, (), b'{"id":"9"}'))
    assert publisher.finish(ticket, parsed).remote_id == "9"
    other = publisher.begin(_item())
    assert isinstance(other, Ticket)
    assert publisher.finish(other, CallFailed("gone", Reach.UNSENT)).state is PublishState.FAILED


def test_a_publisher_needs_nothing_but_its_network(stub: PlainStub) -> None:
    publisher = NetworkPublisher(PlainNetwork(stub.url))
    assert publisher.publish(_item()).success
    assert publisher.publish(_item()).success
    publisher._database.close()  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Described:
    """A network's own description of an upload."""

    title: str

    def to_item(self) -> PublishItem:
        return _item(self.title)


def test_a_wrong_description_is_a_refusal(stub: PlainStub, database: SqliteDatabase) -> None:
    publisher = _publisher(PlainNetwork(stub.url), database)
    assert publisher.publish_described(Described("Cat")).success
    refused = publisher.publish_described(Described(""))
    assert (refused.state, refused.error_code) == (PublishState.REFUSED, "invalid_metadata")
    assert refused.error_message == "title must not be empty"


def test_the_limit_and_the_source_id_hold_among_threads(stub: PlainStub, database: SqliteDatabase) -> None:
    publisher = _publisher(PlainNetwork(stub.url, daily_limit=8), database)
    items = [_item(source_id=str(number % 6)) for number in range(12)] + [_item() for _ in range(12)]
    start = threading.Barrier(len(items))

    def publish(item: PublishItem) -> PublishResult:
        start.wait()
        return publisher.publish(item)

    with ThreadPoolExecutor(len(items)) as pool:
        results = list(pool.map(publish, items))
    sent = [result for result in results if result.success and not result.recorded]
    assert len(sent) == len(stub.requests) == 8
    assert len({result.remote_id for result in sent}) == 8
    by_source: dict[str, set[str]] = {}
    for item, result in zip(items, results, strict=True):
        if item.source_id and result.remote_id:
            by_source.setdefault(item.source_id, set()).add(result.remote_id)
    assert all(len(ids) == 1 for ids in by_source.values())
    assert publisher.stats()["upload_limit_remaining"] == 0
