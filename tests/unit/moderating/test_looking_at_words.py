"""Words, by the rules and by the service: what is sent, what is decided, what is recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ai_safety_scanner.text import MAX_TEXT_CHARACTERS
from moderation import Thresholds
from tests.stubs.openai import MODEL, OpenAIStub, Scores
from tests.unit.moderating.looks import Desk, asking, link

WORDS: dict[str, Scores] = {
    "awful": {"hate": 0.97},
    "doubtful": {"violence": 0.55},
    "odd": {"violence": 0.2},
    "hurtful": {"sexual/minors": 0.2},
}


@pytest.fixture
def service() -> Iterator[OpenAIStub]:
    with OpenAIStub(WORDS) as stub:
        yield stub


def test_clean_words_are_approved_by_the_rules_alone_without_a_key() -> None:
    found = Desk().look(link("https://example.com/cat", title="A cat", tags=("cat",), description="jumps"))
    assert found.verdict == {
        "sha256": "5a" * 32,
        "decision": "approved",
        "reason": "nothing_found",
        "categories": [],
        "scores": {},
        "model": "rules",
        "thresholds": {"approve": 0.95, "reject": 0.8, "strict": True},
    }


def test_what_has_nothing_to_look_at_has_nothing_against_it() -> None:
    assert Desk().look(link("asset:cat")).decision == "approved"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"title": "porn"}, "text_rules: title: nsfw ('porn')"),
        ({"tags": ("cat", "porn")}, "text_rules: tag: nsfw ('porn')"),
        ({"description": "a porn cat"}, "text_rules: description: nsfw ('porn')"),
    ],
)
def test_the_rules_refuse_words_wherever_they_stand_and_spare_the_calls(
    service: OpenAIStub, words: dict[str, str], told: str
) -> None:
    desk = Desk()
    found = desk.look(link("https://example.com/", **words), asking(service))
    assert (found.decision, found.verdict["reason"]) == ("rejected", told)
    assert (found.verdict["categories"], found.verdict["scores"]) == (["nsfw"], {"rules/nsfw": 0.9})
    assert (service.requests, desk.spent, desk.asked_shards) == ([], 0, [])


def test_more_tags_than_the_rules_take_go_to_a_person() -> None:
    assert Desk().look(link(tags=("cat",) * 201)).decision == "flagged"


def test_words_too_long_for_the_rules_go_to_a_person() -> None:
    found = Desk().look(link(description="cat " * 2_501))
    assert (found.decision, found.verdict["categories"]) == ("flagged", [])
    assert found.verdict["reason"] == "text_rules: description: too long to be scanned whole"


@pytest.mark.parametrize("place", range(3))
def test_the_words_of_every_target_are_looked_at(place: int) -> None:
    targets = [f"https://example.com/{number}" for number in range(3)]
    targets[place] = "https://example.com/hot%20p%6Frn?x=1"
    found = Desk().look(link(*targets))
    assert (found.decision, found.verdict["scores"]) == ("flagged", {"rules/nsfw": 0.9})
    assert found.verdict["reason"] == "target_rules: path: nsfw ('porn')"


@pytest.mark.parametrize("part", ["?q=porn", "#porn", "/a/porn.gif"])
def test_every_part_of_a_target_is_looked_at(part: str) -> None:
    assert Desk().look(link(f"https://example.com{part}")).decision == "flagged"


def test_the_words_in_the_name_of_a_host_are_looked_at() -> None:
    found = Desk().look(link("https://hotporn.example/"))
    assert (found.decision, found.verdict["reason"].startswith("target_rules: host: nsfw")) == (
        "flagged",
        True,
    )


def test_a_target_too_long_for_the_rules_goes_to_a_person() -> None:
    found = Desk().look(link(f"https://example.com/{'cat/' * 3_000}"))
    assert found.decision == "flagged"
    assert found.verdict["reason"].startswith("target_rules: address: too long to be scanned whole")


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example.com/free-shipping?click=here",
        "https://www.example.org/buy-now",
        "https://example.com/limited-time-offer",
        "https://t.me/channel",
        "https://wa.me/491701234567",
        "https://tinyurl.com/abc",
        "https://goo.gl/abc",
        "https://bit.ly/abc",
        "https://example.com/casino/free-spins?act=now",
    ],
)
def test_what_is_advertising_in_a_text_is_only_an_address(url: str) -> None:
    found = Desk().look(link(url))
    assert (found.decision, found.verdict["reason"]) == ("approved", "nothing_found")


def test_the_service_reads_all_words_and_targets_in_one_call(service: OpenAIStub) -> None:
    desk = Desk()
    urls = ("https://example.com/a%20b?c=%C3%A4", "https://bücher.example/x", "asset:cat")
    found = desk.look(link(*urls, title="A cat", tags=("cat", "jump"), description="jumps"), asking(service))
    assert found.decision == "approved"
    assert service.texts == [["A cat\ncat, jump\njumps\nexample.com/a b?c=ä\nbücher.example/x"]]
    assert desk.spent == 1
    assert found.verdict["model"] == MODEL
    assert found.verdict["scores"]["text/hate"] == 0.01
    assert found.verdict["thresholds"]["categories"]["sexual/minors"] == 0.1


@pytest.mark.parametrize(
    ("word", "decision", "reason", "categories"),
    [
        ("awful", "rejected", "unsafe_text: hate (0.97)", ["hate_speech", "hate"]),
        ("doubtful", "flagged", "unsafe_text: violence (0.55)", ["graphic_violence", "violence"]),
        ("hurtful", "flagged", "unsafe_text: sexual/minors (0.20)", ["illegal", "sexual/minors"]),
        ("odd", "flagged", "unsure_text: violence (0.20)", []),
    ],
)
def test_the_scores_decide_by_the_thresholds(
    service: OpenAIStub, word: str, decision: str, reason: str, categories: list[str]
) -> None:
    found = Desk().look(link(title=f"an {word} cat"), asking(service))
    assert (found.decision, found.verdict["reason"]) == (decision, reason)
    assert found.verdict["categories"] == categories


def test_the_operator_moves_the_thresholds_and_they_are_recorded(service: OpenAIStub) -> None:
    settings = asking(service, thresholds=Thresholds(approve=0.75, reject=0.5))
    odd, doubtful = (Desk().look(link(title=word), settings) for word in ("odd", "doubtful"))
    assert (odd.decision, doubtful.decision) == ("approved", "rejected")
    assert odd.verdict["thresholds"].items() >= {"approve": 0.75, "reject": 0.5, "strict": True}.items()


def test_more_words_than_a_call_carries_go_in_several_and_all_count(service: OpenAIStub) -> None:
    desk = Desk()
    urls = [f"https://example.com/{number}/{'a/' * 900}" for number in range(30)]
    found = desk.look(link(*urls, f"https://example.com/awful/{'a/' * 900}"), asking(service))
    assert found.decision == "rejected"
    assert (len(service.texts), desk.spent) == (2, 2)
    assert all(sum(map(len, texts)) <= 1.2 * MAX_TEXT_CHARACTERS for texts in service.texts)
    assert "awful" in service.texts[-1][-1]


def test_after_refused_words_no_further_words_are_asked_about(service: OpenAIStub) -> None:
    urls = [f"https://example.com/{number}/{'a/' * 900}" for number in range(30)]
    assert Desk().look(link(*urls, title="awful"), asking(service)).decision == "rejected"
    assert len(service.texts) == 1


def test_a_used_up_budget_sends_words_to_a_person_and_costs_nothing(service: OpenAIStub) -> None:
    desk, settings = Desk(), asking(service, openai_calls_per_day=2)
    decisions = [desk.look(link(title="a cat"), settings).decision for _ in range(3)]
    assert decisions == ["approved", "approved", "flagged"]
    last = desk.look(link(title="a cat"), settings)
    assert (last.decision, last.verdict["reason"]) == ("flagged", "budget_used_up: text")
    assert (len(service.requests), desk.spent) == (2, 2)
