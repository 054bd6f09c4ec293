"""The documented GIPHY publisher against a stub that speaks GIPHY's contract, failures included."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from giphy_publisher import (
    ChannelError,
    GiphyChannel,
    GiphyChannelType,
    GiphyContentRating,
    GiphyPublisher,
    GiphyUploadMetadata,
)
from giphy_publisher.network import LABEL, parse_status, parse_upload
from outbound import HttpResponse
from outbound.drivers import SyncDriver
from publishing import PublisherConfigError, PublishItem, PublishState
from sql_port.sqlite import SqliteDatabase
from tests.stubs.giphy import API_KEY, APPROVED_USERNAME, FAILURES, GiphyStub
from tests.stubs.http_server import Disconnect, Raw, json_reply

URL = "https://cdn.example.com/my-gif.gif"
GIF = b"GIF89a" + bytes(range(256)) * 4
CHANNEL = GiphyChannel("my_brand_channel", "My Brand", GiphyChannelType.BRAND, "my-brand")


@pytest.fixture
def stub() -> Iterator[GiphyStub]:
    with GiphyStub() as server:
        yield server


@pytest.fixture
def database() -> Iterator[SqliteDatabase]:
    opened = SqliteDatabase()
    yield opened
    opened.close()


@pytest.fixture
def publisher(stub: GiphyStub, database: SqliteDatabase) -> GiphyPublisher:
    return _publisher(stub.url, database)


def _publisher(url: str, database: SqliteDatabase, **options: Any) -> GiphyPublisher:
    given_options: dict[str, Any] = {
        "api_key": API_KEY,
        "username": APPROVED_USERNAME,
        "upload_base_url": url,
        "api_base_url": url,
        "database": database,
        "driver": SyncDriver(sleep=[].append),
    }
    return GiphyPublisher(**(given_options | options))


def _sent(stub: GiphyStub) -> dict[str, str]:
    return {part.name: part.content.decode() for part in stub.requests[-1].multipart()}


def test_an_upload_by_url_speaks_the_contract(stub: GiphyStub, publisher: GiphyPublisher) -> None:
    publisher.create_channel(CHANNEL)
    result = publisher.upload(
        GiphyUploadMetadata(
            media_url=URL,
            title="Funny Cat Reaction",
            tags=["Cat", "#funny", "cat", "a,b"],
            content_rating=GiphyContentRating.PG,
            source_url="https://example.com/source",
            channel_id="my_brand_channel",
        )
    )
    assert (result.success, result.error_message, result.error_code) == (True, None, None)
    assert result.giphy_id == "giphy0001"
    assert result.giphy_url == "https://giphy.com/gifs/giphy0001"
    assert result.embed_url == "https://giphy.com/embed/giphy0001"
    assert stub.requests[0].target == "/v1/gifs"
    assert _sent(stub) == {
        "api_key": API_KEY,
        "username": APPROVED_USERNAME,
        "source_image_url": URL,
        "tags": "cat,funny,a,b",
        "source_post_url": "https://example.com/source",
    }


def test_a_beta_key_sends_neither_a_user_name_nor_empty_fields(
    stub: GiphyStub, database: SqliteDatabase
) -> None:
    assert _publisher(stub.url, database, username="").upload(GiphyUploadMetadata(URL, "Cat")).success
    assert _sent(stub) == {"api_key": API_KEY, "source_image_url": URL}


def test_beta_keys_are_counted_apart(stub: GiphyStub, database: SqliteDatabase) -> None:
    first, second = (
        _publisher(stub.url, database, username="", api_key=key) for key in (API_KEY, "another key")
    )
    assert first.upload(GiphyUploadMetadata(URL, "Cat")).success
    assert [publisher.get_user_stats()["total_uploads"] for publisher in (first, second)] == [1, 0]


def test_a_file_is_uploaded_as_it_is(stub: GiphyStub, publisher: GiphyPublisher, tmp_path: Path) -> None:
    path = tmp_path / "cat.gif"
    path.write_bytes(GIF)
    assert publisher.upload(GiphyUploadMetadata("", "Cat", media_path=path)).success
    (file,) = [part for part in stub.requests[0].multipart() if part.name == "file"]
    assert (file.filename, file.content_type, file.content) == ("cat.gif", "image/gif", GIF)


@pytest.mark.parametrize(
    ("answer", "state", "code", "told"),
    [
        ("invalid_api_key", "failed", "invalid_api_key", "Unauthorized"),
        ("inner_failure", "failed", "invalid_api_key", "status 401"),
        ("wrong_credentials", "failed", "invalid_api_key", "Invalid authentication credentials"),
        ("no_source_url", "failed", "rejected", "No Source Url"),
        ("rate_limited", "failed", "rate_limited", "API rate limit exceeded"),
        ("rate_limited_with_wait", "failed", "rate_limited", "API rate limit exceeded"),
        ("locked", "failed", "uploads_locked", "Locked"),
        ("banned", "failed", "account_banned", "BANNED"),
        ("empty_response_id", "failed", "empty_response", "without a response id"),
        ("too_large", "failed", "media_too_large", "413"),
        ("redirect", "failed", "rejected", "302"),
        ("gateway", "unknown", "outcome_unknown", "502"),
        ("html", "unknown", "outcome_unknown", "no reason that can be read"),
        ("truncated_json", "unknown", "outcome_unknown", "may have happened"),
        ("garbage", "unknown", "outcome_unknown", "may have happened"),
        ("not_an_object", "unknown", "outcome_unknown", "may have happened"),
        ("deep_json", "unknown", "outcome_unknown", "may have happened"),
    ],
)
def test_every_failure_body_is_understood(
    stub: GiphyStub, publisher: GiphyPublisher, answer: str, state: str, code: str, told: str
) -> None:
    # The one retry of a plain 429 meets the same answer.
    stub.script(*[FAILURES[answer]] * (2 if answer == "rate_limited" else 1))
    result = publisher.upload(GiphyUploadMetadata(URL, "Cat"))
    assert (result.success, result.state, result.error_code) == (False, PublishState(state), code)
    assert result.error_message is not None
    assert told in result.error_message
    assert LABEL in result.error_message
    assert (result.giphy_id, result.giphy_url, result.embed_url) == (None, None, None)
    assert API_KEY not in repr(result)


def test_only_a_rate_limit_says_when_to_come_back(stub: GiphyStub, publisher: GiphyPublisher) -> None:
    stub.script(FAILURES["rate_limited_with_wait"], FAILURES["banned"])
    waits = [publisher.upload(GiphyUploadMetadata(URL, "Cat")).retry_after_seconds for _ in range(2)]
    assert waits == [3600.0, None]


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"id": 5}, "meta": {"status": 200, "response_id": "r"}},
        {"data": {"id": "../../x"}, "meta": {"status": 200, "response_id": "r"}},
        {"data": [], "meta": {"status": 200, "response_id": "r"}},
        {"data": None, "meta": {"response_id": "r"}},
        {"data": {"id": "abc"}, "meta": []},
        {"data": {"id": "abc"}},
        {},
    ],
)
def test_an_ok_that_names_no_gif_leaves_the_outcome_open(body: object) -> None:
    import json

    result = parse_upload(HttpResponse(200, (), json.dumps(body).encode()), 0.0)
    assert result.state is PublishState.UNKNOWN


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [(403, PublishState.FAILED, "rejected"), (500, PublishState.UNKNOWN, "outcome_unknown")],
)
def test_an_ok_inside_a_failure_is_no_ok(
    stub: GiphyStub, publisher: GiphyPublisher, status: int, state: PublishState, code: str
) -> None:
    body = {"data": {"id": "abc"}, "meta": {"status": 200, "msg": "OK", "response_id": "r"}}
    stub.script(json_reply(body, status))
    result = publisher.upload(GiphyUploadMetadata(URL, "Cat"))
    assert (result.state, result.error_code) == (state, code)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "meta", "id", "status", "msg", "message", "response_id", "error_code"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.integers(100, 599), st.binary(max_size=30) | _JSON)
def test_no_answer_at_all_raises(status: int, content: object) -> None:
    import json

    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    result = parse_upload(HttpResponse(status, (), body), 0.0)
    assert result.success == (result.remote_id is not None)
    assert result.success or result.error_message
    assert parse_status(HttpResponse(status, (), body), "abc")["status"] in (
        "published",
        "not_found",
        "unknown",
    )


def test_a_lost_answer_is_not_sent_again(stub: GiphyStub, publisher: GiphyPublisher) -> None:
    stub.script(Disconnect(), Raw(b"nonsense\r\n\r\n"))
    results = publisher.batch_upload([GiphyUploadMetadata(URL, "Cat")] * 3)
    assert [result.state.value for result in results] == ["unknown", "unknown", "published"]
    assert len(stub.requests) == 3


@pytest.mark.parametrize(
    ("sfw_only", "rating", "sent"),
    [
        (True, GiphyContentRating.G, True),
        (True, GiphyContentRating.PG, True),
        (True, GiphyContentRating.PG13, False),
        (True, GiphyContentRating.R, False),
        (False, GiphyContentRating.R, True),
    ],
)
def test_sfw_only_is_enforced_before_any_request(
    stub: GiphyStub, database: SqliteDatabase, sfw_only: bool, rating: GiphyContentRating, sent: bool
) -> None:
    result = _publisher(stub.url, database, sfw_only=sfw_only).upload(
        GiphyUploadMetadata(URL, "Cat", content_rating=rating)
    )
    assert result.success is sent
    assert len(stub.requests) == int(sent)
    assert result.error_code == (None if sent else "not_safe_for_work")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": ""}, "invalid_metadata"),
        ({"media_url": "not a url"}, "invalid_metadata"),
        ({"media_url": None}, "invalid_metadata"),
        ({"tags": "cat"}, "invalid_metadata"),
        ({"content_rating": "x"}, "invalid_metadata"),
        ({"content_rating": None}, "invalid_metadata"),
        ({"source_url": "nowhere"}, "invalid_metadata"),
        ({"media_path": "cat.gif"}, "invalid_metadata"),
        ({"media_url": "", "media_path": "/does/not/exist.gif"}, "invalid_metadata"),
        ({"channel_id": "nobody"}, "unknown_channel"),
    ],
)
def test_bad_metadata_is_a_result_and_never_a_request(
    stub: GiphyStub, publisher: GiphyPublisher, fields: dict[str, Any], code: str
) -> None:
    result = publisher.upload(GiphyUploadMetadata(**{"media_url": URL, "title": "Cat", **fields}))
    assert (result.success, result.state, result.error_code) == (False, PublishState.REFUSED, code)
    assert result.error_message
    assert stub.requests == []


def test_a_rating_may_be_written_as_its_value(publisher: GiphyPublisher) -> None:
    metadata = GiphyUploadMetadata(URL, "Cat", content_rating="pg")  # type: ignore[arg-type]
    assert publisher.upload(metadata).success


def test_a_batch_goes_on_after_a_bad_item_and_ends_with_a_ban(
    stub: GiphyStub, publisher: GiphyPublisher
) -> None:
    batch = [GiphyUploadMetadata(URL, title) for title in ("one", "", "three", "four", "five")]
    stub.script(FAILURES["no_source_url"], FAILURES["banned"])
    results = publisher.batch_upload(iter(batch))
    assert [(result.state.value, result.error_code) for result in results] == [
        ("failed", "rejected"),
        ("refused", "invalid_metadata"),
        ("failed", "account_banned"),
        ("not_attempted", "account_banned"),
        ("not_attempted", "account_banned"),
    ]
    assert "BANNED" in str(results[-1].error_message)
    assert len(stub.requests) == 2


def test_a_beta_key_uploads_ten_in_a_day(stub: GiphyStub, database: SqliteDatabase) -> None:
    now = [1_800_000_000.0]
    publisher = _publisher(stub.url, database, clock=lambda: now[0])
    results = publisher.batch_upload([GiphyUploadMetadata(URL, f"GIF {i}") for i in range(12)])
    assert [result.success for result in results] == [True] * 10 + [False] * 2
    assert [result.state.value for result in results[10:]] == ["refused", "not_attempted"]
    assert len(stub.requests) == 10
    stats = publisher.get_user_stats()
    assert (stats["total_uploads"], stats["upload_limit_remaining"]) == (10, 0)
    now[0] += 86_400
    assert publisher.get_user_stats()["upload_limit_remaining"] == 10
    assert publisher.upload(GiphyUploadMetadata(URL, "the next day")).success


def test_stats_are_all_there_and_outlive_the_publisher(stub: GiphyStub, database: SqliteDatabase) -> None:
    publisher = _publisher(stub.url, database, daily_upload_limit=None)
    publisher.create_channel(CHANNEL)
    publisher.upload(GiphyUploadMetadata(URL, "Cat", channel_id="my_brand_channel"))
    stub.script(FAILURES["no_source_url"], FAILURES["gateway"])
    publisher.batch_upload([GiphyUploadMetadata(URL, "Cat")] * 2)
    assert _publisher(stub.url, database, daily_upload_limit=None).get_user_stats() == {
        "username": APPROVED_USERNAME,
        "total_uploads": 1,
        "failed_uploads": 1,
        "unknown_uploads": 1,
        "uploads_last_24_hours": 2,
        "daily_upload_limit": None,
        "upload_limit_remaining": None,
        "uploads_by_channel": {"my_brand_channel": 1},
    }


def test_a_source_id_is_uploaded_once(stub: GiphyStub, publisher: GiphyPublisher) -> None:
    first, again = (publisher.upload(GiphyUploadMetadata(URL, "Cat", source_id="a1")) for _ in range(2))
    assert (again.giphy_id, again.embed_url) == (first.giphy_id, first.embed_url)
    assert (first.recorded, again.recorded) == (False, True)
    assert len(stub.requests) == 1


def test_the_status_of_an_upload_is_what_giphy_says(stub: GiphyStub, publisher: GiphyPublisher) -> None:
    giphy_id = publisher.upload(GiphyUploadMetadata(URL, "Cat")).giphy_id
    assert publisher.check_upload_status(giphy_id) == {
        "giphy_id": giphy_id,
        "status": "published",
        "views": None,
        "rating": "g",
        "url": f"https://giphy.com/gifs/{giphy_id}",
        "error_message": None,
    }
    assert stub.requests[-1].target == f"/v1/gifs/{giphy_id}?api_key={API_KEY}"


@pytest.mark.parametrize(("views", "told"), [(12, 12), (0, 0), (-1, None), (True, None), ("12", None)])
def test_views_are_a_number_or_unknown(
    stub: GiphyStub, publisher: GiphyPublisher, views: object, told: int | None
) -> None:
    stub.script(json_reply({"data": {"id": "abc", "views": views, "url": "javascript:x"}, "meta": {}}))
    status = publisher.check_upload_status("abc")
    assert (status["status"], status["views"]) == ("published", told)
    assert (status["rating"], status["url"]) == (None, "https://giphy.com/gifs/abc")


def test_a_gif_that_is_not_there_has_no_views(stub: GiphyStub, publisher: GiphyPublisher) -> None:
    stub.script(json_reply({"data": [], "meta": {"status": 200, "msg": "OK"}}))
    statuses = [publisher.check_upload_status(giphy_id) for giphy_id in ("gone", "gone", "../x", "", None)]
    assert [(status["status"], status["views"]) for status in statuses] == [
        ("not_found", 0),
        ("not_found", 0),
        ("not_found", 0),
        ("not_found", 0),
        ("not_uploaded", 0),
    ]
    assert all(status["error_message"] for status in statuses)
    assert len(stub.requests) == 2


@pytest.mark.parametrize(
    "answer",
    ["invalid_api_key", "banned", "rate_limited", "html", "truncated_json", "gateway", "not_an_object"],
)
def test_a_status_without_an_answer_is_unknown(
    stub: GiphyStub, publisher: GiphyPublisher, answer: str
) -> None:
    stub.script(FAILURES[answer], FAILURES[answer])
    status = publisher.check_upload_status("abc")
    assert (status["status"], status["views"], status["giphy_id"]) == ("unknown", None, "abc")
    assert status["error_message"]
    assert API_KEY not in str(status)


def test_the_wrong_gif_in_an_answer_is_no_answer(stub: GiphyStub, publisher: GiphyPublisher) -> None:
    stub.script(json_reply({"data": {"id": "other"}, "meta": {"status": 200}}))
    assert publisher.check_upload_status("abc")["status"] == "unknown"


def test_without_a_network_the_documented_calls_return(database: SqliteDatabase) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        publisher = _publisher(f"http://127.0.0.1:{taken.getsockname()[1]}", database)
        result = publisher.upload(GiphyUploadMetadata(URL, "Cat"))
        status = publisher.check_upload_status("abc")
    assert (result.success, result.error_code) == (False, "service_unreachable")
    assert "could not be reached" in str(result.error_message)
    assert (status["status"], status["views"]) == ("unknown", None)
    assert "ConnectError" in status["error_message"]
    assert publisher.get_user_stats()["upload_limit_remaining"] == 10


def test_the_key_is_nowhere_to_be_read(
    stub: GiphyStub, publisher: GiphyPublisher, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        stub.script(json_reply({"meta": {"status": 401, "msg": f"key {API_KEY} is unknown"}}, 401))
        result = publisher.upload(GiphyUploadMetadata(URL, "Cat"))
        stub.script(json_reply({"meta": {"status": 401, "msg": f"key {API_KEY} is unknown"}}, 401))
        status = publisher.check_upload_status("abc")
        publisher.upload(GiphyUploadMetadata(URL, "Cat"))
    assert "key [hidden] is unknown" in str(result.error_message)
    assert "key [hidden] is unknown" in status["error_message"]
    for text in (caplog.text, repr(publisher), repr(publisher._giphy), repr(result), repr(status)):
        assert API_KEY not in text
    assert repr(publisher) == f"GiphyPublisher(username={APPROVED_USERNAME!r}, sfw_only=True)"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"api_key": ""}, "api_key"),
        ({"username": None}, "username"),
        ({"daily_upload_limit": -1}, "daily_upload_limit"),
        ({"upload_base_url": "giphy"}, "GIPHY_UPLOAD_BASE_URL"),
        ({"api_base_url": "giphy"}, "GIPHY_API_BASE_URL"),
    ],
)
def test_a_wrong_setting_stops_the_construction(
    database: SqliteDatabase, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(PublisherConfigError, match=told):
        _publisher("https://giphy.example", database, **options)


def test_the_environment_names_the_hosts(
    stub: GiphyStub, database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIPHY_UPLOAD_BASE_URL", stub.url)
    monkeypatch.setenv("GIPHY_API_BASE_URL", stub.url + "/")
    publisher = GiphyPublisher(API_KEY, "", database=database)
    result = publisher.upload(GiphyUploadMetadata(URL, "Cat"))
    assert publisher.check_upload_status(result.giphy_id)["status"] == "published"


def test_without_an_environment_the_hosts_are_giphys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("GIPHY_UPLOAD_BASE_URL", "GIPHY_API_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    publisher = GiphyPublisher(API_KEY, "")
    upload = publisher._giphy.upload_call(PublishItem("Cat", (), URL))
    status = publisher._giphy.status_call("abc")
    assert upload.request.url == "https://upload.giphy.com/v1/gifs"
    assert status.request.url == f"https://api.giphy.com/v1/gifs/abc?api_key={API_KEY}"
    publisher._database.close()  # type: ignore[attr-defined]


def test_channels_are_created_listed_and_deleted(publisher: GiphyPublisher) -> None:
    assert publisher.create_channel(CHANNEL) == CHANNEL
    assert publisher.create_channel(CHANNEL) == CHANNEL
    with pytest.raises(ChannelError, match="another channel"):
        publisher.create_channel(GiphyChannel("other", "Other", GiphyChannelType.PERSONAL, "my-brand"))
    assert publisher.get_channel("my_brand_channel") == CHANNEL
    assert publisher.list_channels() == [CHANNEL]
    assert publisher.delete_channel("my_brand_channel")
    assert publisher.get_channel("my_brand_channel") is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"channel_id": ""}, "channel_id must not be empty"),
        ({"channel_id": "a\nb"}, "control characters"),
        ({"display_name": " "}, "display_name must not be empty"),
        ({"display_name": 5}, "display_name must be text"),
        ({"slug": "My Brand"}, "slug must be lower-case"),
        ({"slug": "-a"}, "slug must be lower-case"),
        ({"slug": "a\n"}, "control characters"),
        ({"description": "x" * 1001}, "description must be text of at most 1000"),
        ({"description": "a\x00b"}, "control characters"),
        ({"channel_type": "brand"}, "channel_type must be"),
    ],
)
def test_a_channel_that_cannot_be_kept_says_why(
    publisher: GiphyPublisher, fields: dict[str, Any], told: str
) -> None:
    good: dict[str, Any] = {
        "channel_id": "a",
        "display_name": "A",
        "channel_type": GiphyChannelType.ARTIST,
        "slug": "a",
        "description": "two\nlines",
    }
    publisher.create_channel(GiphyChannel(**(good | {"channel_id": "good", "slug": "good"})))
    with pytest.raises(ChannelError, match=told) as error:
        publisher.create_channel(GiphyChannel(**(good | fields)))
    assert error.value.code == "invalid_channel"
    assert len(publisher.list_channels()) == 1
