"""Text scans against the stub service."""

from __future__ import annotations

import pytest

from ai_safety_scanner import CATEGORY_THRESHOLDS, OpenAIModerationScanner
from ai_safety_scanner.text import (
    MAX_TEXT_CHARACTERS,
    OVERLAP_CHARACTERS,
    PIECE_CHARACTERS,
    text_pieces,
    upload_text,
)
from tests.stubs.http_server import json_reply
from tests.stubs.openai import MODEL, OpenAIStub, answer, result


def test_harmless_words_are_safe_with_the_confidence_of_their_worst_score(
    text_scanner: OpenAIModerationScanner, stub: OpenAIStub
) -> None:
    scan = text_scanner.scan_text("Funny Cat GIF")
    assert scan.is_safe is True
    assert scan.confidence == pytest.approx(0.99)
    assert (scan.violations, scan.categories_flagged) == ([], {})
    assert scan.metadata["model"] == MODEL
    assert scan.metadata["thresholds"] == CATEGORY_THRESHOLDS
    assert scan.metadata["answer_ids"] == ["modr-1"]
    assert stub.requests[0].json() == {"model": "omni-moderation-latest", "input": ["Funny Cat GIF"]}


def test_violations_are_named_worst_first_with_their_scores(text_scanner: OpenAIModerationScanner) -> None:
    scan = text_scanner.scan_text("murder and a slur")
    assert scan.is_safe is False
    assert scan.violations == ["harassment (0.95)", "violence (0.91)", "hate (0.80)"]
    assert scan.categories_flagged == {"harassment": 0.95, "violence": 0.91, "hate": 0.8}
    assert scan.confidence == 0.95


@pytest.mark.parametrize(
    ("changes", "violations"),
    [
        ({"category_scores": {"sexual/minors": 0.1}}, ["sexual/minors (0.10)"]),
        ({"category_scores": {"sexual/minors": 0.0999}}, []),
        ({"category_scores": {"violence": 0.69}}, []),
        ({"categories": {"violence": True}, "category_scores": {"violence": 0.2}}, ["violence (0.20)"]),
        ({"flagged": True}, ["flagged (0.01)"]),
        ({"categories": {"new": False}, "category_scores": {"new": 0.5}}, ["new (0.50)"]),
        ({"categories": {"new": True}, "category_scores": {"new": 0.1}, "flagged": True}, ["new (0.10)"]),
    ],
)
def test_flags_and_thresholds_each_suffice(
    text_scanner: OpenAIModerationScanner, stub: OpenAIStub, changes: dict[str, object], violations: list[str]
) -> None:
    made = result()
    for name, value in changes.items():
        made[name] = {**made[name], **value} if isinstance(value, dict) else value
    stub.script(json_reply(answer(made)))
    scan = text_scanner.scan_text("x")
    assert scan.violations == violations
    assert scan.is_safe is (not violations)


def test_a_long_text_is_judged_in_pieces_of_one_call_and_the_worst_counts(
    text_scanner: OpenAIModerationScanner, stub: OpenAIStub
) -> None:
    scan = text_scanner.scan_text("harmless " * 500 + "murder " + "harmless " * 500)
    assert len(stub.requests) == 1
    assert len(stub.texts[0]) == 5
    assert scan.violations == ["violence (0.91)"]


@pytest.mark.parametrize(
    "length", [1, PIECE_CHARACTERS, PIECE_CHARACTERS + 1, 3800, 3801, MAX_TEXT_CHARACTERS]
)
def test_pieces_cover_the_text_and_share_their_edges(length: int) -> None:
    text = "".join(chr(0x4E00 + number % 20000) for number in range(length))
    pieces = text_pieces(text)
    assert pieces[0] + "".join(piece[OVERLAP_CHARACTERS:] for piece in pieces[1:]) == text
    assert all(0 < len(piece) <= PIECE_CHARACTERS for piece in pieces)
    assert all(len(piece) > OVERLAP_CHARACTERS for piece in pieces[1:])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "nothing_to_scan"),
        (" \n\t", "nothing_to_scan"),
        ("x" * (MAX_TEXT_CHARACTERS + 1), "text_too_long"),
    ],
)
def test_text_that_cannot_be_scanned_is_not_safe(
    text_scanner: OpenAIModerationScanner, stub: OpenAIStub, text: str, code: str
) -> None:
    scan = text_scanner.scan_text(text)
    assert (scan.is_safe, scan.confidence, scan.metadata["error"]) == (False, 0.0, code)
    assert scan.violations
    assert stub.requests == []


def test_half_a_surrogate_pair_is_scanned_and_not_an_exception(
    text_scanner: OpenAIModerationScanner, stub: OpenAIStub
) -> None:
    assert text_scanner.scan_text("cat \ud83d").is_safe
    assert stub.texts == [["cat ?"]]


@pytest.mark.parametrize(
    ("title", "tags", "description", "text"),
    [
        ("Cat", ["a", "b"], "Flips", "Cat\na, b\nFlips"),
        ("Cat", None, "", "Cat"),
        ("", ["a"], "", "a"),
        ("", "one", "", "one"),
        ("", [], "", ""),
        ("  ", ["", " "], " ", ""),
        (None, None, None, ""),
    ],
)
def test_the_words_of_an_upload_are_one_text(
    title: str, tags: list[str], description: str, text: str
) -> None:
    assert upload_text(title, tags, description) == text
