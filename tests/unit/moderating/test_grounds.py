"""What visitors read of a refusal: sentences, and none of what helps to get around a check."""

from __future__ import annotations

import pytest

from ai_safety_scanner import CATEGORY_THRESHOLDS
from ai_safety_scanner.results import ERRORS
from moderating.grounds import _CATEGORIES, ground_of
from moderation.model import UNSAFE_CATEGORIES

BLOCKED = "It leads to a site that this service does not link to."
UNCHECKED = "It could not be checked automatically."
FLOW = (
    "scan_failed",
    "unseen_picture",
    "budget_used_up: text",
    "file_missing",
    "unreadable_target",
    "nothing_found",
)


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (
            "blocked_domain: www.phish.example is below phish.example (list 0123456789abcdef)",
            BLOCKED,
        ),
        (
            "threat: https://bad.example/x (malware)",
            "Google Safe Browsing lists an address it leads to as unsafe.",
        ),
        (
            "unsafe_picture: sexual/minors (0.99), violence (0.81)",
            "Its pictures contain sexual content about minors, violence.",
        ),
        ("unsure_text: hate (0.50)", "Its words may contain hate."),
        (
            "text_rules: title: illegal ('cocaine for sale'), description: spam (\"it's free\")",
            "Its title, tags or description contain something illegal, spam.",
        ),
        ("target_rules: description: nsfw ('xxx')", "The address it leads to contains adult content."),
        ("unsafe_text", "Its words contain what the rules of this service do not allow."),
        ("blocked_hash", "This file was blocked by a moderator before."),
        (
            "blocked_domain: a.example (list 00); lookalike: paypa1 resembles paypal",
            f"{BLOCKED} The name of the site it leads to could be taken for another one.",
        ),
        ("unsafe_picture: sexual (0.90); bad_answer: text", "Its pictures contain sexual content."),
        ("scan_failed", UNCHECKED),
        ("bad_gif: too_many_frames", UNCHECKED),
    ],
)
def test_what_a_look_recorded_is_told_in_a_sentence(reason: str, text: str) -> None:
    assert ground_of(reason) == (text, True)


@pytest.mark.parametrize(
    "reason", ["a court said so", "Phishing; reported twice", "scam: see blocked_domain"]
)
def test_what_a_moderator_wrote_is_told_as_it_is(reason: str) -> None:
    assert ground_of(reason) == (reason, False)


def test_without_a_reason_it_breaks_the_rules() -> None:
    assert ground_of("") == ("The content breaks the rules of this service.", False)


@pytest.mark.parametrize("code", [*ERRORS, *FLOW])
def test_every_code_of_a_look_is_known_as_one(code: str) -> None:
    assert ground_of(code).is_automatic
    assert code.partition(":")[0] not in ground_of(code).text


def test_every_category_has_words() -> None:
    assert {*CATEGORY_THRESHOLDS, *(one.value for one in UNSAFE_CATEGORIES)} <= _CATEGORIES.keys()
