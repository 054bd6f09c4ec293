"""Answers a constant: one JavaScript response, made for the first request and cloned for each."""

from __future__ import annotations

from typing import Any

from js import Response

from workers import WorkerEntrypoint

_clone: Any = None


class Default(WorkerEntrypoint):
    def fetch(self, _request: Any) -> Any:  # noqa: ANN401 - the runtime's objects
        global _clone  # noqa: PLW0603 - a snapshot of the Worker cannot hold it, so it is not made at import
        if _clone is None:
            _clone = Response.new(None).clone
        return _clone()
