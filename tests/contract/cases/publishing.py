"""The record of uploads and the channels: limits, source ids, outcomes."""

from __future__ import annotations

from giphy_publisher.channels import ChannelError, ChannelStore, GiphyChannel, GiphyChannelType
from publishing import PublishItem, PublishResult, PublishState, PublishStore
from publishing.store import DAY_SECONDS, Reservation
from sql_port import Database
from tests.contract.cases import raises

NOW = 1_800_000_000.25
DONE = PublishResult(PublishState.PUBLISHED, remote_id="abc", url="https://example.com/abc")
FAILED = PublishResult(PublishState.FAILED, error_code="rejected", error_message="no")
UNKNOWN = PublishResult(PublishState.UNKNOWN)


def _item(source_id: str = "", collection: str = "", title: str = "Cat 🐈") -> PublishItem:
    return PublishItem(
        title, media_url="https://example.com/a.gif", source_id=source_id, collection=collection
    )


def _begin(store: PublishStore, item: PublishItem, limit: int | None = None, now: float = NOW) -> Reservation:
    begun = store.begin(item, limit, now)
    assert isinstance(begun, Reservation), begun
    return begun


def case_the_rolling_limit_frees_a_place_after_exactly_a_day(database: Database) -> None:
    store = PublishStore(database, "giphy", "me")
    for second in range(3):
        store.finish(_begin(store, _item(), 3, NOW + second), DONE, NOW + second)
    full = store.begin(_item(), 3, NOW + 10)
    assert isinstance(full, PublishResult)
    assert full.state is PublishState.REFUSED
    assert full.error_code == "upload_limit_reached"
    assert full.retry_after_seconds == DAY_SECONDS - 10
    assert isinstance(store.begin(_item(), 3, NOW + DAY_SECONDS - 0.5), PublishResult)
    _begin(store, _item(), 3, NOW + DAY_SECONDS)
    assert isinstance(store.begin(_item(), 3, NOW + DAY_SECONDS), PublishResult)


def case_a_failure_gives_its_place_back_and_a_doubt_does_not(database: Database) -> None:
    store = PublishStore(database, "giphy", "me")
    store.finish(_begin(store, _item(), 1), FAILED, NOW)
    store.finish(_begin(store, _item(), 1), UNKNOWN, NOW)
    assert isinstance(store.begin(_item(), 1, NOW), PublishResult)
    counts = store.counts(NOW)
    assert (counts.published, counts.failed, counts.unknown, counts.last_24_hours) == (0, 1, 1, 1)


def case_a_limit_of_nothing_refuses_everything(database: Database) -> None:
    refused = PublishStore(database, "giphy", "me").begin(_item(), 0, NOW)
    assert isinstance(refused, PublishResult)
    assert refused.retry_after_seconds == DAY_SECONDS


def case_a_published_source_id_answers_for_itself(database: Database) -> None:
    store = PublishStore(database, "giphy", "me")
    store.finish(_begin(store, _item("a")), DONE, NOW)
    again = store.begin(_item("a", title="another title"), 0, NOW + 1)
    assert again == PublishResult(
        PublishState.PUBLISHED, remote_id="abc", url="https://example.com/abc", recorded=True
    )
    assert store.counts(NOW).published == 1


def case_an_upload_in_the_air_holds_its_source_id(database: Database) -> None:
    store = PublishStore(database, "giphy", "me")
    _begin(store, _item("a"))
    held = PublishStore(database, "giphy", "me").begin(_item("a"), None, NOW + 10 * DAY_SECONDS)
    assert isinstance(held, PublishResult)
    assert held.state is PublishState.UNKNOWN
    assert held.recorded
    assert store.counts(NOW).unknown == 1


def case_a_failed_source_id_may_try_again(database: Database) -> None:
    store = PublishStore(database, "giphy", "me")
    first = _begin(store, _item("a"))
    store.finish(first, FAILED, NOW)
    second = _begin(store, _item("a"), None, NOW + 1)
    assert second == Reservation(first.upload_id, 2)
    store.finish(second, DONE, NOW + 1)
    counts = store.counts(NOW + 1)
    assert (counts.published, counts.failed) == (1, 0)


def case_a_late_report_of_an_older_attempt_changes_nothing(database: Database) -> None:
    store = PublishStore(database, "giphy", "me")
    first = _begin(store, _item("a"))
    assert store.resolve("a", None, None, NOW)
    second = _begin(store, _item("a"))
    store.finish(second, DONE, NOW)
    store.finish(first, FAILED, NOW)
    assert store.counts(NOW).published == 1


def case_a_doubt_is_resolved_once(database: Database) -> None:
    store = PublishStore(database, "giphy", "me")
    store.finish(_begin(store, _item("a")), UNKNOWN, NOW)
    assert not store.resolve("b", "found", None, NOW)
    assert store.resolve("a", "found", "https://example.com/found", NOW)
    assert not store.resolve("a", None, None, NOW)
    answer = store.begin(_item("a"), None, NOW)
    assert isinstance(answer, PublishResult)
    assert (answer.remote_id, answer.url) == ("found", "https://example.com/found")


def case_accounts_and_networks_do_not_see_each_other(database: Database) -> None:
    stores = [PublishStore(database, *owner) for owner in (("giphy", "a"), ("giphy", "b"), ("tenor", "a"))]
    for store in stores:
        store.finish(_begin(store, _item("same"), 1), DONE, NOW)
    assert [store.counts(NOW).published for store in stores] == [1, 1, 1]


def case_uploads_are_counted_by_collection(database: Database) -> None:
    store = PublishStore(database, "giphy", "me")
    for collection, result in (("b", DONE), ("a", DONE), ("b", DONE), ("b", FAILED), ("", DONE)):
        store.finish(_begin(store, _item(collection=collection)), result, NOW)
    assert store.counts(NOW).by_collection == {"a": 1, "b": 2}


def _channel(channel_id: str, slug: str, *, verified: bool = False) -> GiphyChannel:
    return GiphyChannel(channel_id, "Grüße 🎬", GiphyChannelType.BRAND, slug, "two\nlines", verified)


def case_channels_come_back_as_they_went_in(database: Database) -> None:
    store = ChannelStore(database, "me")
    second, first = _channel("b", "slug-b", verified=True), _channel("a", "slug-a")
    assert store.create(second) == second
    assert store.create(first) == first
    assert store.create(first) == first
    assert store.all() == [first, second]
    assert store.get("b") == second
    assert store.get("c") is None
    assert ChannelStore(database, "you").all() == []


def case_a_channel_keeps_its_id_and_its_slug_to_itself(database: Database) -> None:
    store = ChannelStore(database, "me")
    store.create(_channel("a", "slug-a"))
    for taken in (_channel("a", "other"), _channel("b", "slug-a"), _channel("a", "slug-a", verified=True)):
        with raises(ChannelError):
            store.create(taken)
    ChannelStore(database, "you").create(_channel("a", "slug-a"))
    assert store.delete("a")
    assert not store.delete("a")
    store.create(_channel("b", "slug-a"))
