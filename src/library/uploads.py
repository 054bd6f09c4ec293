"""`UploadBook`: the uploads of one account that are under way, and the room that is reserved for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from accounts.scopes import Tier
from assets.quotas import Usage, largest_file, shortfall
from library.upload_rows import (
    COMPLETING,
    DONE,
    OPEN,
    PIECE,
    Ended,
    UploadRows,
    ended_of,
    session_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from library.assets import AssetIndex
    from sql_port import Database

__all__ = ["COMPLETING", "DONE", "MAX_SESSIONS", "OPEN", "PIECE", "TOO_MANY_SESSIONS", "Ended", "UploadBook"]

MAX_SESSIONS = 100
"""Of one account at a time, so that a list of them is short."""
LEAST_RETRY_SECONDS = 60.0
MOST_RETRY_SECONDS = 6 * 3_600.0
TOO_MANY_SESSIONS = "too_many_uploads"


class UploadBook(UploadRows):
    """Reserves room before the first byte arrives, so that uploads side by side never exceed the quota.

    `index` counts what the account has. An upload in one piece is a mere reservation; one in parts is a
    session as well, which is open, then completing, then done and remembered until it expires. Reading never
    creates anything.
    """

    def __init__(self, database: Database, index: AssetIndex) -> None:
        super().__init__(database)
        self._index = index

    def begin(self, wanted: Mapping[str, Any], now: float) -> dict[str, Any]:
        """Reserve room and return `granted_bytes`, or `shortfall` with the code of the limit in the way.

        `wanted` has `upload_id`, `bytes`, `tier` and `expires_at`. Up to `slack_bytes` of the bytes may be no
        part of the file: as much less is granted where room is short. With `session` it opens a session.
        Beginning an upload again replaces its reservation.
        """
        self._tables.create()
        return self._database.transaction(lambda: self._begin(wanted, now))

    def end(self, upload_id: str, entries: Sequence[Mapping[str, Any]]) -> None:
        """Let go of a reservation; what it became is counted in its place, with no moment in between."""

        def work() -> None:
            self._index.add(entries)
            self._drop(upload_id)

        if self._tables.exist() or entries:
            self._database.transaction(work)

    def attach(self, upload_id: str, more: Mapping[str, Any]) -> None:
        """Add to what a session knows."""
        session = self._row(upload_id)
        if session is not None:
            known = {**json.loads(session["session"]), **more}
            self._database.execute(
                "UPDATE library_uploads SET session = ? WHERE upload_id = ?", json.dumps(known), upload_id
            )

    def session(self, upload_id: str, now: float) -> dict[str, Any] | None:
        """Return an upload in parts with those that arrived, None if there is none or it expired."""
        row = self._row(upload_id)
        if row is None or row["state"] == PIECE or row["expires_at"] <= now:
            return None
        return session_of(row, self._parts(upload_id))

    def sessions(self, now: float) -> list[dict[str, Any]]:
        """Return the uploads in parts that are not done, oldest first, each with the parts that arrived."""
        if not self._tables.exist():
            return []
        rows = self._database.execute(
            "SELECT * FROM library_uploads WHERE state IN (?, ?) AND expires_at > ?"
            " ORDER BY created_at, upload_id",
            OPEN,
            COMPLETING,
            now,
        )
        return [session_of(row, self._parts(row["upload_id"])) for row in rows]

    def note_part(self, upload_id: str, part: Mapping[str, Any], now: float) -> bool:
        """Note a part that lies in the bucket, in place of an earlier one; False if nobody waits for it."""

        def work() -> bool:
            session = self.session(upload_id, now)
            if session is None or session["state"] != OPEN:
                return False
            self._database.execute(
                "INSERT INTO library_upload_parts (upload_id, number, bytes, etag)"
                " VALUES (?, CAST(? AS INTEGER), CAST(? AS INTEGER), ?)"
                " ON CONFLICT (upload_id, number) DO UPDATE SET bytes = excluded.bytes, etag = excluded.etag",
                upload_id,
                part["number"],
                part["bytes"],
                part["etag"],
            )
            return True

        return self._database.transaction(work)

    def complete(self, upload_id: str, now: float, lease_seconds: float) -> dict[str, Any] | None:
        """Return a session whose parts are all there as completing, any other as it is, None for none.

        Completing again is fine: whoever began may be gone. Meanwhile it does not expire, and takes no parts.
        """

        def work() -> dict[str, Any] | None:
            session = self.session(upload_id, now)
            if session is None or session["state"] == DONE or len(session["received"]) < session["parts"]:
                return session
            self._database.execute(
                "UPDATE library_uploads SET state = ?, expires_at = max(expires_at, ?) WHERE upload_id = ?",
                COMPLETING,
                now + lease_seconds,
                upload_id,
            )
            return self.session(upload_id, now)

        return self._database.transaction(work)

    def settle(
        self, upload_id: str, outcome: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]
    ) -> None:
        """End a session, and remember how until it expires: whoever asked may have missed the answer."""

        def work() -> None:
            self._index.add(entries)
            self.attach(upload_id, {"outcome": dict(outcome)})
            self._database.execute(
                "UPDATE library_uploads SET state = ?, bytes = 0 WHERE upload_id = ?", DONE, upload_id
            )

        if self._tables.exist():
            self._database.transaction(work)
        else:
            self._index.add(entries)

    def reopen(self, upload_id: str) -> None:
        """Take parts again after a completion that the bucket refused."""
        if self._tables.exist():
            self._database.execute(
                "UPDATE library_uploads SET state = ? WHERE upload_id = ? AND state = ?",
                OPEN,
                upload_id,
                COMPLETING,
            )

    def found(self, upload_id: str) -> Ended | None:
        """Return what there is of an upload in parts, expired or not; None for none."""
        row = self._row(upload_id)
        return None if row is None or row["state"] == PIECE else ended_of(row)

    def expired(self, now: float) -> list[Ended]:
        """Return uploads whose time is over; each stays until it is dropped, or postponed for a while."""
        if not self._tables.exist():
            return []
        rows = self._database.execute(
            "SELECT * FROM library_uploads WHERE expires_at <= ? AND retry_at <= ?"
            " ORDER BY expires_at LIMIT 100",
            now,
            now,
        )
        return [ended_of(row) for row in rows]

    def postpone(self, upload_id: str, now: float) -> None:
        """Have an expired upload wait that could not be given up, each time for as long as it is overdue."""
        if self._tables.exist():
            self._database.execute(
                "UPDATE library_uploads SET retry_at = ? + min(max(? - expires_at, ?), ?)"
                " WHERE upload_id = ?",
                now,
                now,
                LEAST_RETRY_SECONDS,
                MOST_RETRY_SECONDS,
                upload_id,
            )

    def drop(self, upload_id: str) -> None:
        """Forget an upload of which nothing is left."""
        if self._tables.exist():
            self._database.transaction(lambda: self._drop(upload_id))

    def next_end(self) -> float | None:
        """Return when the next upload expires, or one that was postponed has its turn."""
        if not self._tables.exist():
            return None
        (row,) = self._database.execute("SELECT min(max(expires_at, retry_at)) AS at FROM library_uploads")
        return None if row["at"] is None else float(row["at"])

    def reserved(self, now: float, besides: str = "") -> Usage:
        """Return the room that is reserved, one upload's aside."""
        if not self._tables.exist():
            return Usage()
        (row,) = self._database.execute(
            "SELECT count(*) AS uploads, coalesce(sum(bytes), 0) AS bytes FROM library_uploads"
            " WHERE state <> ? AND expires_at > ? AND upload_id <> ?",
            DONE,
            now,
            besides,
        )
        return Usage(int(row["bytes"]), int(row["uploads"]))

    def _begin(self, wanted: Mapping[str, Any], now: float) -> dict[str, Any]:
        upload_id, tier, slack = wanted["upload_id"], Tier(wanted["tier"]), int(wanted.get("slack_bytes", 0))
        if wanted.get("session") is not None and len(self.sessions(now)) >= MAX_SESSIONS:
            return {"shortfall": TOO_MANY_SESSIONS}
        usage = self._usage(now, upload_id)
        size = int(wanted["bytes"])
        problem = shortfall(tier, usage, max(0, size - slack))
        if problem is not None:
            return {"shortfall": problem.value}
        granted = min(size, largest_file(tier, usage))
        self._database.execute(
            "INSERT INTO library_uploads (upload_id, state, bytes, created_at, expires_at, session)"
            " VALUES (?, ?, CAST(? AS INTEGER), ?, ?, ?) ON CONFLICT (upload_id) DO UPDATE SET"
            " bytes = excluded.bytes, expires_at = max(expires_at, excluded.expires_at)",
            upload_id,
            PIECE if wanted.get("session") is None else OPEN,
            granted,
            now,
            wanted["expires_at"],
            json.dumps(wanted.get("session") or {}),
        )
        return {"granted_bytes": granted}

    def _usage(self, now: float, besides: str) -> Usage:
        kept, reserved = self._index.totals(), self.reserved(now, besides)
        return Usage(
            total_bytes=kept["bytes"] + kept["deleted_bytes"] + reserved.total_bytes,
            assets=kept["assets"] + kept["deleted_assets"] + reserved.assets,
        )
