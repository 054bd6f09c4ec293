"""The lookup client against a stub of the service over HTTP, and what it remembers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link_safety import (
    SafeBrowsingEndpoint,
    Threat,
    ThreatCache,
    ThreatLookupError,
    threat_lookup_calls,
)
from outbound import CallFailed, Connection, HttpResponse
from outbound.drivers import SyncDriver
from tests.stubs.http_server import Answer, Disconnect, Drip, Reply, Silence, cut_short, json_reply
from tests.stubs.safe_browsing import API_KEY, SafeBrowsingStub, error_reply, match

BAD = "https://bad.example/malware"
WORSE = "https://worse.example/"
GOOD = "https://good.example/?q=ü"


@pytest.fixture
def service() -> Iterator[SafeBrowsingStub]:
    with SafeBrowsingStub({BAD: ["MALWARE"], WORSE: ["SOCIAL_ENGINEERING", "MALWARE"]}) as server:
        yield server


def look_up(
    service: SafeBrowsingStub, *urls: str, key: str = API_KEY, seconds: float = 60, slash: str = ""
) -> list[Threat]:
    endpoint = SafeBrowsingEndpoint(key, service.url + slash, timeout_seconds=seconds)
    driver = SyncDriver(connection=Connection(lambda: 0.0, lambda: 0.0), sleep=lambda _: None)
    return [threat for call in threat_lookup_calls(endpoint, urls) for threat in driver.send(call)]


def test_what_the_service_knows_is_told_by_url(service: SafeBrowsingStub) -> None:
    assert look_up(service, GOOD, BAD, WORSE) == [
        Threat(BAD, ("MALWARE",), 300.0),
        Threat(WORSE, ("MALWARE", "SOCIAL_ENGINEERING"), 300.0),
    ]
    assert service.asked == [[GOOD, BAD, WORSE]]


def test_no_match_is_an_empty_answer(service: SafeBrowsingStub) -> None:
    assert look_up(service, GOOD) == []


def test_nothing_to_ask_asks_nothing(service: SafeBrowsingStub) -> None:
    assert look_up(service) == []
    assert service.requests == []


def test_many_urls_go_in_calls_of_five_hundred_each_url_once(service: SafeBrowsingStub) -> None:
    urls = [f"https://{number}.example/" for number in range(1001)]
    assert look_up(service, *urls, BAD, *urls, slash="/") == [Threat(BAD, ("MALWARE",), 300.0)]
    assert [len(asked) for asked in service.asked] == [500, 500, 2]
    assert [url for asked in service.asked for url in asked] == [*urls, BAD]


def test_the_key_stands_in_no_url_and_no_representation(service: SafeBrowsingStub) -> None:
    look_up(service, GOOD)
    endpoint = SafeBrowsingEndpoint(API_KEY, service.url)
    (call,) = threat_lookup_calls(endpoint, [GOOD])
    assert API_KEY not in repr(endpoint) + repr(call) + service.requests[0].target


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (error_reply(400, "INVALID_ARGUMENT", "no"), "request_refused"),
        (error_reply(400, "INVALID_ARGUMENT", "no", "API_KEY_INVALID"), "key_refused"),
        (error_reply(401, "UNAUTHENTICATED", "no"), "key_refused"),
        (error_reply(403, "PERMISSION_DENIED", "no", "SERVICE_DISABLED"), "key_refused"),
        (error_reply(429, "RESOURCE_EXHAUSTED", "no"), "rate_limited"),
        (error_reply(500, "INTERNAL", "no"), "service_error"),
        (error_reply(503, "UNAVAILABLE", "no"), "service_error"),
        (error_reply(504, "DEADLINE_EXCEEDED", "no"), "service_error"),
        (Reply(302, (("location", "/v4/threatMatches:find"),)), "unexpected_status"),
        (Reply(404, (), b"<title>Error 404</title>"), "unexpected_status"),
        (Reply(204), "unexpected_status"),
        (json_reply({"error": {"details": "API_KEY_INVALID"}}, 400), "request_refused"),
    ],
)
def test_a_refusal_is_told_by_its_code(service: SafeBrowsingStub, answer: Answer, code: str) -> None:
    service.script(*[answer] * 3)
    with pytest.raises(ThreatLookupError) as caught:
        look_up(service, BAD)
    assert caught.value.code == code
    assert caught.value.status == answer.status  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"matches": {}}',
        b'{"matches": null}',
        b'{"matches": [1]}',
        b'{"matches": [{}]}',
    ],
)
def test_an_answer_that_is_no_answer_is_never_taken_for_no_threat(
    service: SafeBrowsingStub, body: bytes
) -> None:
    service.script(Reply(200, (), body))
    with pytest.raises(ThreatLookupError) as caught:
        look_up(service, BAD)
    assert caught.value.code == "bad_answer"


@pytest.mark.parametrize(
    "change",
    [
        {"threat": {"url": "https://never-asked.example/"}},
        {"threat": {}},
        {"threatType": None},
        {"cacheDuration": 300},
        *({"cacheDuration": text} for text in ("300", "-1s", "1e3s", "infs", "", "nan", "300.s", "٣s")),
    ],
)
def test_a_match_must_be_as_the_contract_says(service: SafeBrowsingStub, change: dict[str, Any]) -> None:
    service.script(json_reply({"matches": [match(BAD, "MALWARE") | change]}))
    with pytest.raises(ThreatLookupError) as caught:
        look_up(service, BAD)
    assert caught.value.code == "bad_answer"


def test_the_shortest_time_of_several_matches_counts(service: SafeBrowsingStub) -> None:
    matches = [match(BAD, "MALWARE", "12.5s"), match(BAD, "SOCIAL_ENGINEERING", "300.000s")]
    service.script(json_reply({"matches": matches}))
    assert look_up(service, BAD) == [Threat(BAD, ("MALWARE", "SOCIAL_ENGINEERING"), 12.5)]


@pytest.mark.parametrize(
    "answer",
    [
        Disconnect(),
        Silence(),
        cut_short(json_reply({"matches": []}), 5),
        Drip(json_reply({"matches": []}), 0.3),
    ],
)
def test_no_answer_is_a_failed_call(service: SafeBrowsingStub, answer: Answer) -> None:
    service.script(*[answer] * 3)
    with pytest.raises(CallFailed):
        look_up(service, BAD, seconds=1)


def test_a_passing_failure_is_tried_again(service: SafeBrowsingStub) -> None:
    service.script(Reply(429, (("retry-after", "2"),)), Disconnect())
    assert [threat.url for threat in look_up(service, BAD)] == [BAD]
    assert len(service.requests) == 3


def test_a_wrong_key_is_told_apart_from_a_wrong_request(service: SafeBrowsingStub) -> None:
    with pytest.raises(ThreatLookupError) as caught:
        look_up(service, BAD, key="another")
    assert caught.value.code == "key_refused"


@pytest.mark.parametrize(
    ("key", "code"), [("", "missing_api_key"), ("  ", "missing_api_key"), ("ä\n", "unusable_api_key")]
)
def test_a_key_that_cannot_be_sent_is_not_sent(service: SafeBrowsingStub, key: str, code: str) -> None:
    with pytest.raises(ThreatLookupError) as caught:
        look_up(service, BAD, key=key)
    assert caught.value.code == code
    assert service.requests == []


@pytest.mark.parametrize(
    "url", ["", "example.com", "ftp://example.com", "https://u:p@example.com", "https://"]
)
def test_a_base_url_that_nothing_can_be_sent_to_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        SafeBrowsingEndpoint(API_KEY, url)


@given(st.integers(100, 599), st.binary(max_size=60))
def test_whatever_comes_back_is_a_verdict_or_the_own_error(status: int, body: bytes) -> None:
    (call,) = threat_lookup_calls(SafeBrowsingEndpoint(API_KEY), [BAD])
    try:
        assert call.parse(HttpResponse(status, (), body)) == []
    except ThreatLookupError:
        return
    assert status == 200


def test_a_threat_is_remembered_as_long_as_the_service_said() -> None:
    cache = ThreatCache()
    threat = Threat(BAD, ("MALWARE",), 300.0)
    cache.keep([threat], now=1000.0)
    assert cache.split([BAD, GOOD, BAD], now=1299.9) == ([threat], [GOOD])
    assert cache.split([BAD, GOOD], now=1300.0) == ([], [BAD, GOOD])
    assert len(cache) == 0


def test_a_newer_answer_replaces_an_older_one() -> None:
    cache = ThreatCache()
    cache.keep([Threat(BAD, ("MALWARE",), 300.0)], now=0.0)
    newer = Threat(BAD, ("SOCIAL_ENGINEERING",), 300.0)
    cache.keep([newer], now=100.0)
    assert cache.split([BAD], now=399.0) == ([newer], [])
    cache.keep([Threat(BAD, ("MALWARE",), 0.0)], now=110.0)
    assert cache.split([BAD], now=110.0) == ([], [BAD])


def test_the_oldest_threats_make_room() -> None:
    cache = ThreatCache(max_threats=2)
    for number in range(4):
        cache.keep([Threat(str(number), ("MALWARE",), 300.0)], now=0.0)
    assert [threat.url for threat in cache.split("0123", now=1.0)[0]] == ["2", "3"]
