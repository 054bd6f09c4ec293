"""The owners and the ledger in this process: the stores of the objects behind moderation's ports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from assets.judged import Judged
from assets.record import AssetRecord
from assets.references import Reference
from assets.store import AssetStore, StoredAsset
from assets.store import Outcome as Owner
from casework import BlockList, LedgerStore
from delivery.publication import Decided
from library.publications import PublicationBook
from moderating.content import Content
from moderating.enforcing import Enforcement
from moderating.flow import Moderation
from moderating.looking import Look
from sharelinks.changes import changed
from sharelinks.record import LinkRecord
from sharelinks.store import ShareLinkStore, StoredLink
from sql_port.sqlite import SqliteDatabase

ASSET_ID = "a" * 32
SUBJECT = f"asset:{ASSET_ID}"
RECORD = AssetRecord(ASSET_ID, "5a" * 32, "image/gif", "gif", 10, 1.0)
LINK = LinkRecord("code", "https://example.com/", 1.0, account_id="ann")


class LostError(Exception):
    """A call whose answer never came."""


class Ledger:
    """A ledger whose calls are told to `before`, which may raise or do something in between."""

    def __init__(self, store: LedgerStore, before: Callable[[str], Awaitable[None]]) -> None:
        self.store = store
        self.blocked = BlockList(store.trail)
        self._before = before

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        parts = (self.store, self.store.cases.outbox, self.blocked)
        method = next(getattr(part, name) for part in parts if hasattr(part, name))

        async def call(*arguments: Any) -> Any:
            await self._before(name)
            return method(*arguments)

        return call


class Assets:
    """The owners of assets; `moves` gets every state that one comes to."""

    def __init__(self, before: Callable[[str], Awaitable[None]], moves: list[str]) -> None:
        self._moves = moves
        self.store = AssetStore(SqliteDatabase())
        self.has_bytes = True
        self._before = before

    async def read(self, asset_id: str) -> StoredAsset | None:
        await self._before("read_asset")
        return self.store.read(asset_id)

    async def decide(
        self,
        asset_id: str,
        state: str,
        reason: str,
        expected_version: int | None,
        seq: int | None = None,
        judged: Judged | None = None,
    ) -> Decided:
        await self._before("decide_asset")
        stored = self.store.read(asset_id)
        record = stored.record if stored else None
        if seq is not None and not self.store.hear(asset_id, seq):
            return Decided(Owner.CONFLICT, record)
        if state == "approved" and not self.has_bytes:
            return Decided(Owner.ILLEGAL, record, "bytes_missing")
        outcome = self.store.decide(asset_id, state, reason, expected_version, 2.0, judged=judged)
        if outcome is Owner.CHANGED:
            self._moves.append(state)
        stored = self.store.read(asset_id)
        return Decided(outcome, stored.record if stored else None)

    async def confirm(self, asset_id: str, judged: Judged) -> bool:
        await self._before("confirm")
        return self.store.confirm(asset_id, judged, 2.0)


class Links:
    def __init__(self, before: Callable[[str], Awaitable[None]]) -> None:
        self.store = ShareLinkStore(SqliteDatabase())
        self._before = before

    async def read(self, code: str) -> StoredLink | None:
        await self._before("read_link")
        return self.store.get(code)

    async def change(
        self, code: str, changes: Mapping[str, Any], expected_version: int | None
    ) -> StoredLink | Literal["unknown", "conflict"]:
        await self._before("change_link")
        stored = self.store.get(code)
        if stored is None:
            return "unknown"
        if stored.record.version != expected_version:
            return "conflict"
        return self.store.replace(changed(stored.record, changes, 2.0), stored.record.version) or "conflict"


class Notices:
    def __init__(self, before: Callable[[str], Awaitable[None]]) -> None:
        self.sent: list[Mapping[str, Any]] = []
        self._before = before

    async def submit(self, message: Mapping[str, Any]) -> None:
        await self._before("notify")
        self.sent.append(message)


class World:
    """Everything that moderation talks to. `before` hears of each call before it is made."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.interruptions: dict[str, Callable[[], Awaitable[None]]] = {}
        self.purged: list[str] = []
        self.looks: list[Content] = []
        self.verdicts: list[str] = []
        self.words: Mapping[str, str] = {}
        self.notices = Notices(self.before)
        self.books = PublicationBook(SqliteDatabase())
        self.ledger = LedgerStore(SqliteDatabase(), clock=lambda: 1_767_225_600.0)
        self.moves: list[str] = []
        self.assets = Assets(self.before, self.moves)
        self.links = Links(self.before)
        self.enforcement = Enforcement(
            ledger=Ledger(self.ledger, self.before),  # type: ignore[arg-type] - methods by name
            assets=self.assets,
            links=self.links,
            edge_copies=self,
            publishing=self,
            notices=self.notices,
        )
        self.moderation = Moderation(self.enforcement, self.look, self.read)

    async def before(self, name: str) -> None:
        """Note a call, and do once what a test wants to happen just before it."""
        self.calls.append(name)
        interruption = self.interruptions.pop(name, None)
        if interruption is not None:
            await interruption()

    async def purge(self, asset_id: str, _tags: object) -> None:
        await self.before("purge")
        self.purged.append(asset_id)
        self.moves.append("purged")

    async def purge_link(self, code: str) -> None:
        await self.before("purge_link")
        self.purged.append(code)

    async def submit(self, message: Mapping[str, Any]) -> None:
        await self.before("submit")
        self.books.file(message, 1.0)

    async def look(self, content: Content) -> Look:
        """Give the next verdict; bad words have their own, and what is not said is approved."""
        await self.before("look")
        self.looks.append(content)
        decision = self.words.get(content.title) or (self.verdicts.pop(0) if self.verdicts else "approved")
        verdict = {"sha256": content.sha256, "decision": decision, "reason": f"it is {decision}"}
        return Look(verdict, 7.0 if decision == "pending" else None)

    async def read(self, key: str) -> bytes | None:
        return key.encode()

    def file(self, account_id: str = "ann", **words: Any) -> None:
        self.assets.store.file(RECORD, Reference(account_id, 1.0, visibility="public", **words))

    def state(self) -> str | None:
        stored = self.assets.store.read(ASSET_ID)
        return stored.record.state if stored else None

    def visibility(self) -> str:
        return self._record().visibility

    def shown(self) -> str:
        """Return the title that everybody may read."""
        return self._record().title

    def _record(self) -> AssetRecord:
        stored = self.assets.store.read(ASSET_ID)
        assert stored is not None
        return stored.record

    def link(self) -> LinkRecord:
        stored = self.links.store.get("code")
        assert stored is not None
        return stored.record

    def case(self, subject: str = SUBJECT) -> dict[str, Any]:
        found = self.ledger.read(subject)
        assert found is not None
        return found

    def due(self, subject: str = SUBJECT) -> int:
        return self.ledger.due(subject)["seq"]

    def open(self, subject: str = SUBJECT, sha256: str = RECORD.sha256, decision: str = "approved") -> None:
        """Begin a case and have a scan decide it."""
        event = f"{subject}:{sha256}:{decision}"
        self.ledger.open(f"o:{event}", subject, "ann", sha256)
        self.ledger.scan(f"s:{event}", subject, {"sha256": sha256, "decision": decision, "reason": "because"})

    def step(self, step: str, subject: str = SUBJECT, reason: str = "") -> None:
        """Have a moderator decide."""
        event = f"{subject}:{step}:{self.ledger.trail.next_seq()}"
        wanted = {"step": step, "moderator": "mo", "reason": reason}
        assert self.ledger.decide(event, subject, wanted).outcome == "changed"
