"""The decision table, cell by cell, and what several verdicts come to."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import (
    Assessment,
    ContentCategory,
    ModerationDecision,
    ModerationInputError,
    ScanFailedError,
    Thresholds,
    Verdict,
    assess,
    decide,
    verdict_of,
)
from moderation.model import UNSAFE_CATEGORIES

APPROVED, REJECTED, FLAGGED, PENDING = (
    ModerationDecision.APPROVED,
    ModerationDecision.REJECTED,
    ModerationDecision.FLAGGED,
    ModerationDecision.PENDING,
)
SAFE, UNKNOWN, NSFW, ILLEGAL = (
    ContentCategory.SAFE,
    ContentCategory.UNKNOWN,
    ContentCategory.NSFW,
    ContentCategory.ILLEGAL,
)
DEFAULTS = Thresholds()
BELOW_APPROVE, BELOW_REJECT = math.nextafter(0.95, 0), math.nextafter(0.80, 0)


def test_every_category_is_safe_unknown_or_unsafe() -> None:
    assert {SAFE, UNKNOWN, *UNSAFE_CATEGORIES} == set(ContentCategory)


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    ("confidence", "decision"),
    [(1.0, APPROVED), (0.95, APPROVED), (BELOW_APPROVE, FLAGGED), (0.80, FLAGGED), (0.0, FLAGGED)],
)
def test_safe_needs_the_approve_threshold(
    confidence: float, decision: ModerationDecision, strict: bool
) -> None:
    assert decide(SAFE, confidence, DEFAULTS, strict) is decision


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("confidence", [0.0, 0.5, 0.95, 1.0])
def test_unknown_always_goes_to_a_person(confidence: float, strict: bool) -> None:
    assert decide(UNKNOWN, confidence, DEFAULTS, strict) is FLAGGED


@pytest.mark.parametrize("category", UNSAFE_CATEGORIES)
@pytest.mark.parametrize(
    ("confidence", "strictly", "leniently"),
    [
        (1.0, REJECTED, REJECTED),
        (0.80, REJECTED, REJECTED),
        (BELOW_REJECT, FLAGGED, FLAGGED),
        (0.5, FLAGGED, FLAGGED),
        (0.06, FLAGGED, FLAGGED),
        (0.05, FLAGGED, APPROVED),
        (0.0, FLAGGED, APPROVED),
    ],
)
def test_unsafe_is_rejected_flagged_or_weak(
    category: ContentCategory, confidence: float, strictly: ModerationDecision, leniently: ModerationDecision
) -> None:
    assert decide(category, confidence, DEFAULTS, True) is strictly
    assert decide(category, confidence, DEFAULTS, False) is leniently


@pytest.mark.parametrize("nonsense", [math.nan, math.inf, -math.inf, -0.01, 1.01, True, "0.99", None])
def test_a_confidence_that_is_none_is_flagged_whatever_the_category(nonsense: object) -> None:
    for category, strict in product(ContentCategory, (True, False)):
        assert decide(category, nonsense, Thresholds(0.0, 0.0), strict) is FLAGGED  # type: ignore[arg-type]


@settings(deadline=None)
@given(
    st.sampled_from(ContentCategory),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_strict_approves_only_what_is_safe_and_sure(
    category: ContentCategory, confidence: float, approve: float, reject: float
) -> None:
    thresholds = Thresholds(approve, reject)
    strictly = decide(category, confidence, thresholds, True)
    leniently = decide(category, confidence, thresholds, False)
    assert (strictly is APPROVED) == (category is SAFE and confidence >= approve)
    assert (strictly is REJECTED) == (category in UNSAFE_CATEGORIES and confidence >= reject)
    assert PENDING not in (strictly, leniently)
    assert strictly is leniently or (strictly, leniently) == (FLAGGED, APPROVED)


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.1, 1.1, True, "0.5", None])
def test_thresholds_must_be_numbers_from_zero_to_one(value: object) -> None:
    with pytest.raises(ModerationInputError, match="auto_approve_threshold"):
        Thresholds(value, 0.8)  # type: ignore[arg-type]
    with pytest.raises(ModerationInputError, match="auto_reject_threshold"):
        Thresholds(0.8, value)  # type: ignore[arg-type]


def _verdict(source: str, category: ContentCategory, confidence: float) -> Verdict:
    return Verdict(source, category, confidence, (f"{source}: {category.value}",))


CLEAN_TEXT = _verdict("text", SAFE, 0.97)
CLEAN_PICTURE = _verdict("visual", SAFE, 0.99)
OUTAGE = Verdict("visual", UNKNOWN, 0.0, ("visual: down",), "down", retriable=True)
BROKEN = Verdict("visual", UNKNOWN, 0.0, ("visual: broken",), "broken")


@pytest.mark.parametrize(
    ("text", "visual", "strictly", "leniently"),
    [
        (CLEAN_TEXT, CLEAN_PICTURE, APPROVED, APPROVED),
        (CLEAN_TEXT, None, FLAGGED, APPROVED),
        (None, CLEAN_PICTURE, APPROVED, APPROVED),
        (None, None, FLAGGED, FLAGGED),
        (_verdict("text", NSFW, 0.9), None, REJECTED, REJECTED),
        (_verdict("text", NSFW, 0.6), None, FLAGGED, FLAGGED),
        (_verdict("text", NSFW, 0.6), CLEAN_PICTURE, FLAGGED, FLAGGED),
        (_verdict("text", NSFW, 0.02), CLEAN_PICTURE, FLAGGED, APPROVED),
        (CLEAN_TEXT, _verdict("visual", NSFW, 0.9), REJECTED, REJECTED),
        (CLEAN_TEXT, OUTAGE, PENDING, PENDING),
        (CLEAN_TEXT, BROKEN, FLAGGED, FLAGGED),
        (_verdict("text", NSFW, 0.6), OUTAGE, FLAGGED, FLAGGED),
        (_verdict("text", NSFW, 0.9), OUTAGE, REJECTED, REJECTED),
        (None, OUTAGE, PENDING, PENDING),
    ],
)
def test_the_gravest_decision_wins(
    text: Verdict | None,
    visual: Verdict | None,
    strictly: ModerationDecision,
    leniently: ModerationDecision,
) -> None:
    assert assess(text, visual, DEFAULTS, True).decision is strictly
    assert assess(text, visual, DEFAULTS, False).decision is leniently


def test_an_approval_is_as_sure_as_its_least_sure_verdict() -> None:
    assert assess(CLEAN_TEXT, CLEAN_PICTURE, DEFAULTS, True) == Assessment(
        APPROVED, SAFE, 0.97, ("text: safe", "visual: safe"), ()
    )
    weak = assess(_verdict("text", NSFW, 0.04), CLEAN_PICTURE, DEFAULTS, False)
    assert (weak.category, weak.confidence) == (SAFE, 0.96)


def test_a_rejection_names_its_category_and_gives_only_reasons_against() -> None:
    found = assess(_verdict("text", NSFW, 0.9), CLEAN_PICTURE, DEFAULTS, True)
    assert (found.category, found.confidence, found.reasons) == (NSFW, 0.9, ("text: nsfw",))


def test_the_graver_category_names_what_two_verdicts_reject() -> None:
    found = assess(_verdict("text", NSFW, 0.99), _verdict("visual", ILLEGAL, 0.85), DEFAULTS, True)
    assert (found.category, found.confidence) == (ILLEGAL, 0.85)
    assert found.reasons == ("text: nsfw", "visual: illegal")


def test_errors_are_told_apart_from_reasons() -> None:
    found = assess(CLEAN_TEXT, BROKEN, DEFAULTS, False)
    assert found.errors == ("visual: broken",)
    assert found.category is UNKNOWN


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "safe",
        (SAFE, 0.99),
        [SAFE, 0.99, []],
        ("safe", 0.99, []),
        ("mostly harmless", 0.99, []),
        (SAFE, math.nan, []),
        (SAFE, math.inf, []),
        (SAFE, 1.5, []),
        (SAFE, -0.5, []),
        (SAFE, True, []),
        (SAFE, "0.99", []),
        (SAFE, 0.99, "fine"),
        (SAFE, 0.99, [1]),
    ],
)
def test_a_nonsensical_answer_is_an_error_and_never_approved(answer: object) -> None:
    verdict = verdict_of("visual", lambda: answer)
    assert verdict.error
    assert not verdict.retriable
    for strict in (True, False):
        assert assess(CLEAN_TEXT, verdict, DEFAULTS, strict).decision is FLAGGED


@pytest.mark.parametrize(
    ("raised", "decision"),
    [
        (RuntimeError("boom"), FLAGGED),
        (KeyError("missing"), FLAGGED),
        (RecursionError(), FLAGGED),
        (ScanFailedError("no answer"), FLAGGED),
        (ScanFailedError("try again", retriable=True), PENDING),
    ],
)
def test_a_scanner_that_raises_is_never_approved(raised: Exception, decision: ModerationDecision) -> None:
    def scan() -> object:
        raise raised

    verdict = verdict_of("visual", scan)
    assert verdict.error
    assert assess(CLEAN_TEXT, verdict, DEFAULTS, False).decision is decision


def test_a_long_error_is_cut_and_an_interrupt_is_not_swallowed() -> None:
    def fail() -> object:
        raise ValueError("x" * 10_000)

    def stop() -> object:
        raise KeyboardInterrupt

    assert len(verdict_of("text", fail).error) == 300
    with pytest.raises(KeyboardInterrupt):
        verdict_of("text", stop)
