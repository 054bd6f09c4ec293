"""How many scans came to which decision. Kept apart from the trail, so clearing the trail leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from moderation.model import ModerationDecision
from sql_port import migrate

if TYPE_CHECKING:
    from sql_port import Database


class Statistics(TypedDict):
    """Scans by decision. Rates are percentages of all scans, rounded to two places, 0.0 without scans.

    Pending scans are in `total_scans` alone. Reviews change nothing here: these count what the scanners said.
    """

    total_scans: int
    approved: int
    rejected: int
    flagged: int
    approval_rate: float
    rejection_rate: float
    flag_rate: float


class ScanCounts:
    """Counts scans by decision, exactly."""

    MIGRATIONS = ("CREATE TABLE moderation_scans (decision TEXT PRIMARY KEY, scans INTEGER NOT NULL)",)

    def __init__(self, database: Database) -> None:
        self._database = database
        migrate(database, "moderation_scans", self.MIGRATIONS)

    def add(self, decision: ModerationDecision) -> None:
        """Count one scan."""
        self._database.execute(
            "INSERT INTO moderation_scans (decision, scans) VALUES (?, 1)"
            " ON CONFLICT (decision) DO UPDATE SET scans = scans + 1",
            decision.value,
        )

    def statistics(self) -> Statistics:
        """Return the counts and rates so far."""
        rows = self._database.execute("SELECT decision, scans FROM moderation_scans")
        counts = {row["decision"]: int(row["scans"]) for row in rows}
        total = sum(counts.values())
        approved, rejected, flagged = (
            counts.get(decision.value, 0)
            for decision in (
                ModerationDecision.APPROVED,
                ModerationDecision.REJECTED,
                ModerationDecision.FLAGGED,
            )
        )
        return Statistics(
            total_scans=total,
            approved=approved,
            rejected=rejected,
            flagged=flagged,
            approval_rate=_percentage(approved, total),
            rejection_rate=_percentage(rejected, total),
            flag_rate=_percentage(flagged, total),
        )


def _percentage(part: int, total: int) -> float:
    return round(100 * part / total, 2) if total else 0.0
