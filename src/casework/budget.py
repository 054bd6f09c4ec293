"""How many calls of the paid scanner a day has left."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from casework import inputs
from sql_port import migrate

if TYPE_CHECKING:
    from casework.trail import Trail

MAX_CALLS = 10_000_000
DAYS_KEPT = 31


class Spending(TypedDict):
    """Whether the calls may be made, and what is left of the UTC day's budget then."""

    granted: bool
    day: str
    spent: int
    left: int


class CallBudget:
    """Counts calls per UTC day. It is asked before the calls are made, and never gives more than the limit;
    afterwards it hears how many were sent, tries of one call too, which may be more.

    The counter is no part of what the trail proves: it bounds costs and decides nothing.
    """

    MIGRATIONS = ("CREATE TABLE call_budget (day TEXT PRIMARY KEY, calls INTEGER NOT NULL) WITHOUT ROWID",)

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._database = trail.database
        migrate(self._database, "call_budget", self.MIGRATIONS)

    def spend(self, calls: int, limit: int) -> Spending:
        """Take so many calls from today's budget, all of them or none."""
        wanted, most = inputs.whole("calls", calls, 0, MAX_CALLS), inputs.whole("limit", limit, 0, MAX_CALLS)
        return self._database.transaction(lambda: self._spend(wanted, most))

    def settle(self, day: str, taken: int, made: int) -> bool:
        """Correct what was taken on a day to what was sent in the end; False for a day that is not kept."""
        known = inputs.identifier("day", day)
        more = inputs.whole("made", made, 0, MAX_CALLS) - inputs.whole("taken", taken, 0, MAX_CALLS)
        kept = self._database.execute(
            "UPDATE call_budget SET calls = max(0, calls + CAST(? AS INTEGER)) WHERE day = ? RETURNING day",
            more,
            known,
        )
        return bool(kept)

    def days(self) -> dict[str, int]:
        """Return the calls of each day that is kept, the latest first."""
        rows = self._database.execute("SELECT day, calls FROM call_budget ORDER BY day DESC")
        return {row["day"]: int(row["calls"]) for row in rows}

    def _spend(self, calls: int, limit: int) -> Spending:
        day = self._trail.moment()[:10]
        spent = self.days().get(day, 0)
        granted = spent + calls <= limit
        if granted and calls:
            spent += calls
            self._database.execute(
                "INSERT INTO call_budget (day, calls) VALUES (?, CAST(? AS INTEGER))"
                " ON CONFLICT (day) DO UPDATE SET calls = excluded.calls",
                day,
                spent,
            )
            self._database.execute(
                "DELETE FROM call_budget WHERE day NOT IN"
                " (SELECT day FROM call_budget ORDER BY day DESC LIMIT CAST(? AS INTEGER))",
                DAYS_KEPT,
            )
        return {"granted": granted, "day": day, "spent": spent, "left": max(0, limit - spent)}
