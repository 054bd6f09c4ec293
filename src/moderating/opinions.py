"""What single looks say, and the one verdict that they come to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ai_safety_scanner import CATEGORY_THRESHOLDS
from casework.inputs import MAX_CATEGORIES, MAX_ID_CHARACTERS, MAX_REASON_CHARACTERS
from moderation import ContentCategory, ModerationDecision, Verdict, read_visual_result, verdict_of
from moderation.decisions import GRAVEST_FIRST, decide_verdict, gravest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ai_safety_scanner import SafetyScanResult
    from moderating.content import Content
    from moderating.settings import Settings
    from moderation import Thresholds

STRICT: Final = True
"""Lenient would approve what a scanner called unsafe with little confidence."""
MAX_SCORES: Final = 64
NO_MODEL: Final = "rules"
"""What stands for the model where no service answered."""

_NAMES_NOTHING = (ContentCategory.SAFE, ContentCategory.UNKNOWN)
_RECORDED_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,63}")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one look says. `reason` is a code, with a colon and details behind it where there are any."""

    decision: ModerationDecision
    reason: str = ""
    categories: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    model: str = ""


def flagged(reason: str) -> Opinion:
    """Return the opinion that a person has to look."""
    return Opinion(ModerationDecision.FLAGGED, reason)


def pending(reason: str) -> Opinion:
    """Return the opinion that another look may help."""
    return Opinion(ModerationDecision.PENDING, reason)


def rejected(reason: str, *categories: str) -> Opinion:
    """Return the opinion that this must not be seen."""
    return Opinion(ModerationDecision.REJECTED, reason, categories)


def by_rules(source: str, verdict: Verdict, thresholds: Thresholds) -> Opinion:
    """Return what the rules' verdict on some words comes to."""
    decision = decide_verdict(verdict, thresholds, STRICT)
    if verdict.category is ContentCategory.SAFE and decision is ModerationDecision.APPROVED:
        return Opinion(decision)
    reasons = ", ".join(one.removeprefix(f"{verdict.source}: ") for one in verdict.reasons)
    return Opinion(decision, f"{source}_rules: {reasons}", _named(verdict), _rule_score(verdict))


def by_model(source: str, result: SafetyScanResult, thresholds: Thresholds) -> Opinion:
    """Return what the service's answers about words or pictures come to.

    A failure is pending or flagged as the library's table says; what was found beside it counts all the same.
    """
    verdict = verdict_of(source, lambda: read_visual_result(result))
    decision = decide_verdict(verdict, thresholds, STRICT)
    return Opinion(
        decision,
        "" if decision is ModerationDecision.APPROVED else _against(source, verdict, result),
        (*_named(verdict), *result.categories_flagged),
        {f"{source}/{name}": score for name, score in _scores(result).items()},
        str(result.metadata.get("model", "")),
    )


def _against(source: str, verdict: Verdict, result: SafetyScanResult) -> str:
    """Return the reason of whatever is not approved."""
    error = result.metadata.get("error")
    if verdict.error:
        return f"{error or 'bad_answer'}: {source}"
    if result.categories_flagged:
        return f"unsafe_{source}: {', '.join(result.violations)}"
    name, score = max(_scores(result).items(), key=lambda one: one[1], default=("nothing", 0.0))
    return f"unsure_{source}: {name} ({score:.2f})"


def _scores(result: SafetyScanResult) -> dict[str, float]:
    scores = result.metadata.get("scores")
    return scores if isinstance(scores, dict) else {}


def _named(verdict: Verdict) -> tuple[str, ...]:
    return () if verdict.category in _NAMES_NOTHING else (verdict.category.value,)


def _rule_score(verdict: Verdict) -> dict[str, float]:
    return {f"rules/{name}": verdict.confidence for name in _named(verdict)}


def verdict_from(content: Content, opinions: Sequence[Opinion], settings: Settings) -> dict[str, Any]:
    """Return the verdict of all opinions as the ledger takes it, within its bounds."""
    ordered = sorted(opinions, key=lambda one: GRAVEST_FIRST.index(one.decision))
    reasons = [one.reason for one in ordered if one.reason]
    categories = dict.fromkeys(name for one in ordered for name in one.categories)
    models = dict.fromkeys(one.model for one in ordered if one.model)
    return {
        "sha256": content.sha256,
        "decision": gravest(one.decision for one in opinions).value,
        "reason": _text("; ".join(reasons) or "nothing_found", MAX_REASON_CHARACTERS),
        "categories": [name for name in categories if _RECORDED_NAME.fullmatch(name)][:MAX_CATEGORIES],
        "scores": _recorded_scores(ordered),
        "model": _text(", ".join(models) or NO_MODEL, MAX_ID_CHARACTERS),
        "thresholds": _thresholds(settings, asked_model=bool(models)),
    }


def _recorded_scores(opinions: Sequence[Opinion]) -> dict[str, float]:
    """Return the highest scores: whatever a service adds to its answers, the record stays short."""
    found: dict[str, float] = {}
    for name, score in (pair for one in opinions for pair in one.scores.items()):
        if _RECORDED_NAME.fullmatch(name):
            found[name] = max(score, found.get(name, 0.0))
    highest = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(highest[:MAX_SCORES])


def _thresholds(settings: Settings, *, asked_model: bool) -> dict[str, Any]:
    known = {"approve": settings.thresholds.approve, "reject": settings.thresholds.reject, "strict": STRICT}
    return {**known, "categories": dict(CATEGORY_THRESHOLDS)} if asked_model else known


def _text(text: str, longest: int) -> str:
    """Return a text that can be kept: bounded, and without half a surrogate pair."""
    return text.encode(errors="replace").decode()[:longest]
