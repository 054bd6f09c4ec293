"""The review queue: what waits for a person, and who has taken it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from casework import inputs
from casework.cases import Answer, Outcome, claimant, shown
from casework.states import CLAIMABLE, WAITING, State
from library.cursors import PageCursor, read_cursor, write_cursor
from library.words import bounded
from moderation.audit_chain import canonical_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from casework.ledger import LedgerStore
    from sql_port import Row, SqlValue

MAX_QUEUE_PAGE = 200
MAX_CLAIM_SECONDS = 24 * 3_600
CLAIMED = "claim"
RELEASED = "release"


class QueuePage(TypedDict):
    """Some cases, and where to go on; None at the end."""

    cases: list[dict[str, Any]]
    next: str | None


class ReviewQueue:
    """What waits longest comes first. A claim ends with its time, its release or the decision."""

    def __init__(self, ledger: LedgerStore) -> None:
        self._ledger = ledger

    def page(self, query: Mapping[str, Any]) -> QueuePage:
        """Return cases: `states`, `kind` (asset or link), `account_id` (whose content began them),
        `holder` (who has their content), `category`, `claimed_by`, `unclaimed`, `least_reports`, `limit` and
        `cursor` are optional; without `states` those that wait.

        Raises CaseworkInputError and InvalidCursorError.
        """
        now = self._ledger.trail.clock()
        limit = bounded(query.get("limit"), MAX_QUEUE_PAGE)
        conditions, parameters = _conditions(query, now)
        rows = self._ledger.database.execute(
            f"SELECT * FROM cases WHERE {' AND '.join(conditions)}"  # noqa: S608 - constant conditions
            " ORDER BY waiting_since, subject LIMIT CAST(? AS INTEGER)",
            *parameters,
            limit + 1,
        )
        kept = rows[:limit]
        last = PageCursor(kept[-1]["waiting_since"], kept[-1]["subject"]) if len(rows) > limit else None
        return {
            "cases": [shown(row, now) for row in kept],
            "next": write_cursor(last) if last else None,
        }

    def claim(self, subject: str, moderator: str, seconds: float) -> Answer:
        """Take a case for some time, or prolong one's own claim; CLAIMED if another has it."""
        whose = inputs.identifier("moderator", moderator)
        lasting = inputs.whole("seconds", seconds, 1, MAX_CLAIM_SECONDS)
        return self._change(subject, lambda row: self._take(row, whose, lasting))

    def release(self, subject: str, moderator: str) -> Answer:
        """Give a case back; ILLEGAL for one that this moderator does not have."""
        whose = inputs.identifier("moderator", moderator)
        return self._change(subject, lambda row: self._give_back(row, whose))

    def _change(self, subject: str, work: Callable[[Row], Outcome]) -> Answer:
        cases, checked = self._ledger.cases, inputs.subject(subject)

        def run() -> Answer:
            row = cases.row(checked)
            return cases.answer(work(row) if row else Outcome.UNKNOWN, checked)

        return self._ledger.database.transaction(run)

    def _take(self, row: Row, moderator: str, seconds: int) -> Outcome:
        now = self._ledger.trail.clock()
        if row["state"] not in CLAIMABLE:
            return Outcome.ILLEGAL
        if claimant(row, now) not in (None, moderator):
            return Outcome.CLAIMED
        self._write(row, CLAIMED, moderator, moderator, now + seconds)
        return Outcome.CHANGED

    def _give_back(self, row: Row, moderator: str) -> Outcome:
        if claimant(row, self._ledger.trail.clock()) != moderator:
            return Outcome.ILLEGAL
        self._write(row, RELEASED, moderator, None, None)
        return Outcome.CHANGED

    def _write(self, row: Row, kind: str, moderator: str, whose: str | None, until: float | None) -> None:
        cases = self._ledger.cases
        cases.change(row["subject"], {"claimed_by": whose, "claim_expires_at": until})
        cases.record(kind, row, {"moderator": moderator, "expires_at": until})


def _conditions(query: Mapping[str, Any], now: float) -> tuple[list[str], list[SqlValue]]:
    states = [inputs.word("state", state, State) for state in inputs.optional(query, "states", list(WAITING))]
    conditions = [f"state IN ({', '.join('?' * len(states))})"]
    parameters: list[SqlValue] = [state.value for state in states]
    optional: dict[str, str] = {
        "kind": "substr(subject, 1, instr(subject, ':') - 1) = ?",
        "account_id": "account_id = ?",
        "holder": "subject IN (SELECT subject FROM case_holders WHERE account_id = ?)",
        "least_reports": "reports >= CAST(? AS INTEGER)",
    }
    for name, condition in optional.items():
        if query.get(name):
            conditions.append(condition)
            parameters.append(query[name])
    if query.get("category"):
        conditions.append("instr(categories, ?) > 0")
        parameters.append(canonical_json(query["category"]))
    if query.get("claimed_by"):
        conditions.append("claimed_by = ? AND claim_expires_at > ?")
        parameters += [query["claimed_by"], now]
    if query.get("unclaimed"):
        conditions.append("(claim_expires_at IS NULL OR claim_expires_at <= ?)")
        parameters.append(now)
    if query.get("cursor"):
        conditions.append("(waiting_since, subject) > (?, ?)")
        parameters += read_cursor(query["cursor"])
    return conditions, parameters
