"""What the ledger refuses, as callers of its object see it."""

from __future__ import annotations


class LedgerError(Exception):
    """The ledger took a call and refused it; `code` is the stable one of `casework.errors` and its kind."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class EnforcementError(Exception):
    """The owner of content cannot do what its case says; it stays due."""


class MessageError(ValueError):
    """A message of which no try will make sense."""
