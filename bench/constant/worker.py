"""Answers a constant: one JavaScript response, made at import and cloned for each request."""

from __future__ import annotations

from typing import Any

from js import Response

from workers import WorkerEntrypoint

ANSWER = Response.new(None)


class Default(WorkerEntrypoint):
    def fetch(self, _request: Any) -> Any:  # noqa: ANN401 - the runtime's objects
        return ANSWER.clone()
