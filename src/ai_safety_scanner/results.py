"""What a scan comes to, and what keeps it from coming to anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

ERRORS: Final[dict[str, str]] = {
    "missing_api_key": "no OpenAI API key is configured",
    "unusable_api_key": "the OpenAI API key holds characters that no key has",
    "nothing_to_scan": "there was nothing to scan",
    "text_too_long": "the text is too long to scan",
    "unreadable_file": "the file could not be read",
    "empty_file": "the file is empty",
    "file_too_large": "the file is too large to scan",
    "unsupported_type": "the file is of no type that can be scanned",
    "video_needs_frames": "a video is scanned through frames taken by the media runner",
    "animated_image": "an animated PNG or WebP would be judged by its first frame only",
    "bad_image": "the picture is malformed",
    "bad_gif": "the GIF is malformed or over the limits",
    "service_unreachable": "the service could not be reached in time",
    "service_error": "the service failed",
    "rate_limited": "the service asked to slow down",
    "key_refused": "the service refused the API key",
    "request_refused": "the service refused the request",
    "unexpected_status": "the service answered with an unexpected status",
    "bad_answer": "the service's answer could not be understood",
    "incomplete_scan": "not everything was scanned",
}


@dataclass
class SafetyScanResult:
    """The outcome of one scan.

    `confidence` is how sure the verdict is: 1 minus the worst score when safe, the worst violating score when
    not, and 0.0 when the scan failed. A failed scan is never safe: its code is `metadata["error"]`.
    `categories_flagged` maps each violated category to its score.
    """

    is_safe: bool
    confidence: float
    violations: list[str] = field(default_factory=list)
    categories_flagged: dict[str, float] = field(default_factory=dict)
    metadata: dict[str, object] = field(default_factory=dict)


class ScanError(Exception):
    """A scan that cannot be done or believed; `code` is a key of ERRORS, `details` is safe to show."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(ERRORS[code])
        self.code = code
        self.details = details


def failed(error: ScanError) -> SafetyScanResult:
    """Return the result of a scan that failed: not safe, no confidence, the code in the metadata."""
    return SafetyScanResult(
        is_safe=False,
        confidence=0.0,
        violations=[f"scan failed: {error}"],
        metadata={"error": error.code, **error.details},
    )
