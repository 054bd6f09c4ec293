"""What casework raises; `code` is stable."""

from __future__ import annotations


class CaseworkError(Exception):
    """Base of the errors of this package."""

    code = "casework_error"


class CaseworkInputError(CaseworkError, ValueError):
    """An argument is not of the kind or size that is taken."""

    code = "invalid_casework_input"


class EventConflictError(CaseworkError):
    """An event id came again and asks for something else."""

    code = "event_conflict"


class BrokenLedgerError(CaseworkError):
    """What is kept does not follow from the trail, so nothing may be built or erased upon it."""

    code = "broken_ledger"
