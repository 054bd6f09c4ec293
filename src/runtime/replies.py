"""JavaScript Responses, built without the SDK's wrapper: that one costs 50 microseconds a piece."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from js import JSON, Headers
from js import Response as JsResponse
from pyodide.ffi import to_js

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pages.document import Page


def reply(status: int, headers: Mapping[str, str], body: Any = None) -> Any:  # noqa: ANN401 - a JS object
    """Return a Response with text, bytes, a stream or nothing as its body."""
    content = to_js(body) if isinstance(body, bytes) else body
    return JsResponse.new(content, JSON.parse(json.dumps({"status": status, "headers": dict(headers)})))


def lasting_init(headers: Mapping[str, str]) -> Any:  # noqa: ANN401 - a JS object
    """Return the second argument of many Responses with these headers, which are then read only once."""
    init = JSON.parse("{}")
    init.headers = js_headers(headers)
    return init


def js_headers(headers: Mapping[str, str]) -> Any:  # noqa: ANN401 - a JS object
    """Return Headers; crossing to JavaScript as one text costs a third of what crossing in pieces does."""
    return Headers.new(JSON.parse(json.dumps(dict(headers))))


def text_reply(status: int, text: str) -> Any:  # noqa: ANN401 - a JS object
    """Return a short plain answer that no cache keeps."""
    headers = {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store"}
    return reply(status, {**headers, "x-content-type-options": "nosniff"}, text)


def page_reply(page: Page, method: str, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - a JS object
    """Return a page, without its body to HEAD; `headers` replace those of the page."""
    # By one spelling: the runtime would send a name in two spellings as one field with two values.
    merged = {**page.headers, **{name.lower(): value for name, value in (headers or {}).items()}}
    return reply(page.status, merged, None if method == "HEAD" else page.text)
