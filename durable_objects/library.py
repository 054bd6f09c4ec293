"""`Library`: one object per account. It lists and searches the account's links and assets."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from durable_objects.deliveries import Deliveries
from durable_objects.library_uploads import UploadKeeper
from durable_objects.storage import DurableDatabase
from library.assets import AssetIndex
from library.publications import PublicationBook
from library.store import LibraryStore
from library.uploads import UploadBook
from workers import DurableObject

if TYPE_CHECKING:
    from library.assets import AssetPage, AssetTotals
    from library.publications import Publication
    from library.store import CodePage, Miss


class Library(DurableObject):
    """Keeps one account's index. Asking an account that has nothing leaves no storage behind."""

    def __init__(self, ctx: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
        super().__init__(ctx, env)
        database = DurableDatabase(self.ctx.storage)
        self._store = LibraryStore(database)
        self._assets = AssetIndex(database)
        self._uploads = UploadBook(database, self._assets)
        self._publications = PublicationBook(database)
        self._keeper = UploadKeeper(self._uploads, self.env.MEDIA)
        self._deliveries = Deliveries(self.ctx.storage, "uploads_not_expired")

    async def add(self, entries: list[dict[str, Any]]) -> dict[str, int]:
        """Insert or update entries; those older than what is known change nothing."""
        return {"added": self._store.add(entries)}

    async def page(self, query: dict[str, Any]) -> CodePage:
        """Return codes of links, newest first."""
        return self._store.page(query)

    async def codes(self, cursor: str | None, limit: int) -> CodePage:
        """Return every code the account ever had, by code."""
        return self._store.codes(cursor, limit)

    async def aliases(self, codes: list[str]) -> dict[str, list[str]]:
        """Return the aliases of each of some links."""
        return self._store.aliases(codes)

    async def leading_to(self, asset_id: str, is_deleted: bool, cursor: str | None, limit: int) -> CodePage:
        """Return codes of links to an asset, the deleted ones or the others."""
        return self._store.leading_to(asset_id, is_deleted, cursor, limit)

    async def totals(self) -> dict[str, int]:
        """Return how many links there are."""
        return self._store.totals()

    async def note_misses(self, entries: list[dict[str, Any]]) -> dict[str, int]:
        """Note codes that visitors asked for in vain."""
        return {"noted": self._store.note_misses(entries)}

    async def misses(self, limit: int) -> list[Miss]:
        """Return the codes that were asked for in vain, the latest first."""
        return self._store.misses(limit)

    async def add_assets(self, entries: list[dict[str, Any]]) -> dict[str, int]:
        """Insert or update entries of assets; those older than what is known change nothing."""
        return {"added": self._assets.add(entries)}

    async def asset_page(self, query: dict[str, Any]) -> AssetPage:
        """Return entries of assets, newest first."""
        return self._assets.page(query)

    async def asset(self, asset_id: str) -> dict[str, Any] | None:
        """Return the entry of one asset, or None for one that the account does not have."""
        return self._assets.get(asset_id)

    async def asset_totals(self) -> AssetTotals:
        """Return how many assets there are and how many bytes they have."""
        return self._assets.totals()

    async def begin_upload(self, wanted: str) -> str:
        """Reserve room for an upload in one piece, or say which limit is in the way: JSON both ways."""
        answer = self._uploads.begin(json.loads(wanted), time.time())
        await self._wake()
        return json.dumps(answer)

    async def end_upload(self, upload_id: str, entries: str) -> None:
        """Let go of a reservation, and count what it became: a JSON list of entries."""
        self._uploads.end(upload_id, json.loads(entries))

    async def open_upload(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Reserve room for an upload in parts and open it in the bucket."""
        answer = await self._keeper.open(wanted, time.time())
        await self._wake()
        return answer

    async def upload(self, upload_id: str) -> dict[str, Any] | None:
        """Return an upload in parts, or None."""
        return self._uploads.session(upload_id, time.time())

    async def uploads(self) -> list[dict[str, Any]]:
        """Return the uploads in parts that are not done, oldest first."""
        return self._uploads.sessions(time.time())

    async def note_part(self, upload_id: str, part: dict[str, Any]) -> dict[str, bool]:
        """Note a part that lies in the bucket."""
        return {"noted": self._uploads.note_part(upload_id, part, time.time())}

    async def complete_upload(self, upload_id: str, lease_seconds: float) -> dict[str, Any] | None:
        """Return an upload in parts, as completing if nothing is missing; None for none."""
        session = self._uploads.complete(upload_id, time.time(), lease_seconds)
        await self._wake()
        return session

    async def reopen_upload(self, upload_id: str) -> None:
        """Take parts again, after a completion that the bucket refused."""
        self._uploads.reopen(upload_id)

    async def settle_upload(
        self, upload_id: str, outcome: dict[str, Any], entries: list[dict[str, Any]]
    ) -> None:
        """Remember how an upload in parts ended, and count what it became."""
        self._uploads.settle(upload_id, outcome, entries)

    async def abort_upload(self, upload_id: str) -> dict[str, str]:
        """Give an upload in parts up, its bytes included."""
        return {"outcome": await self._keeper.abort(upload_id)}

    async def file_publication(self, message: dict[str, Any]) -> dict[str, bool]:
        """Note that approved content may go out; `filed` is False for what was noted before."""
        return {"filed": self._publications.file(message, time.time())}

    async def publications(self, after: int, limit: int) -> list[Publication]:
        """Return what may go out, in the order in which it was approved."""
        return self._publications.page(int(after), int(limit))

    async def alarm(self) -> None:
        """Give up the uploads whose time is over."""
        await self._deliveries.run(lambda: self._keeper.expire(time.time()), self._uploads.next_end)

    async def _wake(self) -> None:
        """Have the alarm ring when the next upload expires, if it would ring later or never."""
        due = self._uploads.next_end()
        if due is None:
            return
        alarm = await self.ctx.storage.getAlarm()
        if alarm is None or alarm > due * 1000:
            await self.ctx.storage.setAlarm(due * 1000)
