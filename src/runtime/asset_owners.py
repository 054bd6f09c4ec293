"""Assets' owners through the `ASSET` binding, and what the edge Worker keeps of assets through `EDGE`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

from assets.record import AssetRecord
from assets.references import Reference
from assets.store import Outcome, StoredAsset
from delivery.publication import Decided
from runtime.object_calls import answer_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assets.judged import Judged

OWNER = "the owner of the asset"


class AssetOwners:
    """One `Asset` object per asset id."""

    def __init__(self, namespace: Any) -> None:  # noqa: ANN401 - a binding
        self._namespace = namespace

    async def read(self, asset_id: str) -> StoredAsset | None:
        """Return an asset with everybody who holds it, or None."""
        answer = await answer_of(self._of(asset_id).read(asset_id), OWNER)
        if answer is None:
            return None
        references = tuple(Reference.from_wire(one) for one in answer["references"])
        return StoredAsset(AssetRecord.from_wire(answer["record"]), references)

    async def amend(
        self, asset_id: str, account_id: str, changes: Mapping[str, Any], expected_version: int | None
    ) -> tuple[AssetRecord, Reference] | Literal["unknown", "conflict", "deleted"]:
        """Change an account's words or visibility if its reference is at the expected version."""
        answer = await answer_of(
            self._of(asset_id).amend(asset_id, account_id, dict(changes), expected_version), OWNER
        )
        match Outcome(answer["outcome"]):
            case Outcome.UNKNOWN:
                return "unknown"
            case Outcome.CONFLICT:
                return "conflict"
            case Outcome.ILLEGAL:
                return "deleted"
            case _:
                return AssetRecord.from_wire(answer["record"]), Reference.from_wire(answer["reference"])

    async def release(
        self, asset_id: str, account_id: str, grace_seconds: float, expected_version: int | None
    ) -> bool:
        """Let go of an account's reference; False if it is not at the expected version."""
        answer = await answer_of(
            self._of(asset_id).release(asset_id, account_id, time.time(), grace_seconds, expected_version),
            OWNER,
        )
        return answer["left"] is not None

    async def restore(self, asset_id: str, account_id: str) -> bool:
        """Undo a release in time; False if there is nothing to undo."""
        answer = await answer_of(self._of(asset_id).restore(asset_id, account_id), OWNER)
        return bool(answer["restored"])

    async def decide(
        self,
        asset_id: str,
        state: str,
        reason: str,
        expected_version: int | None,
        seq: int | None = None,
        judged: Judged | None = None,
    ) -> Decided:
        """Move an asset to another state if that is legal and it is at the expected version.

        `seq` is the event of the ledger that says so: a conflict if a later one was obeyed. `judged` is what
        of the accounts' words an approval covers.
        """
        words = None if judged is None else judged.to_wire()
        answer = await answer_of(
            self._of(asset_id).decide(asset_id, state, reason, expected_version, seq, words), OWNER
        )
        record = answer.get("record")
        return Decided(
            Outcome(answer["outcome"]),
            None if record is None else AssetRecord.from_wire(record),
            answer.get("cause", ""),
        )

    async def confirm(self, asset_id: str, judged: Judged) -> bool:
        """Settle what was judged of an asset that was decided on; False for one that is not there."""
        return await answer_of(self._of(asset_id).confirm(asset_id, judged.to_wire()), OWNER) is not None

    def _of(self, asset_id: str) -> Any:  # noqa: ANN401 - a stub
        return self._namespace.getByName(asset_id)


class EdgeCopies:
    """The edge Worker, in the data centre that this request is in."""

    def __init__(self, edge: Any) -> None:  # noqa: ANN401 - a binding
        self._edge = edge

    async def purge(self, asset_id: str, tags: Sequence[str]) -> None:
        """Forget an asset's record and bytes there."""
        await answer_of(self._edge.purge(asset_id, list(tags)), "the edge Worker")

    async def purge_link(self, code: str) -> None:
        """Forget a link there."""
        await answer_of(self._edge.purge_link(code), "the edge Worker")
