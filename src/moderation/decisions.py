"""From verdicts to a decision: pure, and the only place that approves anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation.model import (
    UNSAFE_CATEGORIES,
    ContentCategory,
    ModerationDecision,
    ScanFailedError,
    Thresholds,
    is_confidence,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_ERROR_CHARACTERS = 300
GRAVEST_FIRST = (
    ModerationDecision.REJECTED,
    ModerationDecision.FLAGGED,
    ModerationDecision.PENDING,
    ModerationDecision.APPROVED,
)
"""An outage does not delay what a person has to see anyway."""


@dataclass(frozen=True)
class Verdict:
    """What one scanner says. With `error` it says nothing; `retriable` then means that it may later."""

    source: str
    category: ContentCategory
    confidence: float
    reasons: tuple[str, ...] = ()
    error: str = ""
    retriable: bool = False


@dataclass(frozen=True)
class Assessment:
    """What all verdicts come to."""

    decision: ModerationDecision
    category: ContentCategory
    confidence: float
    reasons: tuple[str, ...]
    errors: tuple[str, ...]


def decide(
    category: ContentCategory, confidence: float, thresholds: Thresholds, strict: bool
) -> ModerationDecision:
    """Return the decision on one category at one confidence.

    | category | confidence                  | strict   | lenient  |
    |----------|-----------------------------|----------|----------|
    | safe     | at least `approve`          | approved | approved |
    | safe     | less                        | flagged  | flagged  |
    | unknown  | any                         | flagged  | flagged  |
    | unsafe   | at least `reject`           | rejected | rejected |
    | unsafe   | so low that safe is at      |          |          |
    |          | least `approve` sure        | flagged  | approved |
    | unsafe   | in between                  | flagged  | flagged  |

    A confidence that is no number from 0 to 1 is flagged, whatever the category.
    """
    if not is_confidence(confidence):
        return ModerationDecision.FLAGGED
    if category is ContentCategory.SAFE:
        sure = confidence >= thresholds.approve
        return ModerationDecision.APPROVED if sure else ModerationDecision.FLAGGED
    if category not in UNSAFE_CATEGORIES:
        return ModerationDecision.FLAGGED
    if confidence >= thresholds.reject:
        return ModerationDecision.REJECTED
    if not strict and 1 - confidence >= thresholds.approve:
        return ModerationDecision.APPROVED
    return ModerationDecision.FLAGGED


def assess(text: Verdict | None, visual: Verdict | None, thresholds: Thresholds, strict: bool) -> Assessment:
    """Return what the verdicts come to: the gravest decision, and why.

    None means that there was nothing to look with or at. Without a visual verdict strict content is flagged
    and lenient content goes by its text; without any verdict everything is flagged.
    """
    verdicts = [verdict for verdict in (text, visual) if verdict is not None]
    if visual is None and (strict or not verdicts):
        verdicts.append(UNSEEN)
    decided = [(decide_verdict(verdict, thresholds, strict), verdict) for verdict in verdicts]
    decision = gravest(one for one, _ in decided)
    deciding = [verdict for one, verdict in decided if one is decision]
    named = min(deciding, key=_weight)
    if decision is ModerationDecision.APPROVED:
        confidence = min(_safe_confidence(verdict) for verdict in deciding)
        category = ContentCategory.SAFE
    else:
        confidence, category = named.confidence, named.category
    against = [verdict for one, verdict in decided if one is not ModerationDecision.APPROVED]
    reasons = (reason for verdict in against or deciding for reason in verdict.reasons)
    errors = tuple(f"{verdict.source}: {verdict.error}" for verdict in verdicts if verdict.error)
    return Assessment(decision, category, confidence, tuple(dict.fromkeys(reasons)), errors)


def gravest(decisions: Iterable[ModerationDecision]) -> ModerationDecision:
    """Return the decision that counts among several; to have none is no reason to approve."""
    return min(decisions, key=GRAVEST_FIRST.index, default=ModerationDecision.FLAGGED)


def decide_verdict(verdict: Verdict, thresholds: Thresholds, strict: bool) -> ModerationDecision:
    """Return the decision on one verdict: a failed scan is flagged, or pending when a retry may help."""
    if verdict.error:
        return ModerationDecision.PENDING if verdict.retriable else ModerationDecision.FLAGGED
    return decide(verdict.category, verdict.confidence, thresholds, strict)


def verdict_of(source: str, scan: Callable[[], object]) -> Verdict:
    """Run a scanner and return its verdict; whatever it raises or says that makes no sense is an error."""
    try:
        answer = scan()
    except ScanFailedError as error:
        return failed(source, str(error), retriable=error.retriable)
    except Exception as error:  # noqa: BLE001 - an unforeseen failure must flag the content, not pass it
        return failed(source, f"{type(error).__name__}: {error}")
    nonsense = _nonsense(answer)
    if nonsense or not isinstance(answer, tuple):
        return failed(source, nonsense)
    category, confidence, reasons = answer
    return Verdict(source, category, float(confidence), tuple(f"{source}: {reason}" for reason in reasons))


def _nonsense(answer: object) -> str:
    """Return what makes a scanner's answer unusable, or nothing."""
    if not isinstance(answer, tuple) or len(answer) != 3:
        return "the scanner did not answer with category, confidence and reasons"
    category, confidence, reasons = answer
    if not isinstance(category, ContentCategory):
        return f"the scanner named an unknown category: {category!r}"
    if not is_confidence(confidence):
        return f"the scanner's confidence is not a number from 0 to 1: {confidence!r}"
    if not isinstance(reasons, (list, tuple)) or not all(isinstance(reason, str) for reason in reasons):
        return "the scanner's reasons are not a list of texts"
    return ""


def failed(source: str, message: str, *, retriable: bool = False) -> Verdict:
    """Return the verdict of a scan that failed."""
    short = message[:MAX_ERROR_CHARACTERS]
    reason = f"{source}: the scan failed, so nothing is known ({short})"
    return Verdict(source, ContentCategory.UNKNOWN, 0.0, (reason,), short or "failed", retriable)


UNSEEN = Verdict(
    "visual",
    ContentCategory.UNKNOWN,
    0.0,
    ("visual: no visual scanner is configured, so nobody has looked at the picture",),
)


def _weight(verdict: Verdict) -> tuple[int, float]:
    known = verdict.category in UNSAFE_CATEGORIES
    return (
        UNSAFE_CATEGORIES.index(verdict.category) if known else len(UNSAFE_CATEGORIES),
        -verdict.confidence,
    )


def _safe_confidence(verdict: Verdict) -> float:
    return verdict.confidence if verdict.category is ContentCategory.SAFE else 1 - verdict.confidence
