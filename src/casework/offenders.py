"""Who keeps bringing what was refused, and what keeps being brought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.states import REFUSED
from casework import inputs

if TYPE_CHECKING:
    from sql_port import Database, Row

MAX_OFFENDERS = 200

_REFUSED = ", ".join(f"'{standing}'" for standing in sorted(REFUSED))
_COUNTS = (
    f"count(*) AS held, sum(standing IN ({_REFUSED})) AS refused,"
    f" sum(CASE WHEN standing IN ({_REFUSED}) THEN uploads - 1 ELSE 0 END) AS returns,"
    " sum(uploads) AS uploads, max(last_at) AS last_at"
)


class Offenders:
    """Counts from the cases as they stand: what was reinstated counts against nobody.

    `returns` are uploads of refused content after its first.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def accounts(self, least_refused: int = 2, limit: int = MAX_OFFENDERS) -> list[dict[str, Any]]:
        """Return accounts with so many refused cases or more, the most refused first."""
        rows = self._database.execute(
            f"SELECT case_holders.account_id AS account_id, {_COUNTS} FROM case_holders JOIN cases"  # noqa: S608 - constants
            " USING (subject) GROUP BY case_holders.account_id HAVING refused >= CAST(? AS INTEGER)"
            " ORDER BY refused DESC, account_id LIMIT CAST(? AS INTEGER)",
            inputs.whole("least_refused", least_refused, 1, 1_000_000),
            inputs.whole("limit", limit, 1, MAX_OFFENDERS),
        )
        return [_whole(row) for row in rows]

    def account(self, account_id: str) -> dict[str, Any]:
        """Return the counts of one account, zeros for one that brought nothing."""
        (row,) = self._database.execute(
            f"SELECT {_COUNTS} FROM case_holders JOIN cases USING (subject)"  # noqa: S608 - constants
            " WHERE case_holders.account_id = ?",
            inputs.identifier("account_id", account_id),
        )
        return {"account_id": account_id, **_whole(row)}

    def hashes(self, least_accounts: int = 2, limit: int = MAX_OFFENDERS) -> list[dict[str, Any]]:
        """Return refused content that so many accounts or more brought, the most spread first."""
        rows = self._database.execute(
            "SELECT sha256, count(DISTINCT case_holders.account_id) AS accounts, sum(uploads) AS uploads,"  # noqa: S608 - constants
            " count(DISTINCT subject) AS subjects, max(last_at) AS last_at"
            f" FROM case_holders JOIN cases USING (subject) WHERE standing IN ({_REFUSED})"
            " GROUP BY sha256 HAVING accounts >= CAST(? AS INTEGER)"
            " ORDER BY accounts DESC, sha256 LIMIT CAST(? AS INTEGER)",
            inputs.whole("least_accounts", least_accounts, 1, 1_000_000),
            inputs.whole("limit", limit, 1, MAX_OFFENDERS),
        )
        return [_whole(row) for row in rows]

    def hash(self, sha256: str) -> list[dict[str, Any]]:
        """Return who brought some content, under which subject and how often, the latest first."""
        rows = self._database.execute(
            "SELECT subject, case_holders.account_id AS account_id, standing, uploads, first_at, last_at"
            " FROM case_holders JOIN cases USING (subject) WHERE sha256 = ?"
            " ORDER BY last_at DESC, subject, case_holders.account_id LIMIT CAST(? AS INTEGER)",
            inputs.sha256(sha256),
            MAX_OFFENDERS,
        )
        return [_whole(row) for row in rows]


def _whole(row: Row) -> dict[str, Any]:
    """Return a row whose sums are whole numbers, also where there was nothing to sum."""
    counts = ("held", "refused", "returns", "uploads", "accounts", "subjects")
    return {**row, **{name: int(row[name] or 0) for name in counts if name in row}}
