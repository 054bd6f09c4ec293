"""What the ledger refuses, in the words of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from casework.errors import BrokenLedgerError, CaseworkInputError, EventConflictError
from casework.states import DECISIONS, TRANSITIONS, State
from http_api.errors import ApiError, invalid_field, respond
from library.cursors import InvalidCursorError
from moderating.errors import LedgerError
from moderation.model import AuditConflictError

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse

_CONFLICTS = (EventConflictError.code, AuditConflictError.code)


def install(app: FastAPI) -> None:
    """Tell what the ledger refuses as a problem document."""

    @app.exception_handler(LedgerError)
    async def on_refusal(_request: Request, error: LedgerError) -> JSONResponse:
        return respond(refusal(error))


def refusal(error: LedgerError) -> ApiError:
    """Return the error for a call that the ledger refused."""
    if error.code == CaseworkInputError.code:
        return ApiError(422, error.code, f"The ledger does not take this: {error}.")
    if error.code == InvalidCursorError.code:
        return invalid_field("query.cursor", error.code, str(error))
    if error.code in _CONFLICTS:
        return ApiError(409, "event_conflict", "This event id was used for something else.")
    if error.code == BrokenLedgerError.code:
        return ApiError(503, error.code, "The ledger does not prove; ask for its verification.")
    raise error


def unknown_case() -> ApiError:
    """Return the error for a subject that has no case."""
    return ApiError(404, "unknown_case", "There is no case about this.")


def case_claimed(case: dict[str, Any] | None) -> ApiError:
    """Return the error for a case that another moderator has."""
    who = (case or {}).get("claimed_by") or "Another moderator"
    return ApiError(409, "case_claimed", f"{who} has this case.")


def illegal_decision(state: str) -> ApiError:
    """Return the error for a step that does not lead away from a case's state."""
    steps = steps_from(state)
    ways = f"; these do: {', '.join(steps)}" if steps else ""
    return ApiError(409, "illegal_decision", f"This step does not lead away from {state}{ways}.")


def bytes_missing() -> ApiError:
    """Return the error for an asset that cannot be shown because it is not there."""
    return ApiError(409, "bytes_missing", "The file is not where it should be; it cannot be published.")


def steps_from(state: str) -> list[str]:
    """Return the steps that a moderator may take from a state."""
    return [step.value for step in DECISIONS if (State(state), step) in TRANSITIONS]
