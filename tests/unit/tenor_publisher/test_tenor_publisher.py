"""The documented Tenor publisher against a stub of its contract, and against Tenor's own, dead, hosts."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbound import CallFailed, HttpResponse
from outbound.drivers import SyncDriver
from publishing import ItemError, PublisherConfigError, PublishState
from sql_port.sqlite import SqliteDatabase
from tenor_publisher import TenorContentRating, TenorPublisher, TenorUploadMetadata
from tenor_publisher.network import is_retired, parse_upload
from tenor_publisher.tags import WORD_SEARCHES
from tests.stubs.http_server import Disconnect, json_reply
from tests.stubs.tenor import API_KEY, FAILURES, TenorStub

URL = "https://cdn.example.com/my-gif.gif"


@pytest.fixture
def stub() -> Iterator[TenorStub]:
    with TenorStub() as server:
        yield server


@pytest.fixture
def database() -> Iterator[SqliteDatabase]:
    opened = SqliteDatabase()
    yield opened
    opened.close()


@pytest.fixture
def publisher(stub: TenorStub, database: SqliteDatabase) -> TenorPublisher:
    return _publisher(stub.url, database)


def _publisher(url: str | None, database: SqliteDatabase, **options: Any) -> TenorPublisher:
    given_options: dict[str, Any] = {
        "api_key": API_KEY,
        "partner_id": "partner-1",
        "base_url": url,
        "database": database,
        "driver": SyncDriver(sleep=[].append),
    }
    return TenorPublisher(**(given_options | options))


def test_an_upload_speaks_the_contract(stub: TenorStub, publisher: TenorPublisher) -> None:
    result = publisher.upload(
        TenorUploadMetadata(
            media_url=URL,
            title="Excited Dance",
            tags=["Dance", "excited", "DANCE"],
            content_rating=TenorContentRating.HIGH,
            source_id="asset_12345",
            source_url="https://example.com/source",
        )
    )
    assert (result.success, result.error_message) == (True, None)
    assert result.tenor_id == "9000000001"
    assert result.tenor_url == "https://tenor.com/view/uploaded-gif-9000000001"
    assert stub.requests[0].target == "/upload"
    assert {part.name: part.content.decode() for part in stub.requests[0].multipart()} == {
        "key": API_KEY,
        "partner_id": "partner-1",
        "title": "Excited Dance",
        "contentfilter": "high",
        "media_url": URL,
        "tags": "dance,excited",
        "source_id": "asset_12345",
        "source_url": "https://example.com/source",
    }


def test_a_file_is_uploaded_and_empty_fields_are_left_out(
    stub: TenorStub, publisher: TenorPublisher, tmp_path: Path
) -> None:
    (tmp_path / "cat.gif").write_bytes(b"GIF89a...")
    assert publisher.upload(TenorUploadMetadata("", "Cat", media_path=tmp_path / "cat.gif")).success
    parts = {part.name: part for part in stub.requests[0].multipart()}
    assert set(parts) == {"key", "partner_id", "title", "contentfilter", "file"}
    assert parts["file"].content == b"GIF89a..."


@pytest.mark.parametrize(
    ("url", "retired"),
    [
        ("https://tenor.googleapis.com/v2", True),
        ("https://TENOR.googleapis.com./v2", True),
        ("https://api.tenor.com/v1", True),
        ("https://g.tenor.com/v1", True),
        ("https://api.tenor.co/v1", True),
        ("https://tenor.com", True),
        ("https://nottenor.com", False),
        ("https://tenor.com.example.org", False),
        ("http://127.0.0.1:8080", False),
    ],
)
def test_tenors_own_hosts_are_known_to_be_gone(url: str, retired: bool) -> None:
    assert is_retired(url) is retired


def test_pointed_at_the_dead_host_it_says_so_and_sends_nothing(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unplugged:
        def send(self, call: object) -> Any:
            raise CallFailed("something was sent")

    monkeypatch.delenv("TENOR_API_BASE_URL", raising=False)
    publisher = _publisher(None, database, driver=Unplugged())
    first, second = publisher.batch_upload([TenorUploadMetadata(URL, "Cat")] * 2)
    assert (first.state, first.error_code) == (PublishState.REFUSED, "service_retired")
    assert "2026-06-30" in str(first.error_message)
    assert (second.state, second.error_code) == (PublishState.NOT_ATTEMPTED, "service_retired")
    assert publisher.get_partner_stats()["upload_limit_remaining"] == 1000


@pytest.mark.parametrize(
    ("answer", "state", "code", "told"),
    [
        ("invalid_api_key", "failed", "invalid_api_key", "API key not valid"),
        ("unauthenticated", "failed", "invalid_api_key", "invalid authentication"),
        ("exhausted", "failed", "rate_limited", "Quota exceeded"),
        ("bad_field", "failed", "rejected", "could not be fetched"),
        ("old_style", "failed", "invalid_api_key", "registered API Key"),
        ("internal", "unknown", "outcome_unknown", "Internal error"),
        ("internal_about_a_key", "unknown", "outcome_unknown", "Could not look up"),
        ("html", "unknown", "outcome_unknown", "no reason that can be read"),
        ("truncated_json", "unknown", "outcome_unknown", "may have happened"),
        ("no_results", "unknown", "outcome_unknown", "may have happened"),
        ("no_id", "unknown", "outcome_unknown", "named no GIF"),
        ("not_a_post", "unknown", "outcome_unknown", "named no GIF"),
    ],
)
def test_every_failure_body_is_understood(
    stub: TenorStub, publisher: TenorPublisher, answer: str, state: str, code: str, told: str
) -> None:
    stub.script(*[FAILURES[answer]] * (2 if answer == "exhausted" else 1))
    result = publisher.upload(TenorUploadMetadata(URL, "Cat"))
    assert (result.success, result.state, result.error_code) == (False, PublishState(state), code)
    assert told in str(result.error_message)
    assert (result.tenor_id, result.tenor_url) == (None, None)


@pytest.mark.parametrize("itemurl", [None, "http://tenor.com/x", "javascript:alert(1)", 5])
def test_a_link_that_cannot_be_trusted_is_made_from_the_id(itemurl: object) -> None:
    body = json.dumps({"results": [{"id": "77", "itemurl": itemurl}]}).encode()
    assert parse_upload(HttpResponse(200, (), body), 0.0).url == "https://tenor.com/view/77"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["results", "id", "itemurl", "error", "message", "status"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.integers(100, 599), st.binary(max_size=30) | _JSON)
def test_no_answer_at_all_raises(status: int, content: object) -> None:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    result = parse_upload(HttpResponse(status, (), body), 0.0)
    assert result.success == (result.remote_id is not None)
    assert result.success or result.error_message


@pytest.mark.parametrize(
    ("sfw_only", "rating", "sent"),
    [
        (True, TenorContentRating.HIGH, True),
        (True, TenorContentRating.MEDIUM, False),
        (True, TenorContentRating.LOW, False),
        (True, TenorContentRating.OFF, False),
        (False, TenorContentRating.OFF, True),
    ],
)
def test_sfw_only_is_enforced_before_any_request(
    stub: TenorStub, database: SqliteDatabase, sfw_only: bool, rating: TenorContentRating, sent: bool
) -> None:
    result = _publisher(stub.url, database, sfw_only=sfw_only).upload(
        TenorUploadMetadata(URL, "Cat", content_rating=rating)
    )
    assert result.success is sent
    assert result.error_code == (None if sent else "not_safe_for_work")
    assert len(stub.requests) == int(sent)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"media_url": "x"},
        {"tags": None},
        {"content_rating": "g"},
        {"source_id": 5},
        {"source_url": "x"},
        {"media_path": "x"},
    ],
)
def test_bad_metadata_is_a_result_and_never_a_request(
    stub: TenorStub, publisher: TenorPublisher, fields: dict[str, Any]
) -> None:
    result = publisher.upload(TenorUploadMetadata(**{"media_url": URL, "title": "Cat", **fields}))
    assert (result.state, result.error_code) == (PublishState.REFUSED, "invalid_metadata")
    assert stub.requests == []


def test_a_source_id_is_uploaded_once_and_a_doubt_waits_for_a_person(
    stub: TenorStub, publisher: TenorPublisher
) -> None:
    metadata = TenorUploadMetadata(URL, "Cat", source_id="asset-1")
    stub.script(Disconnect())
    states = [publisher.upload(metadata).state.value for _ in range(2)]
    assert states == ["unknown", "unknown"]
    assert publisher.resolve("asset-1")
    first, again = publisher.upload(metadata), publisher.upload(metadata)
    assert (first.tenor_id, again.tenor_id, again.recorded) == ("9000000001", "9000000001", True)
    assert len(stub.requests) == 2


def test_stats_count_and_outlive_the_publisher(stub: TenorStub, database: SqliteDatabase) -> None:
    publisher = _publisher(stub.url, database, daily_upload_limit=5)
    stub.script(FAILURES["bad_field"])
    results = publisher.batch_upload(TenorUploadMetadata(URL, f"GIF {i}") for i in range(3))
    assert [result.success for result in results] == [False, True, True]
    assert _publisher(stub.url, database, daily_upload_limit=5).get_partner_stats() == {
        "partner_id": "partner-1",
        "total_uploads": 2,
        "failed_uploads": 1,
        "unknown_uploads": 0,
        "uploads_last_24_hours": 2,
        "daily_upload_limit": 5,
        "upload_limit_remaining": 3,
    }


def test_the_key_is_nowhere_to_be_read(
    stub: TenorStub, publisher: TenorPublisher, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        stub.script(json_reply({"error": {"message": f"API key {API_KEY} not valid"}}, 400))
        result = publisher.upload(TenorUploadMetadata(URL, "Cat"))
    assert result.error_code == "invalid_api_key"
    assert "API key [hidden] not valid" in str(result.error_message)
    for text in (caplog.text, repr(publisher), repr(publisher._tenor), repr(result)):
        assert API_KEY not in text
    assert repr(publisher) == "TenorPublisher(partner_id='partner-1', sfw_only=True)"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"api_key": " "}, "api_key"),
        ({"partner_id": ""}, "partner_id"),
        ({"daily_upload_limit": "many"}, "daily_upload_limit"),
        ({"base_url": "tenor"}, "TENOR_API_BASE_URL"),
    ],
)
def test_a_wrong_setting_stops_the_construction(
    database: SqliteDatabase, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(PublisherConfigError, match=told):
        _publisher("https://tenor.example", database, **options)


def test_the_environment_names_the_host(stub: TenorStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENOR_API_BASE_URL", stub.url)
    publisher = TenorPublisher(API_KEY, "partner-1")
    assert publisher.upload(TenorUploadMetadata(URL, "Cat")).success
    publisher._database.close()  # type: ignore[attr-defined]


def test_tags_are_formatted_and_weighed_by_a_fixed_rule(publisher: TenorPublisher) -> None:
    formatted = publisher.format_tags_for_tenor(["Funny Cat", "REACTION", "Cute Animals"])
    assert formatted == ["funny cat", "reaction", "cute animals"]
    assert publisher.estimate_tag_reach(formatted) == {
        "estimated_monthly_searches": 275_000,
        "per_tag": {"funny cat": 50_000, "reaction": 200_000, "cute animals": 25_000},
        "tag_count": 3,
    }
    assert publisher.estimate_tag_reach([]) == {
        "estimated_monthly_searches": 0,
        "per_tag": {},
        "tag_count": 0,
    }


@pytest.mark.parametrize(
    ("tag", "searches"),
    [
        ("cat", 200_000),
        ("#CAT", 200_000),
        ("zxcvbn", 1_000),
        ("zxcvbn qwerty", 250),
        ("a b c d e f", 0),
        ("my funny dance", 31_250),
    ],
)
def test_a_tag_weighs_its_best_word_narrowed_by_the_others(
    publisher: TenorPublisher, tag: str, searches: int
) -> None:
    assert publisher.estimate_tag_reach([tag])["estimated_monthly_searches"] == searches


def test_every_known_word_is_written_as_tags_are(publisher: TenorPublisher) -> None:
    for word in WORD_SEARCHES:
        assert publisher.format_tags_for_tenor([word]) == [word]


@settings(deadline=None)
@given(st.lists(st.text(max_size=12), max_size=6), st.text(max_size=12))
def test_more_tags_never_reach_less_while_there_is_room(tags: list[str], more: str) -> None:
    from tenor_publisher.tags import estimate_reach

    fewer, all_of_them = estimate_reach(tags), estimate_reach([*tags, more])
    assert fewer["estimated_monthly_searches"] <= all_of_them["estimated_monthly_searches"]
    assert estimate_reach(list(fewer["per_tag"])) == fewer


def test_tags_that_are_no_list_of_texts_are_refused(publisher: TenorPublisher) -> None:
    wrong: Any
    for wrong in ("cat", None, ["cat", 5]):
        with pytest.raises(ItemError):
            publisher.format_tags_for_tenor(wrong)
        with pytest.raises(ItemError):
            publisher.estimate_tag_reach(wrong)
