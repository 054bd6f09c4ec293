"""Counts what a walk costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uploads.errors import UploadError

if TYPE_CHECKING:
    from uploads.limits import UploadLimits


class Budget:
    """What one file may still cost: steps, and bytes that are neither picture nor sound."""

    def __init__(self, limits: UploadLimits) -> None:
        self._blocks_left = limits.max_blocks
        self._metadata_left = limits.max_metadata_bytes

    def step(self, blocks: int = 1) -> None:
        """Charge pieces of the file's structure."""
        self._blocks_left -= blocks
        if self._blocks_left < 0:
            raise UploadError("too_many_blocks")

    def metadata(self, size: int) -> None:
        """Charge bytes that only describe, before they are passed."""
        self._metadata_left -= size
        if self._metadata_left < 0:
            raise UploadError("too_much_metadata")
