"""What a visit to a short link leads to, as a pure decision: no I/O, no clock, no entropy."""

from __future__ import annotations

from redirecting.decide import decide
from redirecting.outcomes import Kind, Outcome, cache_control
from redirecting.plain import good_until, is_plain
from redirecting.visit import Visit

__all__ = ["Kind", "Outcome", "Visit", "cache_control", "decide", "good_until", "is_plain"]
