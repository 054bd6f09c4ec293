"""Log entries as JSON lines that know their trace."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from observability.context import current_span
from observability.levels import LogLevel
from observability.plain import iso_utc, plain_fields, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from observability.plain import Plain

MAX_LINE = 32_768


def to_stderr(line: str) -> None:
    """Write a line to standard error, where it does not mix with a program's output."""
    sys.stderr.write(f"{line}\n")


class StructuredLogger:
    """Writes one JSON line per entry to `sink` and keeps the newest `max_entries` of them.

    An entry has `timestamp` (ISO 8601, UTC), `level`, `service`, `message`, `trace_id` and `span_id` (None
    outside a trace) and `metadata`. Values JSON cannot hold are written as text, long ones are cut, and
    values under names such as `password` or `api_key` are redacted. Logging never raises: an entry the sink
    does not take is still kept, and counted in `sink_failures`.
    """

    def __init__(
        self,
        service_name: str,
        min_log_level: LogLevel = LogLevel.INFO,
        *,
        sink: Callable[[str], None] = to_stderr,
        max_entries: int = 10_000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.service_name = to_text(service_name)
        self.min_log_level = LogLevel(min_log_level)
        self._sink, self._clock = sink, clock
        self._lock = threading.Lock()
        # Lines, not dictionaries: they are small and nobody can change them afterwards.
        self._entries: deque[tuple[str | None, str]] = deque(maxlen=max_entries)
        self._by_level = dict.fromkeys(LogLevel, 0)
        self._sink_failures = 0

    def debug(self, message: str, **metadata: Any) -> None:  # noqa: ANN401 - any value
        """Log a debug message."""
        self._log(LogLevel.DEBUG, message, metadata)

    def info(self, message: str, **metadata: Any) -> None:  # noqa: ANN401 - any value
        """Log an info message."""
        self._log(LogLevel.INFO, message, metadata)

    def warning(self, message: str, **metadata: Any) -> None:  # noqa: ANN401 - any value
        """Log a warning."""
        self._log(LogLevel.WARNING, message, metadata)

    def error(self, message: str, **metadata: Any) -> None:  # noqa: ANN401 - any value
        """Log an error."""
        self._log(LogLevel.ERROR, message, metadata)

    def critical(self, message: str, **metadata: Any) -> None:  # noqa: ANN401 - any value
        """Log a critical error."""
        self._log(LogLevel.CRITICAL, message, metadata)

    def get_logs(self, trace_id: str | None = None) -> list[dict[str, Any]]:
        """Return the kept entries, oldest first: all, or those of one trace."""
        with self._lock:
            entries = list(self._entries)
        return [json.loads(line) for of_trace, line in entries if trace_id is None or of_trace == trace_id]

    def clear_logs(self) -> None:
        """Forget all entries and their counts."""
        with self._lock:
            self._entries.clear()
            self._by_level = dict.fromkeys(LogLevel, 0)
            self._sink_failures = 0

    def summary(self) -> dict[str, Any]:
        """Return how many entries were logged (`total`, `by_level`), and how many are still `kept`."""
        with self._lock:
            return {
                "total": sum(self._by_level.values()),
                "by_level": {level.name: count for level, count in self._by_level.items()},
                "kept": len(self._entries),
                "sink_failures": self._sink_failures,
            }

    def _log(self, level: LogLevel, message: object, metadata: dict[str, Any]) -> None:
        if level < self.min_log_level:
            return
        span = current_span()
        trace_id = span.trace_id if span else None
        entry: dict[str, Plain] = {
            "timestamp": iso_utc(self._clock()),
            "level": level.name,
            "service": self.service_name,
            "message": to_text(message),
            "trace_id": trace_id,
            "span_id": span.span_id if span else None,
            "metadata": plain_fields(metadata),
        }
        line = json.dumps(entry, separators=(",", ":"))
        if len(line) > MAX_LINE:
            entry["metadata"] = {"dropped": f"metadata made a line of {len(line)} characters"}
            line = json.dumps(entry, separators=(",", ":"))
        with self._lock:
            self._by_level[level] += 1
            self._entries.append((trace_id, line))
        try:
            self._sink(line)
        except Exception:  # noqa: BLE001 - a full disk or closed stream must not fail the request
            with self._lock:
                self._sink_failures += 1
