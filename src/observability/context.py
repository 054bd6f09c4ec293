"""The span that the running code belongs to, per thread and per asyncio task."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from observability.spans import Span

MAX_NESTING = 64
"""A span that nobody finishes must not make the context grow without end."""

_open_spans: ContextVar[tuple[Span, ...]] = ContextVar("open_spans", default=())


def current_span() -> Span | None:
    """Return the innermost span started here, or where this task was started, that is not finished."""
    for span in reversed(_open_spans.get()):
        if not span.finished:
            return span
    return None


def enter_span(span: Span) -> None:
    """Make `span` the current one until it is finished."""
    still_open = tuple(other for other in _open_spans.get() if not other.finished)
    _open_spans.set((*still_open, span)[-MAX_NESTING:])


def leave_finished_spans() -> None:
    """Let go of the spans that are finished."""
    _open_spans.set(tuple(span for span in _open_spans.get() if not span.finished))
