"""Notices to moderators: what they say, and who signs them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from moderating.notices import (
    NoticeRefusedError,
    Webhook,
    appeal_notice,
    flagged_notice,
    notice_call,
    read_webhook,
    signature,
)
from outbound.drivers import SyncDriver

SECRET = "a secret of the tests"
CASE: dict[str, Any] = {
    "subject": "asset:cat",
    "round": 2,
    "state": "flagged",
    "reason": "nudity",
    "categories": ["sexual"],
    "reports": 3,
    "sha256": "5a" * 32,
    "appeal": "it is art",
}


def sent(notice: dict[str, Any], status: int = 204) -> httpx.Request:
    """Send a notice to a receiver that answers with a status; return the request that it got."""
    got: list[httpx.Request] = []

    def receive(request: httpx.Request) -> httpx.Response:
        got.append(request)
        return httpx.Response(status)

    call = notice_call(
        Webhook("https://example.com/hook", SECRET), notice, "https://gif.example.com", 1_800_000_000.9
    )
    with httpx.Client(transport=httpx.MockTransport(receive)) as client:
        SyncDriver(client).send(call)
    return got[0]


def test_a_notice_names_the_case_and_holds_none_of_its_content() -> None:
    request = sent(flagged_notice(CASE, 17))
    assert json.loads(request.content) == {
        "id": "notice:asset:cat:2:17",
        "event": "case_flagged",
        "subject": "asset:cat",
        "state": "flagged",
        "reason": "nudity",
        "categories": ["sexual"],
        "reports": 3,
        "case_url": "https://gif.example.com/api/v1/moderation/cases/asset%3Acat",
    }
    assert (request.method, str(request.url)) == ("POST", "https://example.com/hook")
    assert request.headers["content-type"] == "application/json"


def test_the_receiver_can_tell_that_it_is_ours_and_new() -> None:
    request = sent(appeal_notice(CASE, "appeal:ann:k"))
    assert json.loads(request.content)["id"] == "notice:appeal:ann:k"
    stated = dict(part.split("=") for part in request.headers["x-gif-distributor-signature"].split(","))
    assert stated == {"t": "1800000000", "v1": signature(SECRET, 1_800_000_000, request.content)}
    others = {signature(SECRET, 1_800_000_001, request.content), signature("another", 1_800_000_000, b"")}
    assert stated["v1"] not in others


@pytest.mark.parametrize("status", [199, 302, 404, 500])
def test_anything_but_success_is_a_failure(status: int) -> None:
    with pytest.raises(NoticeRefusedError, match=str(status)):
        sent(flagged_notice(CASE, 1), status)


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [
        ("http://example.com/", SECRET, "MODERATION_WEBHOOK_URL must be an https address"),
        ("http://localhost.example.com/", SECRET, "MODERATION_WEBHOOK_URL must be an https address"),
        ("https://[/", SECRET, "MODERATION_WEBHOOK_URL must be an https address"),
        ("https:///hook", SECRET, "MODERATION_WEBHOOK_URL must be an https address"),
        ("ftp://example.com/", SECRET, "MODERATION_WEBHOOK_URL must be an https address"),
        ("https://example.com/", "short", "MODERATION_WEBHOOK_SECRET has fewer than 16 characters"),
    ],
)
def test_a_wrong_variable_is_named(url: str, secret: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_webhook(url, secret)


def test_a_webhook_is_a_choice() -> None:
    assert read_webhook("", "") is None
    assert read_webhook("https://example.com/", SECRET) == Webhook("https://example.com/", SECRET)
    assert read_webhook("http://127.0.0.1:9/", SECRET) is not None
    assert SECRET not in repr(read_webhook("http://localhost:9/", SECRET))
