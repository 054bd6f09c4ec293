"""A Worker that calls other services as a test tells it to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.harness.local_edge import LocalEdge

CONFIG = Path(__file__).parent / "outbound" / "wrangler.toml"


class Caller:
    """Hands jobs to the Worker in `outbound/caller.py`."""

    def __init__(self, engine: LocalEdge) -> None:
        self.engine = engine

    def ask(self, act: str, **job: Any) -> Any:
        """Let the Worker do one of its acts; return what it tells."""
        answer = self.engine.request("outbound", "POST", "/", content=json.dumps({"act": act, **job}))
        assert answer.status_code == 200, self.engine.tracebacks(self.engine.logs())
        return answer.json()

    def send(self, url: str, **job: Any) -> dict[str, Any]:
        """Let the Worker send one request."""
        return dict(self.ask("send", url=url, **job))


@contextmanager
def calling_worker() -> Iterator[Caller]:
    engine = LocalEdge(configs=[str(CONFIG)])
    try:
        yield Caller(engine)
    finally:
        engine.close()
