"""What takes an asset out of reach: its owner commits first, then the edge forgets its copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from assets.record import is_open
from assets.store import Outcome
from delivery.representations import tags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assets.record import AssetRecord


class Decided(NamedTuple):
    """What became of a decision, and the record as it is now. `cause` says more of an illegal one."""

    outcome: Outcome
    record: AssetRecord | None = None
    cause: str = ""


class Judge(Protocol):
    """The objects that own assets."""

    async def decide(self, asset_id: str, state: str, reason: str, expected_version: int | None) -> Decided:
        """Move an asset to another state if that is legal and it is at the expected version."""
        ...


class EdgeCopies(Protocol):
    """What the edge keeps of assets and links."""

    async def purge(self, asset_id: str, tags: Sequence[str]) -> None:
        """Forget an asset's record and bytes in this data centre."""
        ...

    async def purge_link(self, code: str) -> None:
        """Forget a link, under all its codes, in this data centre."""
        ...


async def decide(
    judge: Judge,
    copies: EdgeCopies,
    asset_id: str,
    state: str,
    reason: str,
    expected_version: int | None = None,
) -> Decided:
    """Decide on an asset and withdraw it if it is out of reach now; a port's error passes through.

    Deciding the same again does no harm and withdraws again: that is what to do after an error.
    """
    decided = await judge.decide(asset_id, state, reason, expected_version)
    if decided.record is not None and decided.outcome in (Outcome.CHANGED, Outcome.UNCHANGED):
        await withdraw(copies, decided.record)
    return decided


async def withdraw(copies: EdgeCopies, record: AssetRecord) -> None:
    """Have the edge forget an asset, unless everybody may go on seeing it."""
    if not is_open(record):
        await copies.purge(record.asset_id, tags(record))
