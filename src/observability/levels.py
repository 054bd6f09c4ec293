"""How much a log entry matters."""

from __future__ import annotations

from enum import IntEnum


class LogLevel(IntEnum):
    """Severities in order, with the numbers of the standard library's logging."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40
    CRITICAL = 50
