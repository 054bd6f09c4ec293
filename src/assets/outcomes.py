"""What a store of assets answers: what it has, and what became of a change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assets.record import AssetRecord
    from assets.references import Reference


@dataclass(frozen=True, slots=True)
class StoredAsset:
    """A record and everybody who holds it, the oldest first; those that were released stay until erased."""

    record: AssetRecord
    references: tuple[Reference, ...]

    def held_by(self, account_id: str) -> Reference | None:
        """Return an account's reference, or None if it has none that counts."""
        mine = self.reference_of(account_id)
        return None if mine is None or mine.deleted_at is not None else mine

    def reference_of(self, account_id: str) -> Reference | None:
        """Return an account's reference, one that waits for the end of its grace period too."""
        return next((one for one in self.references if one.account_id == account_id), None)


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of filing, and the account's reference as it is now.

    `refused` says that a verdict on these bytes keeps them out; the reference is then the one not taken.
    `upload_ended` says that the account's library counts the asset in the place of its upload.
    """

    record: AssetRecord
    reference: Reference
    created: bool
    mine_was_there: bool
    refused: bool = False
    upload_ended: bool = False


class Outcome(StrEnum):
    """What became of a decision."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    """It was decided so before: messages come more than once."""
    UNKNOWN = "unknown"
    CONFLICT = "conflict"
    ILLEGAL = "illegal"
