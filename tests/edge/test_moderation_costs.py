"""What the moderator asks of other services, through its Worker: Safe Browsing, and a day's budget."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.edge.conftest import ENGINE
from tests.edge.links import visit
from tests.edge.test_moderation import IMPATIENT, QUEUE, SAFE, call, gif, link_to, settled, upload
from tests.harness.local_edge import LocalEdge
from tests.stubs import safe_browsing
from tests.stubs.openai import API_KEY, OpenAIStub
from tests.stubs.safe_browsing import SafeBrowsingStub

BAD = "https://bad.example/malware"
CALLS_A_DAY = 4


@pytest.fixture(scope="module")
def google() -> Iterator[SafeBrowsingStub]:
    with SafeBrowsingStub({BAD: ["MALWARE", "SOCIAL_ENGINEERING"]}) as stub:
        yield stub


@pytest.fixture(scope="module")
def openai() -> Iterator[OpenAIStub]:
    with OpenAIStub({}, lambda _: {}) as stub:
        yield stub


@pytest.fixture(scope="module")
def thrifty_engine(google: SafeBrowsingStub, openai: OpenAIStub) -> Iterator[LocalEdge]:
    engine = LocalEdge(
        queues={QUEUE: IMPATIENT},
        vars={
            "OPENAI_API_KEY": API_KEY,
            "OPENAI_BASE_URL": openai.base_url,
            "OPENAI_CALLS_PER_DAY": str(CALLS_A_DAY),
            "SAFE_BROWSING_KEY": safe_browsing.API_KEY,
            "SAFE_BROWSING_BASE_URL": google.url,
        },
    )
    yield engine
    engine.close()


@pytest.fixture
def edge(thrifty_engine: LocalEdge, request: pytest.FixtureRequest) -> LocalEdge:
    thrifty_engine.reset()
    request.node.stash[ENGINE] = thrifty_engine
    return thrifty_engine


def test_what_safe_browsing_knows_is_rejected_and_told_without_its_address(
    edge: LocalEdge, google: SafeBrowsingStub
) -> None:
    rules = [{"target": BAD, "country": ["AT"]}]
    bad, good = link_to(edge, "https://example.com/", rules=rules), link_to(edge, "https://example.org/")
    case = settled(edge, f"link:{bad}")
    assert (case["state"], case["categories"]) == ("rejected", ["malware", "social_engineering"])
    assert settled(edge, f"link:{good}")["state"] == "approved"
    asked = [url for urls in google.asked for url in urls]
    assert {BAD, "https://example.com/", "https://example.org/"} <= set(asked)
    page = visit(edge, bad)
    assert (page.status_code, visit(edge, good).status_code) == (451, 302)
    assert "Google Safe Browsing lists an address" in page.text
    assert "bad.example" not in page.text


def test_a_day_has_so_many_calls_and_what_comes_later_waits_for_a_person(
    edge: LocalEdge, openai: OpenAIStub
) -> None:
    before = len(openai.requests)
    # Words and one picture each: two uploads use up the day.
    subjects = [f"asset:{upload(edge, gif(SAFE), title='a cat')}" for _ in range(2)]
    assert [settled(edge, subject)["state"] for subject in subjects] == ["approved", "approved"]
    late = settled(edge, f"asset:{upload(edge, gif(SAFE), title='a cat')}")
    assert late["state"] == "flagged"
    assert {reason.partition(":")[0] for reason in late["reason"].split("; ")} == {"budget_used_up"}
    assert len(openai.requests) - before == CALLS_A_DAY
    assert call(edge, "spend", 1, CALLS_A_DAY)["left"] == 0
