"""What several test files of this folder say often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moderation import ModerationDecision, ModerationPipeline, ModerationResult

Make = Callable[..., ModerationPipeline]
APPROVED, REJECTED, FLAGGED, PENDING = (
    ModerationDecision.APPROVED,
    ModerationDecision.REJECTED,
    ModerationDecision.FLAGGED,
    ModerationDecision.PENDING,
)


def moderate(pipeline: ModerationPipeline, asset_id: str = "asset", **more: Any) -> ModerationResult:
    """Scan an asset of which only the title and the like matter."""
    return pipeline.moderate_content(asset_id, "uploads/x.gif", "hash", **more)
