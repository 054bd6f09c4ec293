"""The documented scanner, its visual side included."""

from __future__ import annotations

import math

import pytest

from moderation import (
    ContentCategory,
    ContentScanner,
    ModerationInputError,
    ScanFailedError,
    TextRules,
    read_visual_result,
)
from moderation.visual import category_of
from tests.stubs.visual_scanner import Eyes, Seen


def test_clean_text_is_safe_and_says_so() -> None:
    scanned = ContentScanner().scan_metadata(
        "Funny Cat GIF", ["cat", "funny"], "A hilarious cat doing backflips"
    )
    assert scanned == (ContentCategory.SAFE, 0.97, ["no text rule matched"])


def test_no_text_breaks_no_rule() -> None:
    assert ContentScanner().scan_metadata() == (ContentCategory.SAFE, 1.0, ["no text rule matched"])
    assert ContentScanner().scan_metadata(" ", ["", "\t"], "\n")[1] == 1.0


def test_reasons_name_the_field_the_category_and_the_words() -> None:
    category, confidence, reasons = ContentScanner().scan_metadata(
        "A fine day", ["cat", "p0rn"], "get free robux generator"
    )
    assert category is ContentCategory.NSFW
    assert confidence == 0.9
    assert reasons[0] == "tag: nsfw ('p0rn')"
    assert any(reason.startswith("description: spam ('free robux") for reason in reasons)


def test_the_surest_finding_names_the_category() -> None:
    assert ContentScanner().scan_metadata("naked", ["csam"])[:2] == (ContentCategory.ILLEGAL, 0.99)


def test_words_of_different_tags_make_no_phrase() -> None:
    assert ContentScanner().scan_metadata("", ["buy", "followers"])[0] is ContentCategory.SAFE
    assert ContentScanner().scan_metadata("", ["buy followers"])[0] is ContentCategory.SPAM


def test_text_too_long_to_scan_is_unknown_unless_its_beginning_is_unsafe() -> None:
    scanner = ContentScanner()
    assert scanner.scan_metadata(description="a " * 5_000)[0] is ContentCategory.SAFE
    assert scanner.scan_metadata(description="a " * 5_001) == (
        ContentCategory.UNKNOWN,
        0.0,
        ["description: too long to be scanned whole"],
    )
    assert scanner.scan_metadata(description="hentai " + "a " * 6_000)[0] is ContentCategory.NSFW


@pytest.mark.parametrize(
    "arguments",
    [
        {"title": None},
        {"title": b"bytes"},
        {"tags": "cat"},
        {"tags": b"cat"},
        {"tags": 7},
        {"tags": ["cat", None]},
        {"tags": ["t"] * 201},
        {"description": 1},
    ],
)
def test_what_is_no_text_is_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ModerationInputError) as caught:
        ContentScanner().scan_metadata(**arguments)  # type: ignore[arg-type]
    assert caught.value.code == "invalid_moderation_input"


def test_own_rules_are_used() -> None:
    rules = TextRules.default().extended(words={"spam": ["frobnicate/d"]})
    assert ContentScanner(text_rules=rules).scan_metadata("frobnicated cat")[0] is ContentCategory.SPAM


def test_without_a_visual_scanner_a_picture_is_unknown() -> None:
    scanner = ContentScanner()
    assert not scanner.can_see
    category, confidence, reasons = scanner.scan_visual_content("missing.gif", "abc")
    assert (category, confidence) == (ContentCategory.UNKNOWN, 0.0)
    assert reasons == ["no visual scanner is configured, so nobody has looked at the picture"]


def test_a_known_hash_needs_no_look() -> None:
    camera = Eyes(Seen())
    scanner = ContentScanner(visual_scanner=camera, known_hashes={"bad": ContentCategory.ILLEGAL})
    assert scanner.scan_visual_content("x.gif", "bad")[:2] == (ContentCategory.ILLEGAL, 1.0)
    assert camera.asked == []
    assert scanner.scan_visual_content("x.gif", "other")[:2] == (ContentCategory.SAFE, 0.99)
    assert camera.asked == [("x.gif", True)]
    assert scanner.can_see


@pytest.mark.parametrize(
    ("flagged", "category"),
    [
        ({"sexual": 0.9}, ContentCategory.NSFW),
        ({"sexual/minors": 0.4, "sexual": 0.9}, ContentCategory.ILLEGAL),
        ({"violence/graphic": 0.9}, ContentCategory.GRAPHIC_VIOLENCE),
        ({"self-harm/intent": 0.9}, ContentCategory.GRAPHIC_VIOLENCE),
        ({"self_harm": 0.9}, ContentCategory.GRAPHIC_VIOLENCE),
        ({"hate": 0.9, "violence": 0.9}, ContentCategory.HATE_SPEECH),
        ({"illicit/violent": 0.9}, ContentCategory.ILLEGAL),
        ({"something new": 0.9}, ContentCategory.UNKNOWN),
        ({}, ContentCategory.UNKNOWN),
    ],
)
def test_flagged_names_become_our_categories(flagged: dict[str, float], category: ContentCategory) -> None:
    found = read_visual_result(Seen(False, 0.9, ["seen"], flagged))
    assert found == (category, 0.9, ["seen"])


def test_every_category_of_the_moderation_service_is_mapped() -> None:
    names = (
        "harassment harassment/threatening hate hate/threatening illicit illicit/violent self-harm"
        " self-harm/intent self-harm/instructions sexual sexual/minors violence violence/graphic"
    )
    assert ContentCategory.UNKNOWN not in {category_of(name) for name in names.split()}


def test_unsafe_without_words_still_has_a_reason() -> None:
    assert read_visual_result(Seen(False, 0.7))[2] == ["the picture is not safe"]


@pytest.mark.parametrize(
    ("result", "retriable"),
    [
        (Seen(False, 0.0, ["scan failed"], metadata={"error": "service_unreachable"}), True),
        (Seen(False, 0.0, ["scan failed"], metadata={"error": "rate_limited"}), True),
        (Seen(False, 0.0, ["scan failed"], metadata={"error": "bad_image"}), False),
        (Seen(True, 0.99, metadata={"error": "bad_image"}), False),
        (Seen(True, 0.99, ["but this"]), False),
        (Seen(True, 0.99, [], {"sexual": 0.9}), False),
        (Seen(True, math.nan), False),
        (Seen(True, 1.2), False),
        (Seen(False, 0.9, [], {"sexual": math.nan}), False),
        (Seen(True, 0.99, None), False),  # type: ignore[arg-type]
        (None, False),
        ({"is_safe": True, "confidence": 1.0}, False),
    ],
)
def test_a_failed_or_contradictory_result_is_an_error(result: Seen, retriable: bool) -> None:
    with pytest.raises(ScanFailedError) as caught:
        ContentScanner(visual_scanner=Eyes(result)).scan_visual_content("x.gif", "h")
    assert caught.value.retriable is retriable


def test_truthy_is_not_safe() -> None:
    assert read_visual_result(Seen("yes", 0.99))[0] is ContentCategory.UNKNOWN  # type: ignore[arg-type]


def test_violations_found_beside_a_failure_count() -> None:
    result = Seen(False, 0.93, ["nudity"], {"sexual": 0.93}, {"error": "incomplete_scan"})
    assert read_visual_result(result)[:2] == (ContentCategory.NSFW, 0.93)
