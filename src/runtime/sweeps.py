"""What the cron handler tidies."""

from __future__ import annotations

from typing import Any

QUARANTINE_PREFIX = "quarantine/"
UNFINISHED_UPLOAD_SECONDS = 24 * 3600


async def sweep_quarantine(bucket: Any, now: float) -> int:  # noqa: ANN401 - an R2 binding
    """Delete uploads that nobody decided on for a day; return how many."""
    listing = await bucket.list({"prefix": QUARANTINE_PREFIX})
    old = [
        item.key
        for item in listing.objects
        if item.uploaded.getTime() / 1000 < now - UNFINISHED_UPLOAD_SECONDS
    ]
    if old:
        await bucket.delete(old)
    return len(old)
