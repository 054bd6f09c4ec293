"""From scores to a verdict: the thresholds, and how several verdicts become one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ai_safety_scanner.results import ERRORS, SafetyScanResult, ScanError, failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ai_safety_scanner.contract import Answer

CATEGORY_THRESHOLDS: Final[dict[str, float]] = {
    "harassment": 0.7,
    "harassment/threatening": 0.5,
    "hate": 0.5,
    "hate/threatening": 0.4,
    "illicit": 0.7,
    "illicit/violent": 0.4,
    "self-harm": 0.5,
    "self-harm/instructions": 0.3,
    "self-harm/intent": 0.4,
    "sexual": 0.5,
    "sexual/minors": 0.1,
    "violence": 0.7,
    "violence/graphic": 0.5,
}
DEFAULT_THRESHOLD: Final = 0.5
"""For a category that the service adds after this table was written."""
NSFW_CATEGORIES: Final = frozenset({"sexual"})
"""What `check_nsfw=False` lets pass; sexual/minors never is."""
FLAGGED_WITHOUT_CATEGORY: Final = "flagged"


def judge(answer: Answer, *, check_nsfw: bool = True) -> SafetyScanResult:
    """Return the verdict on one text or picture.

    A category is violated when the service says so or its score reaches the threshold, and whatever the
    service flags is unsafe even when it names no category.
    """
    allowed = frozenset() if check_nsfw else NSFW_CATEGORIES
    violated = {
        name: score
        for name, score in answer.scores.items()
        if name in answer.categories or score >= CATEGORY_THRESHOLDS.get(name, DEFAULT_THRESHOLD)
    }
    counted = {name: score for name, score in violated.items() if name not in allowed}
    if answer.flagged and not violated:
        counted = {FLAGGED_WITHOUT_CATEGORY: max(answer.scores.values())}
    metadata: dict[str, object] = {
        "model": answer.model,
        "answer_ids": [answer.id],
        "thresholds": dict(CATEGORY_THRESHOLDS),
        "scores": dict(answer.scores),
    }
    worst = max((score for name, score in answer.scores.items() if name not in allowed), default=1.0)
    return _verdict(counted, 1.0 - worst, metadata)


def merge_results(results: Sequence[SafetyScanResult], expected: int) -> SafetyScanResult:
    """Return the worst of the verdicts on the pieces of one thing.

    One failed or missing piece makes the whole a failure: not safe, with the code of the first. Violations
    found beside a failure keep their scores and the confidence that follows from them.
    """
    if not expected:
        return failed(ScanError("nothing_to_scan"))
    errors = [result for result in results if "error" in result.metadata]
    if not errors and len(results) != expected:
        errors = [failed(ScanError("incomplete_scan"))]
    sound = [result for result in results if "error" not in result.metadata]
    flagged: dict[str, float] = {}
    for result in sound:
        for name, score in result.categories_flagged.items():
            flagged[name] = max(score, flagged.get(name, 0.0))
    metadata = _merged_metadata(sound)
    merged = _verdict(flagged, min((result.confidence for result in sound), default=0.0), metadata)
    if errors:
        merged.is_safe = False
        merged.confidence = max(flagged.values(), default=0.0)
        merged.violations += dict.fromkeys(line for result in errors for line in result.violations)
        merged.metadata.update(errors[0].metadata)
    return merged


def overall(results: Sequence[object]) -> tuple[bool, list[str], float]:
    """Return (is_safe, violations, confidence) over the scans of one upload.

    Safe needs at least one result and every one of them safe, without a violation or an error; then the
    confidence is the lowest. Otherwise it is the highest of those that are not safe, and 0.0 for an error.
    """
    unsafe = [result for result in results if not _is_sound_and_safe(result)]
    if not results or unsafe:
        scans = [result for result in unsafe if isinstance(result, SafetyScanResult)]
        violations = dict.fromkeys(line for scan in scans for line in scan.violations)
        if not violations:
            violations = {f"scan failed: {ERRORS['incomplete_scan' if results else 'nothing_to_scan']}": None}
        return False, list(violations), max((_usable(scan.confidence) for scan in scans), default=0.0)
    return (
        True,
        [],
        min(result.confidence for result in results if isinstance(result, SafetyScanResult)),
    )


def _is_sound_and_safe(result: object) -> bool:
    return (
        isinstance(result, SafetyScanResult)
        and result.is_safe is True
        and not result.violations
        and "error" not in result.metadata
        and 0.0 <= result.confidence <= 1.0
    )


def _usable(confidence: float) -> float:
    return confidence if 0.0 <= confidence <= 1.0 else 0.0


def _verdict(
    flagged: dict[str, float], confidence_when_safe: float, metadata: dict[str, object]
) -> SafetyScanResult:
    ordered = dict(sorted(flagged.items(), key=lambda item: (-item[1], item[0])))
    return SafetyScanResult(
        is_safe=not ordered,
        confidence=max(ordered.values()) if ordered else confidence_when_safe,
        violations=[f"{name} ({score:.2f})" for name, score in ordered.items()],
        categories_flagged=ordered,
        metadata=metadata,
    )


def _merged_metadata(sound: Sequence[SafetyScanResult]) -> dict[str, object]:
    if not sound:
        return {}
    scores: dict[str, float] = {}
    ids: list[object] = []
    for result in sound:
        for name, score in _items(result.metadata.get("scores")):
            scores[name] = max(score, scores.get(name, 0.0))
        found = result.metadata.get("answer_ids")
        ids += found if isinstance(found, list) else []
    return {**sound[0].metadata, "scores": scores, "answer_ids": list(dict.fromkeys(ids))}


def _items(scores: object) -> list[tuple[str, float]]:
    return list(scores.items()) if isinstance(scores, dict) else []
