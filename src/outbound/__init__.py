"""Calls to other services without I/O: what to send, how to read the answer, when to try again.

A client builds a `Call` (request, parser, retry policy); `SyncDriver` and `AsyncDriver` carry it over httpx,
so that the documented synchronous methods and the edge share every rule.
"""

from outbound.calls import AsyncSender, Call, CallFailed, Connection, Outcome, attempts
from outbound.messages import FilePart, HttpRequest, HttpResponse, form_body, json_body, multipart_body
from outbound.retry import NO_RETRY, Reach, RetryPolicy, retry_after_seconds

__all__ = [
    "NO_RETRY",
    "AsyncSender",
    "Call",
    "CallFailed",
    "Connection",
    "FilePart",
    "HttpRequest",
    "HttpResponse",
    "Outcome",
    "Reach",
    "RetryPolicy",
    "attempts",
    "form_body",
    "json_body",
    "multipart_body",
    "retry_after_seconds",
]
