"""Looking at a file: still pictures of it, one call each. What limits refuse goes to a person by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ai_safety_scanner import ScanError, image_samples
from ai_safety_scanner.isolate import MAX_FILE_BYTES, MAX_STILL_BYTES, within_isolate
from moderating.opinions import Opinion, flagged, pending
from moderating.settings import Unseen
from moderation import ModerationDecision

if TYPE_CHECKING:
    from ai_safety_scanner import Sample
    from moderating.content import Content

NEEDS_FRAMES: Final = {
    "video/mp4": "video_needs_frames",
    "video/webm": "video_needs_frames",
    "image/avif": "unsupported_type",
}
"""Types that need not be read to know that only a media runner can take pictures of them."""
STILL_TYPES: Final = frozenset({"image/png", "image/jpeg", "image/webp"})


def unseen(choice: Unseen) -> Opinion:
    """Return what becomes of a file where there is nothing to look with."""
    if choice is Unseen.APPROVE:
        return Opinion(ModerationDecision.APPROVED, "unseen_picture: approved by the operator's choice")
    return flagged("unseen_picture")


async def samples_of(content: Content) -> list[Sample] | Opinion:
    """Return the pictures that stand for the file, or why there are none."""
    refused = _refusal(content)
    if refused or content.read is None:
        return flagged(refused)
    data = await content.read()
    if data is None:
        return pending("file_missing")
    try:
        return image_samples(within_isolate(lambda: data)())
    except ScanError as error:
        detail = error.details.get("gif_error")
        return flagged(f"{error.code}: {detail}" if detail else error.code)


def _refusal(content: Content) -> str:
    """Return what tells already that the file cannot be looked at here, or nothing."""
    if content.content_type in NEEDS_FRAMES:
        return NEEDS_FRAMES[content.content_type]
    most = MAX_STILL_BYTES if content.content_type in STILL_TYPES else MAX_FILE_BYTES
    return "file_too_large" if content.size_bytes > most else ""
