"""OpenAI's moderation endpoint: what to send and how to read the answer, without I/O.

Everything about an answer is checked: an answer that is not exactly what the contract promises is an error,
because a verdict read from it would be a guess.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ai_safety_scanner.results import ScanError
from outbound import HttpRequest, json_body

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outbound import HttpResponse

DEFAULT_BASE_URL: Final = "https://api.openai.com/v1"
MODEL: Final = "omni-moderation-latest"
IMAGE_CATEGORIES: Final = frozenset(
    {
        "self-harm",
        "self-harm/instructions",
        "self-harm/intent",
        "sexual",
        "violence",
        "violence/graphic",
    }
)
"""What the model judges in pictures; every other category, sexual/minors included, it judges in text only."""
TEXT_CATEGORIES: Final = IMAGE_CATEGORIES | {
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "sexual/minors",
}

_SERVICE_CODE = re.compile(r"[a-z][a-z_]{0,63}")
_STATUS_CODES: Final = {400: "request_refused", 401: "key_refused", 403: "key_refused", 429: "rate_limited"}


@dataclass(frozen=True)
class Endpoint:
    """Where to send and with which key; the key shows in no representation."""

    api_key: str = field(repr=False)
    base_url: str = DEFAULT_BASE_URL
    timeout_seconds: float = 30.0

    def __post_init__(self) -> None:
        """Refuse a base URL that no request could be sent to."""
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise ValueError("base_url must be an absolute http or https URL without credentials")


@dataclass(frozen=True, repr=False)
class AuthorizedRequest(HttpRequest):
    """A request whose representation leaves out the headers, which hold the key, and the body."""

    def __repr__(self) -> str:
        return f"AuthorizedRequest({self.method} {self.url}, {len(self.body)} bytes)"


@dataclass(frozen=True)
class Answer:
    """One result of the service, checked."""

    id: str
    model: str
    flagged: bool
    categories: frozenset[str]
    scores: dict[str, float]


def build_text_moderation_request(endpoint: Endpoint, texts: Sequence[str]) -> HttpRequest:
    """Return the request that judges each text on its own; raise ScanError when the key is missing."""
    # A lone surrogate has no UTF-8 form.
    return _request(endpoint, [text.encode(errors="replace").decode() for text in texts])


def build_image_moderation_request(endpoint: Endpoint, data_uri: str) -> HttpRequest:
    """Return the request that judges one picture; raise ScanError when the key is missing."""
    return _request(endpoint, [{"type": "image_url", "image_url": {"url": data_uri}}])


def _request(endpoint: Endpoint, content: object) -> HttpRequest:
    key = endpoint.api_key.strip()
    if not key:
        raise ScanError("missing_api_key")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ScanError("unusable_api_key")
    body, headers = json_body({"model": MODEL, "input": content})
    return AuthorizedRequest(
        "POST",
        endpoint.base_url.rstrip("/") + "/moderations",
        (("authorization", f"Bearer {key}"), ("accept", "application/json"), *headers),
        body,
        endpoint.timeout_seconds,
    )


def parse_text_moderation_response(response: HttpResponse, expected: int) -> list[Answer]:
    """Return one answer for each text sent; raise ScanError."""
    return [
        _answer(head, result, TEXT_CATEGORIES)
        for head, result in _results(_body_of_success(response), expected)
    ]


def parse_image_moderation_response(response: HttpResponse) -> Answer:
    """Return the answer for the picture; raise ScanError, also when the model did not look at the picture."""
    ((head, result),) = _results(_body_of_success(response), 1)
    applied = _mapping(result.get("category_applied_input_types"))
    for category in IMAGE_CATEGORIES:
        kinds = applied.get(category)
        if not isinstance(kinds, list) or "image" not in kinds:
            raise ScanError("bad_answer")
    return _answer(head, result, IMAGE_CATEGORIES)


def _body_of_success(response: HttpResponse) -> dict[str, object]:
    # Deep nesting exhausts the parser's recursion.
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    if response.status == 200:
        return _mapping(body)
    code = _STATUS_CODES.get(
        response.status, "service_error" if response.status >= 500 else "unexpected_status"
    )
    raise ScanError(code, status=str(response.status), **_service_code(body))


def _service_code(body: object) -> dict[str, str]:
    """Return the service's own error code; its sentences stay out, they can quote the key."""
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return {"service_code": code} if isinstance(code, str) and _SERVICE_CODE.fullmatch(code) else {}


def _results(body: dict[str, object], expected: int) -> list[tuple[tuple[str, str], dict[str, object]]]:
    answer_id, model, results = body.get("id"), body.get("model"), body.get("results")
    if not isinstance(answer_id, str) or not isinstance(model, str):
        raise ScanError("bad_answer")
    if not isinstance(results, list) or len(results) != expected:
        raise ScanError("bad_answer")
    return [((answer_id, model), _mapping(result)) for result in results]


def _answer(head: tuple[str, str], result: dict[str, object], required: frozenset[str]) -> Answer:
    flagged = result.get("flagged")
    categories = {
        name: value for name, value in _mapping(result.get("categories")).items() if value is not None
    }
    scores = {
        name: _score(value)
        for name, value in _mapping(result.get("category_scores")).items()
        if value is not None
    }
    if not isinstance(flagged, bool) or not all(isinstance(value, bool) for value in categories.values()):
        raise ScanError("bad_answer")
    if not required <= categories.keys() or not required | categories.keys() <= scores.keys():
        raise ScanError("bad_answer")
    return Answer(*head, flagged, frozenset(name for name, value in categories.items() if value), scores)


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ScanError("bad_answer")
    return value


def _score(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ScanError("bad_answer")
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise ScanError("bad_answer")
    return float(value)
