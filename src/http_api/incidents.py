"""What went wrong and did not stop the answer: logged, and counted by name."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Incidents:
    """Counts since the isolate started; `write` takes one line of JSON."""

    def __init__(self, write: Callable[[str], object] = print) -> None:
        self._write = write
        self.counts: Counter[str] = Counter()

    def note(self, event: str, error: BaseException) -> None:
        """Count an event and write down what happened."""
        self.counts[event] += 1
        self._write(
            json.dumps(
                {"level": "error", "event": event, "error": str(error)[:500], "kind": type(error).__name__}
            )
        )
