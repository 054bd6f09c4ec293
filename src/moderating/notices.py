"""Notices to moderators: a signed POST to an address of theirs for what newly waits for a person.

A notice is a queue's message. It names the case and why it waits, and holds none of the content.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from moderation.audit_chain import canonical_json
from outbound import NO_RETRY, Call, HttpRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from outbound import HttpResponse

KIND = "notice"
FLAGGED = "case_flagged"
APPEALED = "case_appealed"

URL = "MODERATION_WEBHOOK_URL"
SECRET = "MODERATION_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
LEAST_SECRET_CHARACTERS = 16
TIMEOUT_SECONDS = 10
SIGNATURE_HEADER = "x-gif-distributor-signature"
_HERE = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where notices go, and the secret that signs them."""

    url: str
    secret: str = field(repr=False)


class NoticeRefusedError(Exception):
    """The receiver answered with something else than success."""


def read_webhook(url: str, secret: str) -> Webhook | None:
    """Return the webhook of two variables, None where no address is given; raise ValueError naming one."""
    if not url:
        return None
    if not _is_safe(url):
        raise ValueError(f"{URL} must be an https address")
    if len(secret) < LEAST_SECRET_CHARACTERS:
        raise ValueError(f"{SECRET} has fewer than {LEAST_SECRET_CHARACTERS} characters")
    return Webhook(url, secret)


def flagged_notice(case: Mapping[str, Any], seq: int) -> dict[str, Any]:
    """Return the notice of a case that the event `seq` sent to a person, whoever caused that."""
    return _notice(FLAGGED, f"notice:{case['subject']}:{case['round']}:{seq}", case)


def appeal_notice(case: Mapping[str, Any], event_id: str) -> dict[str, Any]:
    """Return the notice of an appeal."""
    return _notice(APPEALED, f"notice:{event_id}", case)


def notice_call(webhook: Webhook, notice: Mapping[str, Any], base_url: str, now: float) -> Call[None]:
    """Return the POST of a notice; its parser raises NoticeRefusedError unless the answer is a 2xx."""
    body = canonical_json(
        {
            "id": notice["event_id"],
            "event": notice["event"],
            "subject": notice["subject"],
            "state": notice["state"],
            "reason": notice["reason"],
            "categories": notice["categories"],
            "reports": notice["reports"],
            "case_url": f"{base_url}/api/v1/moderation/cases/{quote(notice['subject'], safe='')}",
        }
    ).encode()
    moment = int(now)
    headers = (
        ("content-type", "application/json"),
        (SIGNATURE_HEADER, f"t={moment},v1={signature(webhook.secret, moment, body)}"),
    )
    return Call(HttpRequest("POST", webhook.url, headers, body, TIMEOUT_SECONDS), _check, NO_RETRY)


def signature(secret: str, moment: int, body: bytes) -> str:
    """Return the HMAC-SHA-256 of the moment and the body, in hexadecimal."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.scheme == "https" or _is_here(parts))
    except ValueError:
        return False


def _is_here(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in _HERE


def _notice(event: str, event_id: str, case: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": KIND,
        "event_id": event_id,
        "event": event,
        "subject": case["subject"],
        "state": case["state"],
        "reason": case["reason"],
        "categories": list(case["categories"]),
        "reports": case["reports"],
    }


def _check(response: HttpResponse) -> None:
    if not 200 <= response.status < 300:
        raise NoticeRefusedError(f"the receiver answered {response.status}")
