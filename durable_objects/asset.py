"""`Asset`: one object per asset id. It owns the record, the accounts' references and the bytes."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from assets.judged import Judged
from assets.names import keys, media_key, original_key, projection_key
from assets.projection import (
    ERASED,
    erased_entry,
    library_account,
    library_destination,
    library_entry,
    moderation_destination,
)
from assets.record import AssetRecord, Variant, is_open, is_settled
from assets.references import Reference
from assets.states import APPROVED
from assets.store import AssetStore, Outcome
from durable_objects.asset_bytes import AssetBytes, MissingBytesError
from durable_objects.deliveries import Deliveries, each
from durable_objects.storage import DurableDatabase
from moderating.messages import asset_message
from sql_port.outbox import Outbox
from workers import DurableObject

if TYPE_CHECKING:
    from assets.store import Filed, StoredAsset

KV = "kv"


class Asset(DurableObject):
    """Owns one asset. An object nobody filed anything in writes nothing: asking leaves no storage behind."""

    def __init__(self, ctx: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
        super().__init__(ctx, env)
        database = DurableDatabase(self.ctx.storage)
        self._store = AssetStore(database)
        self._outbox = Outbox(database, "asset_outbox")
        self._deliveries = Deliveries(self.ctx.storage, "asset_projection_delayed")
        self._bytes = AssetBytes(self.env.MEDIA)
        # Copying, deleting and telling KV take turns, so that none meets another half-way.
        self._turns = asyncio.Lock()

    async def file(self, arrived: str) -> str:
        """Take in an asset whose bytes are in place, or one more reference to one that is there.

        `arrived` is the JSON of a record, a reference and the id of the upload that it ends, if it does.
        Bytes of an asset that was not created are the caller's to delete, and an upload that was not ended is
        the caller's to end.
        """
        wire, reference, upload_id = json.loads(arrived)
        held = Reference.from_wire(reference)
        filed = self._store.file(AssetRecord.from_wire(wire), held)
        if not filed.refused:
            self._outbox.expect(library_destination(held.account_id))
        if not filed.refused and not filed.mine_was_there:
            self._outbox.forget(moderation_destination(held.account_id))
        await self._deliveries.schedule()
        ended = bool(upload_id) and not filed.refused and await self._end_upload(upload_id, filed)
        return json.dumps(
            {
                "record": filed.record.to_wire(),
                "reference": filed.reference.to_wire(),
                "created": filed.created,
                "mine_was_there": filed.mine_was_there,
                "refused": filed.refused,
                "upload_ended": ended,
            }
        )

    async def read(self, asset_id: str) -> dict[str, Any] | None:
        """Return the record and all references, or None for an asset that is not there."""
        stored = self._store.read(asset_id)
        if stored is None:
            return None
        references = [reference.to_wire() for reference in stored.references]
        return {"record": stored.record.to_wire(), "references": references}

    async def refer(self, asset_id: str, reference: dict[str, Any]) -> dict[str, Any] | None:
        """Add or change an account's reference; None for an asset that is not there."""
        held = Reference.from_wire(reference)
        record = self._store.refer(asset_id, held, time.time())
        if record is None:
            return None
        self._outbox.expect(library_destination(held.account_id))
        self._outbox.forget(moderation_destination(held.account_id))
        await self._deliveries.schedule()
        stored = self._store.read(asset_id)
        mine = stored.reference_of(held.account_id) if stored else None
        return {"record": record.to_wire(), "reference": (mine or held).to_wire()}

    async def confirm(self, asset_id: str, judged: dict[str, Any]) -> dict[str, Any] | None:
        """Settle what was judged of an asset that was decided on; None for an asset that is not there."""
        if self._store.read(asset_id) is None:
            return None
        confirmed = self._store.confirm(asset_id, Judged.from_wire(judged), time.time())
        if confirmed:
            await self._deliveries.schedule()
        return {"confirmed": confirmed}

    async def amend(
        self, asset_id: str, account_id: str, changes: dict[str, Any], expected_version: int | None
    ) -> dict[str, Any]:
        """Change an account's words or visibility; `expected_version` is that of its reference."""
        version = None if expected_version is None else int(expected_version)
        outcome = self._store.amend(asset_id, account_id, changes, version, time.time())
        if outcome is Outcome.CHANGED:
            async with self._turns:
                await self._published(asset_id)
        stored = self._store.read(asset_id)
        mine = stored.reference_of(account_id) if stored else None
        answer = _decided(outcome, stored)
        return answer if mine is None else {**answer, "reference": mine.to_wire()}

    async def release(
        self,
        asset_id: str,
        account_id: str,
        now: float,
        grace_seconds: float,
        expected_version: int | None = None,
    ) -> dict[str, Any]:
        """Delete an account's reference, with a time to change one's mind; the last one takes the bytes.

        `left` is None if the reference is not at the expected version.
        """
        version = None if expected_version is None else int(expected_version)
        left = self._store.release(asset_id, account_id, now, grace_seconds, version)
        if self._store.version(asset_id):
            async with self._turns:
                await self._published(asset_id)
        return {"left": left}

    async def restore(self, asset_id: str, account_id: str) -> dict[str, Any]:
        """Undo a release in time."""
        restored = self._store.restore(asset_id, account_id, time.time())
        if restored:
            await self._deliveries.schedule()
        return {"restored": restored}

    async def decide(
        self,
        asset_id: str,
        state: str,
        reason: str,
        expected_version: int | None,
        seq: int | None = None,
        judged: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Move the asset to another state; approved bytes are in place before anybody hears of it.

        `seq` is the event of the ledger that says so: one that a later event overtook is a conflict. `judged`
        is what of the accounts' words an approval covers.
        """
        async with self._turns:
            if seq is not None and not self._store.hear(asset_id, int(seq)):
                return _decided(Outcome.CONFLICT, self._store.read(asset_id))
            version = None if expected_version is None else int(expected_version)
            outcome = self._store.judge(asset_id, state, reason, version)
            stored = self._store.read(asset_id)
            if outcome is not Outcome.CHANGED or stored is None:
                return _decided(outcome, stored)
            try:
                key = await self._publish(stored.record) if state == APPROVED else ""
            except MissingBytesError as error:
                print(json.dumps({"level": "error", "event": "asset_bytes_missing", "error": str(error)}))
                return {**_decided(Outcome.ILLEGAL, stored), "cause": "bytes_missing"}
            # References may have changed meanwhile, which is no conflict; the state cannot have.
            words = None if judged is None else Judged.from_wire(judged)
            outcome = self._store.decide(asset_id, state, reason, None, time.time(), key, words)
            await self._published(asset_id)
            return _decided(outcome, self._store.read(asset_id))

    async def add_variant(
        self, asset_id: str, extension: str, variant: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Note another format whose bytes are in place; None for an asset that is not there."""
        made = Variant.from_wire(extension, variant)
        record = self._store.add_variant(asset_id, extension, made, time.time())
        if record is None:
            return None
        await self._deliveries.schedule()
        return {"record": record.to_wire()}

    async def discard(self, asset_id: str, found: list[str]) -> dict[str, int]:
        """Delete keys of this asset that its record does not name.

        Only the owner can tell, because it puts nothing there meanwhile.
        """
        async with self._turns:
            stored = self._store.read(asset_id)
            named = keys(stored.record) if stored is not None and stored.references else []
            orphans = [key for key in found if key not in named]
            if orphans:
                await self._bytes.delete(orphans)
        return {"removed": len(orphans)}

    async def alarm(self) -> None:
        """Erase what is due, delete litter, tell KV and the libraries, and ask moderation for a look."""
        await self._deliveries.run(self._work, self._store.next_end)

    async def _end_upload(self, upload_id: str, filed: Filed) -> bool:
        """Have the library count the asset in the place of its upload; it need not be told again then."""
        account_id = filed.reference.account_id
        entry = library_entry(filed.record, filed.reference)
        try:
            await self.env.LIBRARY.getByName(account_id).end_upload(upload_id, json.dumps([entry]))
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller ends it and the alarm tells
            print(json.dumps({"level": "warning", "event": "upload_not_ended", "error": str(error)}))
            return False
        self._outbox.delivered(library_destination(account_id), filed.record.version)
        return True

    async def _publish(self, record: AssetRecord) -> str:
        """Put the original where it is delivered from, and return that key.

        It is litter until the record names it: after a crash, or a failure whose put arrived all the same,
        the alarm deletes it. Until then the alarm waits for its turn.
        """
        target = media_key(record.asset_id, record.extension)
        if target != original_key(record):
            self._store.expect_litter(target)
            await self._deliveries.schedule()
            await self._bytes.publish(record, target)
        return target

    async def _published(self, asset_id: str) -> None:
        """Have readers told; KV hears at once of what nobody may see any more, before a purge reads it again.

        For callers who have the turn: two writes at once could arrive in the wrong order.
        """
        await self._deliveries.schedule()
        stored = self._store.read(asset_id)
        if stored is None or is_open(stored.record):
            return
        try:
            await self._tell_kv(asset_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the alarm tries again
            print(json.dumps({"level": "warning", "event": "asset_withdrawal_delayed", "error": str(error)}))

    async def _work(self) -> None:
        async with self._turns:
            self._store.expire(time.time())
            await each(self._tell_readers, self._ask_moderation)

    async def _tell_readers(self) -> None:
        # Their copies first: what they still name should still be there.
        for asset_id in self._store.ids():
            await self._tell_kv(asset_id)
            await self._tell_libraries(asset_id)
        while litter := self._store.litter():
            await self._bytes.delete(litter)
            self._store.tidied(*litter)

    async def _ask_moderation(self) -> None:
        """Have each account's words for the asset looked at, once since they are as they are."""
        for asset_id in self._store.ids():
            stored = self._store.read(asset_id)
            for one in stored.references if stored else ():
                destination = moderation_destination(one.account_id)
                if one.worded_at is not None and self._outbox.is_due(destination, one.worded):
                    await self.env.MODERATION.send(asset_message(asset_id, one.account_id, one.worded))
                    self._outbox.delivered(destination, one.worded)

    async def _tell_kv(self, asset_id: str) -> None:
        """Have KV say what the record does, from the first on that readers go by there."""
        while self._outbox.is_due(KV, version := self._store.version(asset_id)):
            stored = self._store.read(asset_id)
            if KV not in self._outbox.destinations():
                if stored is None or not is_settled(stored.record):
                    return
                # Before KV is told: it may hear, and nobody here that it did.
                self._outbox.expect(KV)
            if stored is None:
                await self.env.METADATA.delete(projection_key(asset_id))
            else:
                await self.env.METADATA.put(projection_key(asset_id), json.dumps(stored.record.to_wire()))
            self._outbox.delivered(KV, version)

    async def _tell_libraries(self, asset_id: str) -> None:
        for destination in self._outbox.destinations():
            account_id = library_account(destination)
            while account_id is not None and self._outbox.is_due(
                destination, version := self._store.version(asset_id)
            ):
                entry = _entry(asset_id, self._store.read(asset_id), account_id, version)
                await self.env.LIBRARY.getByName(account_id).add_assets([entry])
                self._outbox.delivered(destination, version)
                if entry["state"] == ERASED and self._store.version(asset_id) == version:
                    self._outbox.forget(destination)
                    self._outbox.forget(moderation_destination(account_id))
                    break


def _entry(asset_id: str, stored: StoredAsset | None, account_id: str, version: int) -> dict[str, Any]:
    references = stored.references if stored else ()
    mine = next((one for one in references if one.account_id == account_id), None)
    if stored is None or mine is None:
        return erased_entry(asset_id, version)
    return library_entry(stored.record, mine)


def _decided(outcome: Outcome, stored: StoredAsset | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"outcome": outcome.value}
    return answer if stored is None else {**answer, "record": stored.record.to_wire()}
