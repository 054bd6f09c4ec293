"""What a picture scanner is to this package, and how its result reads as a category."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from moderation.model import UNSAFE_CATEGORIES, ContentCategory, ScanFailedError, is_confidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class VisualResult(Protocol):
    """The result of one picture scan, as `ai_safety_scanner.SafetyScanResult` has it."""

    @property
    def is_safe(self) -> bool:
        """Whether the picture may be shown."""
        ...

    @property
    def confidence(self) -> float:
        """How sure that is, 0 to 1."""
        ...

    @property
    def violations(self) -> Sequence[str]:
        """What is wrong with it, in words."""
        ...

    @property
    def categories_flagged(self) -> Mapping[str, float]:
        """The flagged categories, by the scanner's names, with their scores."""
        ...

    @property
    def metadata(self) -> Mapping[str, object]:
        """More about the scan; `error` in it is the code of a scan that failed."""
        ...


class VisualScanner(Protocol):
    """Anything that looks at a picture file, such as `ai_safety_scanner.OpenAIVisionScanner`."""

    def scan_image(self, file_path: str, check_nsfw: bool = True) -> VisualResult:
        """Return what the picture shows; a failed scan is never safe."""
        ...


RETRIABLE_ERRORS = frozenset({"service_unreachable", "service_error", "rate_limited"})
"""Error codes of a scan that may succeed later."""

# By the first part of the name, before a slash; a full name wins over its first part.
_CATEGORIES = {
    "sexual": ContentCategory.NSFW,
    "sexual/minors": ContentCategory.ILLEGAL,
    "nsfw": ContentCategory.NSFW,
    "nudity": ContentCategory.NSFW,
    "violence": ContentCategory.GRAPHIC_VIOLENCE,
    "gore": ContentCategory.GRAPHIC_VIOLENCE,
    "self-harm": ContentCategory.GRAPHIC_VIOLENCE,
    "hate": ContentCategory.HATE_SPEECH,
    "harassment": ContentCategory.HATE_SPEECH,
    "illicit": ContentCategory.ILLEGAL,
    "illegal": ContentCategory.ILLEGAL,
    "spam": ContentCategory.SPAM,
}


def category_of(name: str) -> ContentCategory:
    """Return the category for a scanner's own name; UNKNOWN for a name nobody has mapped."""
    lowered = name.lower().replace("_", "-")
    found = _CATEGORIES.get(lowered) or _CATEGORIES.get(lowered.partition("/")[0])
    return found or ContentCategory.UNKNOWN


def read_visual_result(result: VisualResult) -> tuple[ContentCategory, float, list[str]]:
    """Return category, confidence and reasons; raise ScanFailedError for a failed or contradictory result.

    Violations found beside a failure still count: the gravest mapped category is reported.
    """
    try:
        safe, confidence, error = result.is_safe, result.confidence, result.metadata.get("error")
        violations, flagged = list(result.violations), dict(result.categories_flagged)
    except (AttributeError, TypeError, ValueError) as problem:
        raise ScanFailedError(f"the visual scanner's result is not usable: {problem}") from problem
    if not is_confidence(confidence) or not all(is_confidence(score) for score in flagged.values()):
        raise ScanFailedError("the visual scanner's confidence is not a number from 0 to 1")
    if safe is True and not error:
        if violations or flagged:
            raise ScanFailedError("the visual scanner calls the picture safe and names violations")
        return ContentCategory.SAFE, float(confidence), ["nothing found in the picture"]
    found = {category_of(str(name)) for name in flagged}
    graves = [category for category in UNSAFE_CATEGORIES if category in found]
    if error and not graves:
        raise ScanFailedError(f"the visual scan failed: {error}", retriable=error in RETRIABLE_ERRORS)
    reasons = [str(violation) for violation in violations] or ["the picture is not safe"]
    return (graves or [ContentCategory.UNKNOWN])[0], float(confidence), reasons
