"""Google Safe Browsing v4, `threatMatches:find`: what to send and how to read the answer, without I/O.

The URLs themselves go to the service, at most 500 a call. It says nothing about those it has no match for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from outbound import Call, HttpRequest, RetryPolicy, json_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from outbound import HttpResponse

DEFAULT_BASE_URL: Final = "https://safebrowsing.googleapis.com"
MAX_URLS_PER_CALL: Final = 500
THREAT_TYPES: Final = (
    "MALWARE",
    "SOCIAL_ENGINEERING",
    "UNWANTED_SOFTWARE",
    "POTENTIALLY_HARMFUL_APPLICATION",
)
RETRY: Final = RetryPolicy()

ERRORS: Final[dict[str, str]] = {
    "missing_api_key": "no Safe Browsing API key is configured",
    "unusable_api_key": "the Safe Browsing API key holds characters that no key has",
    "request_refused": "the service refused the request",
    "key_refused": "the service refused the API key",
    "rate_limited": "the quota of the API key is used up",
    "service_error": "the service failed",
    "unexpected_status": "the service answered with an unexpected status",
    "bad_answer": "the service's answer could not be understood",
}
_STATUS_CODES: Final = {400: "request_refused", 401: "key_refused", 403: "key_refused", 429: "rate_limited"}
_INVALID_KEY: Final = "API_KEY_INVALID"
_DURATION = re.compile(r"[0-9]{1,10}(\.[0-9]{1,9})?s")


class ThreatLookupError(Exception):
    """No verdict could be had; `code` is a key of ERRORS."""

    def __init__(self, code: str, status: int | None = None) -> None:
        super().__init__(ERRORS[code])
        self.code = code
        self.status = status


@dataclass(frozen=True)
class SafeBrowsingEndpoint:
    """Where to send and with which key; the key shows in no representation."""

    api_key: str = field(repr=False)
    base_url: str = DEFAULT_BASE_URL
    client_version: str = "1"
    timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        """Refuse a base URL that no request could be sent to."""
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise ValueError("base_url must be an absolute http or https URL without credentials")


@dataclass(frozen=True)
class Threat:
    """What the service knows against a URL, and how many seconds one may go on saying so."""

    url: str
    kinds: tuple[str, ...]
    cache_seconds: float


def threat_lookup_calls(endpoint: SafeBrowsingEndpoint, urls: Iterable[str]) -> list[Call[list[Threat]]]:
    """Return the calls that ask about each different URL once; raise ThreatLookupError without a usable key.

    A URL that no call's answer names has no match. Parsing raises ThreatLookupError.
    """
    different = list(dict.fromkeys(urls))
    starts = range(0, len(different), MAX_URLS_PER_CALL)
    batches = [different[start : start + MAX_URLS_PER_CALL] for start in starts]
    return [Call(_request(endpoint, batch), partial(_threats, frozenset(batch)), RETRY) for batch in batches]


def _request(endpoint: SafeBrowsingEndpoint, urls: Sequence[str]) -> HttpRequest:
    key = endpoint.api_key.strip()
    if not key:
        raise ThreatLookupError("missing_api_key")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ThreatLookupError("unusable_api_key")
    body, headers = json_body(
        {
            "client": {"clientId": "gif-distributor", "clientVersion": endpoint.client_version},
            "threatInfo": {
                "threatTypes": THREAT_TYPES,
                "platformTypes": ["ANY_PLATFORM"],
                "threatEntryTypes": ["URL"],
                "threatEntries": [{"url": url} for url in urls],
            },
        }
    )
    # The documented `?key=` would put the key into every log of URLs; the header is its equal.
    return HttpRequest(
        "POST",
        endpoint.base_url.rstrip("/") + "/v4/threatMatches:find",
        (("x-goog-api-key", key), ("accept", "application/json"), *headers),
        body,
        endpoint.timeout_seconds,
    )


def _threats(asked: frozenset[str], response: HttpResponse) -> list[Threat]:
    try:
        body = response.json()
    except ValueError:
        body = None
    if response.status != 200:
        raise ThreatLookupError(_error_code(response.status, body), response.status)
    matches = body.get("matches", []) if isinstance(body, dict) else None
    if not isinstance(matches, list):
        raise ThreatLookupError("bad_answer")
    found: dict[str, Threat] = {}
    for url, kind, seconds in map(_match, matches):
        if url not in asked:
            raise ThreatLookupError("bad_answer")
        known = found.get(url, Threat(url, (), seconds))
        kinds = tuple(sorted({*known.kinds, kind}))
        found[url] = Threat(url, kinds, min(known.cache_seconds, seconds))
    return list(found.values())


def _error_code(status: int, body: object) -> str:
    # A wrong key is a 400 like a malformed request; only the reason inside tells them apart.
    if status == 400 and _INVALID_KEY in _reasons(body):
        return "key_refused"
    return _STATUS_CODES.get(status, "service_error" if status >= 500 else "unexpected_status")


def _reasons(body: object) -> list[object]:
    error = body.get("error") if isinstance(body, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    return (
        [one.get("reason") for one in details if isinstance(one, dict)] if isinstance(details, list) else []
    )


def _match(match: object) -> tuple[str, str, float]:
    threat = match.get("threat") if isinstance(match, dict) else None
    url = threat.get("url") if isinstance(threat, dict) else None
    kind = match.get("threatType") if isinstance(match, dict) else None
    duration = match.get("cacheDuration", "0s") if isinstance(match, dict) else None
    if not isinstance(url, str) or not isinstance(kind, str) or not isinstance(duration, str):
        raise ThreatLookupError("bad_answer")
    if not _DURATION.fullmatch(duration):
        raise ThreatLookupError("bad_answer")
    return url, kind, float(duration[:-1])
