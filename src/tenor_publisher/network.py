"""Tenor's contract, in the shapes of its v2 API: what to send, and how to read what comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from outbound import Call, HttpRequest, multipart_body, retry_after_seconds
from publishing.answers import https_url, json_object, refused_answer, short_text
from publishing.items import Rating
from publishing.results import (
    INVALID_API_KEY,
    MEDIA_TOO_LARGE,
    RATE_LIMITED,
    SERVICE_RETIRED,
    PublishResult,
    PublishState,
)
from publishing.sending import UPLOAD_RETRY, UPLOAD_TIMEOUT_SECONDS
from tenor_publisher.metadata import RATINGS
from tenor_publisher.tags import format_tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from outbound import HttpResponse
    from publishing.items import PublishItem

LABEL = "Tenor"
DEFAULT_BASE_URL = "https://tenor.googleapis.com/v2"

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BY_STATUS = {401: INVALID_API_KEY, 413: MEDIA_TOO_LARGE, 429: RATE_LIMITED}
_BY_NAME = {"UNAUTHENTICATED": INVALID_API_KEY, "RESOURCE_EXHAUSTED": RATE_LIMITED}
_LEVELS = {rating: level for level, rating in RATINGS.items()}


@dataclass(frozen=True)
class TenorNetwork:
    """Tenor behind the publishing port."""

    api_key: str = field(repr=False)
    partner_id: str
    sfw_only: bool
    daily_limit: int | None
    base_url: str
    now: Callable[[], float] = field(repr=False)
    name: str = "tenor"
    label: str = LABEL

    @property
    def account(self) -> str:
        """Uploads are counted by partner."""
        return self.partner_id

    @property
    def max_rating(self) -> Rating:
        """Only G is safe for work here."""
        return Rating.G if self.sfw_only else Rating.R

    @property
    def secrets(self) -> tuple[str, ...]:
        """The key travels in bodies, and a service may echo it."""
        return (self.api_key,)

    def refusal(self, item: PublishItem) -> PublishResult | None:  # noqa: ARG002 - the port's signature
        """Say plainly that Tenor's own hosts are gone, instead of asking them."""
        if not is_retired(self.base_url):
            return None
        return PublishResult(
            PublishState.REFUSED,
            error_code=SERVICE_RETIRED,
            error_message="Tenor retired its API on 2026-06-30, so nothing was sent; TENOR_API_BASE_URL can"
            " name a service that speaks its contract",
        )

    def upload_call(self, item: PublishItem) -> Call[PublishResult]:
        """Return the multipart upload of a file or a URL."""
        fields = {
            "key": self.api_key,
            "partner_id": self.partner_id,
            "title": item.title,
            "contentfilter": _LEVELS[item.rating].value,
        }
        optional = {
            "media_url": item.media_url,
            "tags": ",".join(format_tags(item.tags)),
            "source_id": item.source_id,
            "source_url": item.source_url,
        }
        fields |= {name: value for name, value in optional.items() if value}
        body, headers = multipart_body(fields, [("file", item.media)] if item.media else [])
        request = HttpRequest(
            "POST", f"{self.base_url}/upload", headers, body, timeout_seconds=UPLOAD_TIMEOUT_SECONDS
        )
        return Call(request, lambda response: parse_upload(response, self.now()), UPLOAD_RETRY)


def is_retired(base_url: str) -> bool:
    """Return whether the URL points at one of Tenor's own hosts, which no longer answer."""
    host = (urlsplit(base_url).hostname or "").rstrip(".")
    return f".{host}".endswith((".tenor.googleapis.com", ".tenor.com", ".tenor.co"))


def parse_upload(response: HttpResponse, now: float) -> PublishResult:
    """Return what an upload's answer means; raises nothing."""
    body = json_object(response) or {}
    results = body.get("results")
    if 200 <= response.status < 300 and isinstance(results, list) and len(results) == 1:
        return _published(results[0], response.status)
    error = body.get("error")
    details: dict[str, Any] = error if isinstance(error, dict) else {}
    told = short_text(details.get("message")) or short_text(error)
    code = _BY_NAME.get(short_text(details.get("status"))) or _BY_STATUS.get(response.status)
    if response.status == 400 and "api key" in told.lower():
        # Google's gateways answer a wrong key like a wrong field.
        code = INVALID_API_KEY
    wait = retry_after_seconds(response, now) if code == RATE_LIMITED else None
    return refused_answer(LABEL, response.status, code, told or "no reason that can be read", wait)


def _published(post: object, status: int) -> PublishResult:
    post_id = post.get("id") if isinstance(post, dict) else None
    if not isinstance(post, dict) or not isinstance(post_id, str) or not _ID.fullmatch(post_id):
        return refused_answer(LABEL, status, None, "it named no GIF")
    url = https_url(post.get("itemurl")) or f"https://tenor.com/view/{post_id}"
    return PublishResult(PublishState.PUBLISHED, remote_id=post_id, url=url)
