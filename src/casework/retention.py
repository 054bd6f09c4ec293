"""Forgetting: the payloads of old events go, the events stay, and the rows are still proved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypedDict

from casework import inputs
from casework.checkpoints import CHECKPOINT
from casework.errors import BrokenLedgerError, EventConflictError
from casework.trail import row_key
from moderation.audit_chain import REDACTION
from moderation.timestamps import timestamp

if TYPE_CHECKING:
    from casework.trail import Trail

CARRIED = "carried"
FORGOTTEN = "forgotten"
KEPT = (CHECKPOINT, CARRIED)
"""Kinds that are never redacted: they hold hashes and the names of rows, no content."""
MOST_RECORDS = 5_000
"""So many records are redacted in one go; what is left is for the next."""

_DAY_SECONDS = 86_400
_ROWS_PER_RECORD = 200


class Retained(TypedDict):
    """What was forgotten, and whether there is more of it."""

    redacted: int
    carried: int
    reports: int
    more: bool


def retain(trail: Trail, event_id: str, days: int, actor: str = "system") -> Retained:
    """Redact payloads older than so many days, and delete settled reports of that age.

    An event id is for one go: again it forgets nothing, and one that is another event's raises
    EventConflictError.

    What those events said last about rows that are still there is said again first, without their content;
    a row that does not agree with them raises BrokenLedgerError, and nothing is forgotten.
    """
    known = inputs.event_id(event_id)
    cutoff = trail.clock() - inputs.whole("days", days, 1, 36_500) * _DAY_SECONDS
    return trail.database.transaction(
        lambda: _retain(trail, known, cutoff, inputs.identifier("actor", actor))
    )


def _retain(trail: Trail, event_id: str, cutoff: float, actor: str) -> Retained:
    known = trail.audit.find(event_id)
    if known:
        if known["kind"] != REDACTION:
            raise EventConflictError(f"event {event_id!r} is recorded with other content")
        return {"redacted": 0, "carried": 0, "reports": 0, "more": False}
    reports = _forget_reports(trail, cutoff)
    through, more = _last_old_record(trail, cutoff)
    carried = _carry(trail, through)
    redacted = trail.audit.redact(event_id, actor=actor, through=through, keep=KEPT) if through else 0
    return {
        "redacted": redacted,
        "carried": carried,
        "reports": reports,
        "more": more or reports == MOST_RECORDS,
    }


def _forget_reports(trail: Trail, cutoff: float) -> int:
    rows = trail.database.execute(
        "SELECT number FROM case_reports JOIN cases USING (subject)"
        " WHERE case_reports.at < ? AND number <= settled_seq ORDER BY number LIMIT CAST(? AS INTEGER)",
        cutoff,
        MOST_RECORDS,
    )
    numbers = [int(row["number"]) for row in rows]
    for start in range(0, len(numbers), _ROWS_PER_RECORD):
        some = numbers[start : start + _ROWS_PER_RECORD]
        for number in some:
            trail.database.execute("DELETE FROM case_reports WHERE number = CAST(? AS INTEGER)", number)
        trail.add(FORGOTTEN, {}, [row_key("case_reports", number) for number in some])
    return len(numbers)


def _last_old_record(trail: Trail, cutoff: float) -> tuple[int, bool]:
    """Return the number of the last record to redact now, 0 for none, and whether older ones are left."""
    marks = ", ".join("?" * (1 + len(KEPT)))
    rows = trail.database.execute(
        f"SELECT seq FROM moderation_audit WHERE payload IS NOT NULL AND kind NOT IN ({marks}) AND at < ?"  # noqa: S608 - question marks
        " ORDER BY seq LIMIT CAST(? AS INTEGER)",
        REDACTION,
        *KEPT,
        timestamp(cutoff),
        MOST_RECORDS + 1,
    )
    kept = rows[:MOST_RECORDS]
    return (int(kept[-1]["seq"]) if kept else 0), len(rows) > MOST_RECORDS


def _carry(trail: Trail, through: int) -> int:
    """Say again what the records up to a number say last about rows."""
    marks = ", ".join("?" * len(KEPT))
    carried = 0
    while rows := trail.database.execute(
        "SELECT row_key, case_witnesses.seq AS seq, payload FROM case_witnesses"  # noqa: S608 - question marks
        " JOIN moderation_audit USING (seq)"
        f" WHERE case_witnesses.seq <= CAST(? AS INTEGER) AND kind NOT IN ({marks})"
        " ORDER BY case_witnesses.seq, row_key LIMIT CAST(? AS INTEGER)",
        through,
        *KEPT,
        _ROWS_PER_RECORD,
    ):
        for row in rows:
            said = json.loads(row["payload"] or "{}").get("rows", {})
            key = row["row_key"]
            if key not in said or said[key] != trail.state_of(key):
                raise BrokenLedgerError(f"{key} is not as record {int(row['seq'])} left it")
        trail.add(CARRIED, {}, [row["row_key"] for row in rows])
        carried += len(rows)
    return carried
