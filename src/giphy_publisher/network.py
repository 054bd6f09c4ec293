"""GIPHY's contract: what to send, and how to read everything it answers."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from outbound import Call, HttpRequest, RetryPolicy, multipart_body, retry_after_seconds
from publishing.answers import https_url, json_object, refused_answer, short_text
from publishing.items import Rating
from publishing.results import (
    ACCOUNT_BANNED,
    EMPTY_RESPONSE,
    INVALID_API_KEY,
    MEDIA_TOO_LARGE,
    RATE_LIMITED,
    UPLOADS_LOCKED,
    PublishResult,
    PublishState,
)
from publishing.sending import UPLOAD_RETRY, UPLOAD_TIMEOUT_SECONDS
from publishing.tags import TagRules, clean_tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from outbound import HttpResponse
    from publishing.items import PublishItem

LABEL = "GIPHY"
TAG_RULES = TagRules(max_tags=20, max_chars=50)
STATUS_RETRY = RetryPolicy(max_retries=1, max_server_delay_seconds=10.0)

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BY_WORDS = {
    "invalid_api_key": INVALID_API_KEY,
    "invalid authentication credentials": INVALID_API_KEY,
    "api rate limit exceeded": RATE_LIMITED,
    "banned": ACCOUNT_BANNED,
}
_BY_STATUS = {401: INVALID_API_KEY, 413: MEDIA_TOO_LARGE, 423: UPLOADS_LOCKED, 429: RATE_LIMITED}


@dataclass(frozen=True)
class GiphyNetwork:
    """GIPHY behind the publishing port. `username` is for approved apps; "" leaves it out."""

    api_key: str = field(repr=False)
    username: str
    sfw_only: bool
    daily_limit: int | None
    upload_base_url: str
    api_base_url: str
    now: Callable[[], float] = field(repr=False)
    name: str = "giphy"
    label: str = LABEL

    @property
    def account(self) -> str:
        """Uploads are counted by user name, or by key where there is none."""
        return self.username or "key:" + hashlib.sha256(self.api_key.encode()).hexdigest()[:16]

    @property
    def max_rating(self) -> Rating:
        """G and PG are safe for work."""
        return Rating.PG if self.sfw_only else Rating.R

    @property
    def secrets(self) -> tuple[str, ...]:
        """The key travels in bodies and queries, and a service may echo it."""
        return (self.api_key,)

    def refusal(self, item: PublishItem) -> PublishResult | None:  # noqa: ARG002 - the port's signature
        """GIPHY takes every valid item."""
        return None

    def upload_call(self, item: PublishItem) -> Call[PublishResult]:
        """Return the multipart upload of a file or a URL."""
        fields = {"api_key": self.api_key}
        if self.username:
            fields["username"] = self.username
        if item.media_url:
            fields["source_image_url"] = item.media_url
        tags = clean_tags(item.tags, TAG_RULES)
        if tags:
            fields["tags"] = ",".join(tags)
        if item.source_url:
            fields["source_post_url"] = item.source_url
        body, headers = multipart_body(fields, [("file", item.media)] if item.media else [])
        request = HttpRequest(
            "POST", f"{self.upload_base_url}/v1/gifs", headers, body, timeout_seconds=UPLOAD_TIMEOUT_SECONDS
        )
        return Call(request, lambda response: parse_upload(response, self.now()), UPLOAD_RETRY)

    def status_call(self, giphy_id: str) -> Call[dict[str, Any]]:
        """Return the question after one GIF; the id must be one that `is_giphy_id` accepts."""
        query = urlencode({"api_key": self.api_key})
        request = HttpRequest("GET", f"{self.api_base_url}/v1/gifs/{giphy_id}?{query}")
        return Call(request, lambda response: parse_status(response, giphy_id), STATUS_RETRY)


def is_giphy_id(value: object) -> bool:
    """Return whether this can be the id of a GIF; anything else must not get into a URL."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def parse_upload(response: HttpResponse, now: float) -> PublishResult:
    """Return what an upload's answer means; raises nothing."""
    body = json_object(response) or {}
    meta = _meta(body)
    status = _status(response, meta)
    if 200 <= status < 300 and meta:
        return _accepted(body, meta, status)
    told, words = _told(body, meta)
    code = _BY_WORDS.get(words) or _BY_STATUS.get(status)
    wait = retry_after_seconds(response, now) if code == RATE_LIMITED else None
    return refused_answer(LABEL, status, code, told, wait)


def parse_status(response: HttpResponse, giphy_id: str) -> dict[str, Any]:
    """Return the documented status of a GIF; raises nothing.

    `views` is None where GIPHY names no number: its public API has none today.
    """
    body = json_object(response) or {}
    meta = _meta(body)
    status = _status(response, meta)
    data = body.get("data")
    if 200 <= status < 300 and isinstance(data, dict) and data.get("id") == giphy_id:
        return {
            "giphy_id": giphy_id,
            "status": "published",
            "views": _count(data.get("views")),
            "rating": short_text(data.get("rating")) or None,
            "url": https_url(data.get("url")) or f"https://giphy.com/gifs/{giphy_id}",
            "error_message": None,
        }
    if status == 404 or (200 <= status < 300 and data in ([], {})):
        return absent_status(giphy_id, "not_found", "GIPHY has no GIF with this id")
    told, _ = _told(body, meta)
    return absent_status(giphy_id, "unknown", f"{LABEL} answered with status {status}: {told}")


def absent_status(giphy_id: str | None, status: str, message: str) -> dict[str, Any]:
    """Return the status of a GIF that is not there, or of which nothing is known."""
    return {
        "giphy_id": giphy_id,
        "status": status,
        "views": None if status == "unknown" else 0,
        "rating": None,
        "url": None,
        "error_message": message,
    }


def _accepted(body: dict[str, Any], meta: dict[str, Any], status: int) -> PublishResult:
    if not short_text(meta.get("response_id")):
        return PublishResult(
            PublishState.FAILED,
            error_code=EMPTY_RESPONSE,
            error_message=f"{LABEL} said OK without a response id: it did not take the upload",
        )
    data = body.get("data")
    giphy_id = data.get("id") if isinstance(data, dict) else None
    if not isinstance(giphy_id, str) or not is_giphy_id(giphy_id):
        return refused_answer(LABEL, status, None, "it named no GIF")
    return PublishResult(PublishState.PUBLISHED, remote_id=giphy_id, url=f"https://giphy.com/gifs/{giphy_id}")


def _meta(body: dict[str, Any]) -> dict[str, Any]:
    meta = body.get("meta")
    return meta if isinstance(meta, dict) else {}


def _status(response: HttpResponse, meta: dict[str, Any]) -> int:
    """Return the body's own status where HTTP says all is well: GIPHY sends failures under a 200 too."""
    inner = meta.get("status")
    if 200 <= response.status < 300 and isinstance(inner, int) and 100 <= inner < 600:
        return inner
    return response.status


def _told(body: dict[str, Any], meta: dict[str, Any]) -> tuple[str, str]:
    """Return the answer's words for people, and the ones we recognise, in lower case."""
    code = short_text(meta.get("error_code"))
    message = short_text(meta.get("msg")) or short_text(body.get("message"))
    known = (text for text in (code.lower(), message.lower()) if text in _BY_WORDS)
    return message or code or "no reason that can be read", next(known, "")


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
