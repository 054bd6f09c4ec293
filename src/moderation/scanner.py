"""The documented scanner: text by rules, pictures by whatever visual scanner is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.decisions import UNSEEN
from moderation.model import ContentCategory, ModerationInputError
from moderation.text.rules import MAX_SCANNED_CHARACTERS, TextRules
from moderation.visual import read_visual_result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moderation.visual import VisualScanner

Scan = tuple[ContentCategory, float, list[str]]
CLEAN_TEXT_CONFIDENCE = 0.97
"""How sure "no rule matched" is: rules miss things, so never 1."""
MAX_TAGS = 200
_MAX_REASON_TEXT = 80


class ContentScanner:
    """Scans text with `text_rules` and pictures with `visual_scanner`.

    `known_hashes` maps file hashes to categories that are certain without looking. Without a visual scanner a
    picture whose hash is not known is UNKNOWN, never SAFE.
    """

    def __init__(
        self,
        *,
        text_rules: TextRules | None = None,
        visual_scanner: VisualScanner | None = None,
        known_hashes: Mapping[str, ContentCategory] | None = None,
    ) -> None:
        self._rules = text_rules or TextRules.default()
        self._visual = visual_scanner
        self._known = dict(known_hashes or {})

    @property
    def can_see(self) -> bool:
        """Whether a visual scanner is configured."""
        return self._visual is not None

    def scan_metadata(
        self, title: str = "", tags: Iterable[str] | None = None, description: str = ""
    ) -> Scan:
        """Return category, confidence and reasons for the text; raise ModerationInputError.

        The surest finding names the category, the gravest where two are equally sure. No text breaks no rule:
        it is SAFE with confidence 1.0. Text longer than 10,000 characters is UNKNOWN unless its beginning is
        unsafe already.
        """
        fields = text_fields(title, tags, description)
        findings = [(name, finding) for name, text in fields for finding in self._rules.find(text)]
        if findings:
            worst = max(findings, key=lambda one: one[1].confidence)[1]
            reasons = [
                f"{name}: {finding.category.value} ({finding.matched[:_MAX_REASON_TEXT]!r})"
                for name, finding in findings
            ]
            return worst.category, worst.confidence, list(dict.fromkeys(reasons))
        too_long = [name for name, text in fields if len(text) > MAX_SCANNED_CHARACTERS]
        if too_long:
            return (
                ContentCategory.UNKNOWN,
                0.0,
                [f"{name}: too long to be scanned whole" for name in too_long],
            )
        return ContentCategory.SAFE, CLEAN_TEXT_CONFIDENCE if fields else 1.0, ["no text rule matched"]

    def scan_visual_content(self, file_path: str, file_hash: str) -> Scan:
        """Return category, confidence and reasons for the picture; raise ScanFailedError if it cannot."""
        known = self._known.get(file_hash)
        if known is not None:
            return known, 1.0, ["the file's hash is on the list of known files"]
        if self._visual is None:
            return UNSEEN.category, UNSEEN.confidence, [UNSEEN.reasons[0].removeprefix("visual: ")]
        return read_visual_result(self._visual.scan_image(file_path, check_nsfw=True))


def text_fields(
    title: str = "", tags: Iterable[str] | None = None, description: str = ""
) -> list[tuple[str, str]]:
    """Return the non-empty texts with the names of their fields; raise ModerationInputError."""
    if isinstance(tags, (str, bytes)):
        raise ModerationInputError("tags must be a list of texts, not one text")
    try:
        listed = list(tags or ())
    except TypeError as error:
        raise ModerationInputError("tags must be a list of texts") from error
    if len(listed) > MAX_TAGS:
        raise ModerationInputError(f"at most {MAX_TAGS} tags are allowed")
    fields = [("title", title), *(("tag", tag) for tag in listed), ("description", description)]
    for name, text in fields:
        if not isinstance(text, str):
            raise ModerationInputError(f"{name} must be a text, not {type(text).__name__}")
    return [(name, text) for name, text in fields if text.strip()]
