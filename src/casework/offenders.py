"""Who keeps bringing what was refused, and what keeps being brought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.states import REFUSED
from casework import inputs
from casework.blocking import BlockList
from casework.cases import Outcome
from casework.trail import row_key
from sql_port import migrate

if TYPE_CHECKING:
    from casework.trail import Trail
    from sql_port import Row

MAX_OFFENDERS = 200
MAX_RETURNS = 100
"""So often an account is noted for bringing one refused content again; more would only grow the trail."""
TURNED_AWAY = "refused_upload"
"""The kind of a record that an upload of refused content was turned away."""

_REFUSED = ", ".join(f"'{standing}'" for standing in sorted(REFUSED))
# An upload that was turned away counts as long as its content is refused or blocked. It is one more refused
# content only for an account that has no case of it.
_BROUGHT = (
    "WITH refused AS (SELECT sha256 FROM cases"  # noqa: S608 - constants
    f" WHERE standing IN ({_REFUSED}) UNION SELECT hash FROM blocked_hashes),"
    " brought AS (SELECT subject, case_holders.account_id AS account_id, sha256, standing, 1 AS held,"
    f" standing IN ({_REFUSED}) AS is_refused, 0 AS returns, uploads, first_at, last_at"
    " FROM case_holders JOIN cases USING (subject)"
    " UNION ALL SELECT subject, account_id, sha256, 'turned_away', 0, NOT EXISTS (SELECT 1 FROM case_holders"
    " JOIN cases USING (subject) WHERE case_holders.account_id = refused_uploads.account_id"
    " AND cases.sha256 = refused_uploads.sha256), uploads, uploads, first_at, last_at"
    " FROM refused_uploads WHERE sha256 IN (SELECT sha256 FROM refused))"
)
_COUNTS = (
    "sum(held) AS held, sum(is_refused) AS refused, sum(returns) AS returns, sum(uploads) AS uploads,"
    " max(last_at) AS last_at"
)


class Offenders:
    """Counts from the cases as they stand, and from the uploads that were turned away at the door.

    What was reinstated counts against nobody. `returns` are uploads of refused content that were turned away.
    """

    MIGRATIONS = (
        """CREATE TABLE refused_uploads (
            account_id TEXT NOT NULL, sha256 TEXT NOT NULL, subject TEXT NOT NULL, uploads INTEGER NOT NULL,
            first_at REAL NOT NULL, last_at REAL NOT NULL, PRIMARY KEY (account_id, sha256)
        ) WITHOUT ROWID""",
        "CREATE INDEX refused_uploads_by_hash ON refused_uploads (sha256)",
    )

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._database = trail.database
        migrate(self._database, "blocked_hashes", BlockList.MIGRATIONS)
        migrate(self._database, "refused_uploads", self.MIGRATIONS)

    def turned_away(self, event_id: str, subject: str, account_id: str, sha256: str) -> Outcome:
        """Note that an upload was refused because of a verdict on its content; FULL after so many of one."""
        known = inputs.event_id(event_id)
        request = {
            "subject": inputs.subject(subject),
            "account_id": inputs.identifier("account_id", account_id),
            "sha256": inputs.sha256(sha256),
        }

        def work() -> Outcome:
            if self._trail.is_repeated(known, TURNED_AWAY, request):
                return Outcome.REPEATED
            noted = self._database.execute(
                "INSERT INTO refused_uploads (account_id, sha256, subject, uploads, first_at, last_at)"
                " VALUES (?, ?, ?, 1, ?, ?) ON CONFLICT (account_id, sha256) DO UPDATE SET"
                " uploads = uploads + 1, last_at = excluded.last_at WHERE uploads < CAST(? AS INTEGER)"
                " RETURNING uploads",
                account_id,
                sha256,
                subject,
                self._trail.clock(),
                self._trail.clock(),
                MAX_RETURNS,
            )
            if not noted:
                return Outcome.FULL
            fields = {"moderator": account_id, "sha256": sha256}
            rows = [row_key("refused_uploads", account_id, sha256)]
            self._trail.add(TURNED_AWAY, fields, rows, event_id=known, subject=subject, request=request)
            return Outcome.CHANGED

        return self._database.transaction(work)

    def accounts(self, least_refused: int = 2, limit: int = MAX_OFFENDERS) -> list[dict[str, Any]]:
        """Return accounts with so many refused contents or more, the most refused first."""
        rows = self._database.execute(
            f"{_BROUGHT} SELECT account_id, {_COUNTS} FROM brought GROUP BY account_id"  # noqa: S608 - constants
            " HAVING sum(is_refused) >= CAST(? AS INTEGER)"
            " ORDER BY refused DESC, account_id LIMIT CAST(? AS INTEGER)",
            inputs.whole("least_refused", least_refused, 1, 1_000_000),
            inputs.whole("limit", limit, 1, MAX_OFFENDERS),
        )
        return [_whole(row) for row in rows]

    def account(self, account_id: str) -> dict[str, Any]:
        """Return the counts of one account, zeros for one that brought nothing."""
        (row,) = self._database.execute(
            f"{_BROUGHT} SELECT {_COUNTS} FROM brought WHERE account_id = ?",  # noqa: S608 - constants
            inputs.identifier("account_id", account_id),
        )
        return {"account_id": account_id, **_whole(row)}

    def hashes(self, least_accounts: int = 2, limit: int = MAX_OFFENDERS) -> list[dict[str, Any]]:
        """Return refused content that so many accounts or more brought, the most spread first."""
        rows = self._database.execute(
            f"{_BROUGHT} SELECT sha256, count(DISTINCT account_id) AS accounts,"  # noqa: S608 - constants
            " sum(uploads) AS uploads, count(DISTINCT subject) AS subjects, max(last_at) AS last_at"
            " FROM brought WHERE sha256 IN (SELECT sha256 FROM refused)"
            " GROUP BY sha256 HAVING count(DISTINCT account_id) >= CAST(? AS INTEGER)"
            " ORDER BY accounts DESC, sha256 LIMIT CAST(? AS INTEGER)",
            inputs.whole("least_accounts", least_accounts, 1, 1_000_000),
            inputs.whole("limit", limit, 1, MAX_OFFENDERS),
        )
        return [_whole(row) for row in rows]

    def hash(self, sha256: str) -> list[dict[str, Any]]:
        """Return who brought some content, under which subject and how often, the latest first.

        What was turned away at the door has that for its standing.
        """
        rows = self._database.execute(
            f"{_BROUGHT} SELECT subject, account_id, standing, uploads, first_at, last_at"  # noqa: S608 - constants
            " FROM brought WHERE sha256 = ? ORDER BY last_at DESC, subject, account_id"
            " LIMIT CAST(? AS INTEGER)",
            inputs.sha256(sha256),
            MAX_OFFENDERS,
        )
        return [_whole(row) for row in rows]


def _whole(row: Row) -> dict[str, Any]:
    """Return a row whose sums are whole numbers, also where there was nothing to sum."""
    counts = ("held", "refused", "returns", "uploads", "accounts", "subjects")
    return {**row, **{name: int(row[name] or 0) for name in counts if name in row}}
