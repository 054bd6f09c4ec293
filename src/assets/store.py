"""Assets in SQL, keyed by asset id: many in process, one in the Durable Object that owns an asset."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assets.judged import Judged
from assets.names import keys, original_key
from assets.outcomes import Filed, Outcome, StoredAsset
from assets.record import AssetRecord, Variant, changed, is_open
from assets.references import Reference, amended, summary, worded
from assets.rows import AssetRows
from assets.states import APPROVED, PENDING, REFUSED, is_legal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AssetStore", "Filed", "Outcome", "StoredAsset"]


class AssetStore(AssetRows):
    """The assets of one database. Reading never creates anything; the tables come with the first asset.

    An asset whose last reference was erased leaves its version, so that a later one goes on counting, and,
    if it was rejected or taken down, its record. `litter` names bytes that nothing leads to any more.
    """

    def file(self, record: AssetRecord, reference: Reference) -> Filed:
        """Take in an asset, or one more reference to one that is there; a reference that is there stays.

        One more reference is confirmed at once only if everybody may see the asset.
        """
        self._tables.create()
        return self._database.transaction(lambda: self._file(record, reference))

    def refer(self, asset_id: str, reference: Reference, now: float) -> AssetRecord | None:
        """Add an account's reference or change its words and visibility; None for an unknown asset.

        A reference keeps the moment at which it was made, and stays confirmed. A new one is confirmed at once
        only if everybody may see the asset.
        """

        def work() -> AssetRecord | None:
            stored = self.read(asset_id)
            if stored is None or (stored.record.state in REFUSED and not stored.references):
                return None
            mine = stored.held_by(reference.account_id)
            since = mine.created_at if mine else reference.created_at
            newer = replace(
                reference,
                created_at=since,
                deleted_at=None,
                erase_at=None,
                confirmed=is_open(stored.record) or (mine is not None and mine.confirmed),
                shown=mine.shown if mine else reference.shown,
            )
            self._put_reference(asset_id, worded(newer, mine, now), stored)
            return self._summarise(stored.record, now)

        return self._database.transaction(work)

    def amend(
        self,
        asset_id: str,
        account_id: str,
        changes: Mapping[str, Any],
        expected_version: int | None,
        now: float,
    ) -> Outcome:
        """Change an account's words or visibility if its reference is at the expected version.

        What was released is illegal to change.
        """

        def work() -> Outcome:
            stored = self.read(asset_id)
            mine = stored.reference_of(account_id) if stored else None
            if stored is None or mine is None:
                return Outcome.UNKNOWN
            if mine.deleted_at is not None:
                return Outcome.ILLEGAL
            if expected_version is not None and mine.version != expected_version:
                return Outcome.CONFLICT
            newer = worded(amended(mine, changes), mine, now)
            if newer == mine:
                return Outcome.UNCHANGED
            self._put_reference(asset_id, newer, stored)
            self._summarise(stored.record, now)
            return Outcome.CHANGED

        return self._database.transaction(work)

    def release(
        self,
        asset_id: str,
        account_id: str,
        now: float,
        grace_seconds: float,
        expected_version: int | None = None,
    ) -> int | None:
        """Mark an account's reference as deleted; return how many are left that count.

        It can be restored until the grace period ends. Releasing again does not prolong that, but may end it
        sooner. None says that the reference is not at the expected version.
        """

        def work() -> int | None:
            stored = self.read(asset_id)
            mine = stored.reference_of(account_id) if stored else None
            if stored is not None and mine is not None:
                if expected_version is not None and mine.version != expected_version:
                    return None
                since, end = mine.deleted_at, now + max(0.0, grace_seconds)
                if mine.erase_at is None or end < mine.erase_at:
                    newer = replace(mine, deleted_at=now if since is None else since, erase_at=end)
                    self._put_reference(asset_id, newer, stored)
                    self._summarise(stored.record, now)
            return sum(one.deleted_at is None for one in self._references(asset_id)) if stored else 0

        return self._database.transaction(work)

    def restore(self, asset_id: str, account_id: str, now: float) -> bool:
        """Undo a release whose grace period has not ended; False if there is nothing to undo."""

        def work() -> bool:
            stored = self.read(asset_id)
            mine = stored.reference_of(account_id) if stored else None
            if stored is None or mine is None or mine.erase_at is None or mine.erase_at <= now:
                return False
            self._put_reference(asset_id, replace(mine, deleted_at=None, erase_at=None), stored)
            self._summarise(stored.record, now)
            return True

        return self._database.transaction(work)

    def hear(self, asset_id: str, seq: int) -> bool:
        """Note that an event of the ledger is to be obeyed; False if a later one was heard of before.

        So a decision that comes late cannot undo one that overtook it.
        """
        if not self._tables.exist():
            return True
        rows = self._database.execute(
            "UPDATE assets SET heard_seq = CAST(? AS INTEGER) WHERE asset_id = ?"
            " AND heard_seq <= CAST(? AS INTEGER) RETURNING asset_id",
            seq,
            asset_id,
            seq,
        )
        return bool(rows) or not self.version(asset_id)

    def judge(self, asset_id: str, state: str, reason: str, expected_version: int | None) -> Outcome:
        """Say what would become of a decision, without taking it."""
        stored = self.read(asset_id)
        if stored is None:
            return Outcome.UNKNOWN
        record = stored.record
        if record.state == state and record.reason == reason:
            return Outcome.UNCHANGED
        if expected_version is not None and record.version != expected_version:
            return Outcome.CONFLICT
        # Verdicts whose bytes are gone stay: there is nothing to put up again.
        if not stored.references or not is_legal(record.state, state):
            return Outcome.ILLEGAL
        return Outcome.CHANGED

    def decide(
        self,
        asset_id: str,
        state: str,
        reason: str,
        expected_version: int | None,
        now: float,
        key: str = "",
        judged: Judged | None = None,
    ) -> Outcome:
        """Move an asset to another state if that is legal. `key` is where its original lies from now on.

        An approval settles what was judged with it, and nothing else; what hides the asset from all may be
        told to everybody who holds it.
        """

        def work() -> Outcome:
            outcome = self.judge(asset_id, state, reason, expected_version)
            stored = self.read(asset_id)
            if outcome is not Outcome.CHANGED or stored is None:
                return outcome
            for one in stored.references:
                hides = state != APPROVED
                self._settle(
                    asset_id, one, Judged(one.account_id) if hides else judged, is_approved=not hides
                )
            before = original_key(stored.record)
            after = key or before
            decided = replace(stored.record, state=state, reason=reason, key=after, decided_at=now)
            self._summarise(decided, now)
            if after != before:
                self._litter([before])
                self.tidied(after)
            return outcome

        return self._database.transaction(work)

    def confirm(self, asset_id: str, judged: Judged, now: float) -> bool:
        """Settle what was judged of an asset that was decided on; tell whether that changed anything.

        While the asset itself waits, its decision will do so.
        """
        if not self._tables.exist():
            return False

        def work() -> bool:
            stored = self.read(asset_id)
            if stored is None or stored.record.state == PENDING:
                return False
            is_approved = stored.record.state == APPROVED
            settled = [
                self._settle(asset_id, one, judged, is_approved=is_approved) for one in stored.references
            ]
            if not any(settled):
                return False
            self._summarise(stored.record, now)
            return True

        return self._database.transaction(work)

    def add_variant(self, asset_id: str, extension: str, variant: Variant, now: float) -> AssetRecord | None:
        """Note another format of an asset whose bytes are in place; None for an unknown asset."""

        def work() -> AssetRecord | None:
            stored = self.read(asset_id)
            if stored is None or not stored.references:
                return None
            variants = {**stored.record.variants, extension: variant}
            return self._put(changed(stored.record, now, variants=variants))

        return self._database.transaction(work)

    def expire(self, now: float) -> None:
        """Erase the references whose grace period ended.

        An asset that loses its last one loses its bytes, which become litter.
        """
        if self._tables.exist():
            self._database.transaction(lambda: self._expire(now))

    def next_end(self) -> float | None:
        """Return when the next grace period ends."""
        if not self._tables.exist():
            return None
        (row,) = self._database.execute("SELECT min(erase_at) AS at FROM asset_references")
        return None if row["at"] is None else float(row["at"])

    def _file(self, record: AssetRecord, reference: Reference) -> Filed:
        stored = self.read(record.asset_id)
        reference = worded(reference, None, reference.created_at)
        if stored is None:
            version = self.version(record.asset_id)
            first = self._put_reference(record.asset_id, replace(reference, confirmed=True), None)
            self.tidied(*keys(record))
            return Filed(self._summarise(replace(record, version=version), None), first, True, False)
        mine = stored.held_by(reference.account_id)
        if mine is not None:
            return Filed(stored.record, mine, False, True)
        if stored.record.state in REFUSED:
            return Filed(stored.record, reference, False, False, refused=True)
        one_more = replace(reference, confirmed=is_open(stored.record))
        one_more = self._put_reference(record.asset_id, one_more, stored)
        return Filed(self._summarise(stored.record, reference.created_at), one_more, False, False)

    def _settle(self, asset_id: str, one: Reference, judged: Judged | None, *, is_approved: bool) -> bool:
        """Write what was judged of a reference, if that is news; no account's version tells of it."""
        settled = one if judged is None else judged.settle(one, is_approved=is_approved)
        if settled != one:
            self._write_reference(asset_id, settled)
        return settled != one

    def _expire(self, now: float) -> None:
        rows = self._database.execute(
            "DELETE FROM asset_references WHERE erase_at <= ? RETURNING asset_id", now
        )
        for asset_id in {row["asset_id"] for row in rows}:
            stored = self.read(asset_id)
            if stored is None:
                continue
            if stored.references:
                # One version later, so that the library of who let go hears that it is over.
                self._summarise(stored.record, now)
                continue
            self._litter(keys(stored.record))
            if stored.record.state in REFUSED:
                self._put(changed(stored.record, now, variants={}))
            else:
                self._database.execute(
                    "UPDATE assets SET record = NULL, version = version + 1 WHERE asset_id = ?", asset_id
                )

    def _summarise(self, record: AssetRecord, now: float | None) -> AssetRecord:
        """Store what follows from the references, one version later; a new record keeps no change time."""
        seen = summary(self._references(record.asset_id))
        return self._put(
            replace(
                record,
                version=record.version + 1,
                updated_at=now,
                held=seen.held,
                visibility=seen.visibility,
                title=seen.title,
                tags=seen.tags,
                description=seen.description,
                awaited=seen.awaited,
            )
        )
