"""Where links lead: the operator's block-list, names that deceive, Safe Browsing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ai_safety_scanner import Endpoint
from link_safety import ProtectedNames, SafeBrowsingEndpoint, shard_key
from moderating.settings import Settings
from tests.stubs import openai
from tests.stubs.http_server import Disconnect, Drip, Reply, Silence, json_reply
from tests.stubs.openai import OpenAIStub
from tests.stubs.safe_browsing import SafeBrowsingStub, error_reply
from tests.unit.moderating.looks import Desk, browsing, link

BAD = "https://bad.example/malware"
LIST = "evil.example\n203.0.113.9"


@pytest.fixture
def google() -> Iterator[SafeBrowsingStub]:
    with SafeBrowsingStub({BAD: ["MALWARE", "SOCIAL_ENGINEERING"]}) as stub:
        yield stub


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize(
    "url", ["https://evil.example/", "http://deep.EVIL.example:81/x", "https://203.0.113.9/"]
)
def test_a_blocked_domain_refuses_whichever_target_leads_there(place: int, url: str) -> None:
    targets = [f"https://example.com/{number}" for number in range(3)]
    targets[place] = url
    found = Desk(LIST).look(link(*targets))
    assert (found.decision, found.verdict["categories"]) == ("rejected", ["blocked_domain"])
    assert found.verdict["reason"].startswith("blocked_domain: ")


def test_the_reason_names_the_entry_and_its_list() -> None:
    found = Desk(LIST).look(link("https://a.evil.example/"))
    head = Desk(LIST).shards[shard_key("evil.example")].partition("\n")[0].split()[1]
    assert found.verdict["reason"] == f"blocked_domain: a.evil.example is below evil.example (list {head})"


def test_a_host_is_looked_up_once_however_many_targets_lead_there() -> None:
    desk = Desk(LIST)
    desk.look(link("https://example.com/1", "https://example.com/2", "https://www.example.com/"))
    assert desk.asked_shards == [shard_key("example.com")]


def test_a_block_list_of_an_unknown_form_lets_nothing_pass() -> None:
    desk = Desk(LIST)
    desk.shards[shard_key("example.com")] = "block-list-9 of another time\n"
    found = desk.look(link("https://example.com/"))
    assert (found.decision, found.verdict["reason"]) == ("flagged", "block_list_unusable: example.com")


def test_what_the_store_of_the_block_list_raises_passes_through() -> None:
    class Away(Desk):
        async def shard(self, key: str) -> str | None:
            raise ConnectionError("KV is away")

    with pytest.raises(ConnectionError, match="KV is away"):
        Away().look(link("https://example.com/"))


@pytest.mark.parametrize(
    ("url", "reason", "category"),
    [
        ("https://www.paypa1.com/", "lookalike: paypa1 resembles paypal.com", "lookalike"),
        (
            "https://xn--80ak6aa92e.com/",
            "lookalike: аррӏе resembles apple.com",  # noqa: RUF001 - Cyrillic, as people see it
            "lookalike",
        ),
        (
            "https://paypal.com.login.example/",
            "embedded_domain: paypal.com.login.example resembles paypal.com",
            "embedded_domain",
        ),
        ("https://xn--ls8h.example/", "invalid_idn: 💩", "invalid_idn"),
    ],
)
def test_a_name_that_deceives_goes_to_a_person_with_the_finding(url: str, reason: str, category: str) -> None:
    found = Desk().look(link("https://example.com/", url))
    assert found.decision == "flagged"
    assert reason in found.verdict["reason"].split("; ")
    assert category in found.verdict["categories"]


def test_the_operator_chooses_what_is_protected() -> None:
    mine = Settings(protected=ProtectedNames(["mybank.example"]))
    assert Desk().look(link("https://rnybank.example/"), mine).decision == "flagged"
    assert Desk().look(link("https://paypa1.com/"), mine).decision == "approved"


def test_a_target_that_is_no_url_goes_to_a_person() -> None:
    found = Desk().look(link("javascript:alert(1)"))
    assert (found.decision, found.verdict["reason"]) == ("flagged", "unreadable_target")


def test_safe_browsing_is_asked_about_every_target_once(google: SafeBrowsingStub) -> None:
    targets = ("https://example.com/1", "https://example.com/2", "https://example.com/1", "asset:cat")
    assert Desk().look(link(*targets), browsing(google)).decision == "approved"
    assert google.asked == [["https://example.com/1", "https://example.com/2"]]


def test_a_threat_refuses_the_link_and_says_what_it_is(google: SafeBrowsingStub) -> None:
    found = Desk().look(link("https://example.com/", BAD), browsing(google))
    assert (found.decision, found.verdict["categories"]) == ("rejected", ["malware", "social_engineering"])
    assert found.verdict["reason"] == f"threat: {BAD} (malware, social_engineering)"


def test_a_threat_is_remembered_as_long_as_the_service_allows(google: SafeBrowsingStub) -> None:
    now = [1_000.0]
    desk = Desk(now=lambda: now[0])
    looks = [desk.look(link(BAD), browsing(google)).decision for _ in range(2)]
    assert (looks, len(google.asked)) == (["rejected", "rejected"], 1)
    now[0] += 301
    assert desk.look(link(BAD), browsing(google)).decision == "rejected"
    assert len(google.asked) == 2


def test_a_link_without_targets_outside_asks_nobody(google: SafeBrowsingStub) -> None:
    assert Desk().look(link("asset:cat", title="a cat"), browsing(google)).decision == "approved"
    assert google.requests == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (error_reply(429, "RESOURCE_EXHAUSTED", "Quota exceeded."), "rate_limited: safe_browsing"),
        (error_reply(503, "UNAVAILABLE", "The service is unavailable."), "service_error: safe_browsing"),
        (Disconnect(), "service_unreachable: safe_browsing"),
    ],
)
def test_an_outage_of_safe_browsing_leaves_the_link_pending_and_spares_the_paid_calls(
    google: SafeBrowsingStub, answer: Reply | Disconnect, reason: str
) -> None:
    desk = Desk()
    google.script(*[answer] * 3)
    with OpenAIStub() as service:
        settings = replace(browsing(google), openai=Endpoint(openai.API_KEY, service.base_url))
        found = desk.look(link("https://example.com/"), settings)
        assert (found.decision, found.verdict["reason"], found.retry_after_seconds) == ("pending", reason, 30)
        assert (service.requests, desk.spent) == ([], 0)
        assert desk.look(link("https://example.com/"), settings).decision == "approved"


@pytest.mark.parametrize("answer", [Silence(), Drip(json_reply({}), 0.5)])
def test_safe_browsing_that_takes_too_long_leaves_the_link_pending(
    google: SafeBrowsingStub, answer: Silence | Drip
) -> None:
    google.script(*[answer] * 3)
    found = Desk().look(link("https://example.com/"), browsing(google, scan_timeout_seconds=0.3))
    assert (found.decision, found.verdict["reason"]) == ("pending", "service_unreachable: safe_browsing")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (json_reply({"matches": 1}), "bad_answer: safe_browsing"),
        (Reply(200, (), b"<html>"), "bad_answer: safe_browsing"),
        (error_reply(403, "PERMISSION_DENIED", "no"), "key_refused: safe_browsing"),
        (Reply(302, (("location", "/"),)), "unexpected_status: safe_browsing"),
    ],
)
def test_what_a_retry_cannot_help_goes_to_a_person(
    google: SafeBrowsingStub, answer: Reply, reason: str
) -> None:
    google.script(answer)
    found = Desk().look(link("https://example.com/"), browsing(google))
    assert (found.decision, found.verdict["reason"]) == ("flagged", reason)


def test_a_key_that_cannot_be_sent_goes_to_a_person_without_a_call(google: SafeBrowsingStub) -> None:
    settings = Settings(safe_browsing=SafeBrowsingEndpoint("no key", google.url))
    found = Desk().look(link("https://example.com/"), settings)
    assert (found.decision, found.verdict["reason"]) == ("flagged", "unusable_api_key: safe_browsing")
    assert google.requests == []


def test_a_name_that_deceives_stays_flagged_while_safe_browsing_is_away(google: SafeBrowsingStub) -> None:
    google.script(*[Disconnect()] * 3)
    found = Desk().look(link("https://paypa1.com/"), browsing(google))
    assert (found.decision, found.retry_after_seconds) == ("flagged", None)
    assert "service_unreachable: safe_browsing" in found.verdict["reason"]
