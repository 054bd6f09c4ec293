"""What the tests of uploads share: files that no other test sends, requests, and what is left behind."""

from __future__ import annotations

import itertools
import json
import os
from typing import Any

import httpx

from assets.leftovers import SWEEP_SECONDS, slice_of
from tests.corpus.uploads import writers as w
from tests.corpus.uploads.good import GOOD
from tests.edge.assets import id_of
from tests.edge.links import API, MODERATOR, OPERATOR
from tests.harness.local_edge import ADMIN_TOKEN, LocalEdge

ASSETS, UPLOADS = "/api/v1/assets", "/api/v1/uploads"
CRON = "*/5 * * * *"
BOUNDARY = "a-boundary-of-the-tests"
DAY = 86_400.0

_numbers = itertools.count(1)
_RUN = os.urandom(6)


def new_film(length: int = 1_000) -> bytes:
    """Return an MP4 of about so many bytes that no other test has."""
    seed = _RUN + next(_numbers).to_bytes(4, "big")
    return w.mp4(w.moov(), w.box(b"mdat", (seed * (length // len(seed) + 1))[:length]))


def form(content: bytes, before: dict[str, str], after: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """Return the body and headers of a form with texts on both sides of its file."""
    lines = [_text(*pair) for pair in before.items()]
    lines.append(
        b'Content-Disposition: form-data; name="file"; filename="cat.exe"\r\n'
        b"Content-Type: application/x-unknown\r\n\r\n" + content
    )
    lines += [_text(*pair) for pair in after.items()]
    mark = b"--" + BOUNDARY.encode()
    body = b"".join(mark + b"\r\n" + line + b"\r\n" for line in lines) + mark + b"--\r\n"
    return body, {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}


def _text(name: str, value: str) -> bytes:
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()


def send(product: LocalEdge, content: bytes, query: str = "", **headers: str) -> httpx.Response:
    """Upload a file as a raw body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return product.request(API, "POST", ASSETS + query, content=content, headers={**OPERATOR, **named})


def send_form(
    product: LocalEdge,
    content: bytes,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> httpx.Response:
    """Upload a file in a form."""
    body, headers = form(content, before or {}, after or {})
    return product.request(API, "POST", ASSETS, content=body, headers={**OPERATOR, **headers})


def ask(product: LocalEdge, method: str, path: str = "", **options: Any) -> httpx.Response:
    """Ask for something below `/api/v1/uploads`."""
    headers = {**OPERATOR, **options.pop("headers", {})}
    return product.request(API, method, UPLOADS + path, headers=headers, **options)


def keys(product: LocalEdge, prefix: str = "") -> list[str]:
    """Return the keys in the bucket."""
    return list(product.control("r2", bucket="MEDIA", method="list", options={"prefix": prefix}))


def reserved(product: LocalEdge) -> list[dict[str, Any]]:
    """Return the uploads of the operator that hold room."""
    table = "SELECT name FROM sqlite_master WHERE name = 'library_uploads'"
    if not product.sql("Library", "operator", table):
        return []
    return product.sql("Library", "operator", "SELECT * FROM library_uploads WHERE state <> 'done'")


def record_of(product: LocalEdge, content: bytes) -> dict[str, Any] | None:
    """Return what the owner of a file's asset knows: its record and references."""
    found = product.object("Asset", id_of(content), "read", id_of(content))
    return None if found is None else dict(found)


def assert_nothing_left(product: LocalEdge) -> None:
    """Assert that no upload left anything in the bucket or in the books."""
    assert keys(product) == []
    assert reserved(product) == []


def request_head(path: str, length: int, method: str = "POST") -> bytes:
    """Return the head of a request whose body is sent by hand."""
    lines = [f"{method} {path} HTTP/1.1", "host: x", f"authorization: Bearer {ADMIN_TOKEN}"]
    return "\r\n".join([*lines, f"content-length: {length}", "", ""]).encode()


def sweep(product: LocalEdge, at: float, *asset_ids: str) -> int:
    """Run the sweep as often as it takes to look at some assets; return how much it removed."""
    moments = {slice_of(at + turn * SWEEP_SECONDS): at + turn * SWEEP_SECONDS for turn in range(62)}
    return _sweep_at(product, {moments[asset_id[0]] for asset_id in asset_ids} or {at})


def sweep_published(product: LocalEdge, at: float, *asset_ids: str) -> int:
    """Run the sweep when it looks at what was published of some assets, at some time after `at`."""
    moments = (at + turn * SWEEP_SECONDS for turn in range(62 * 62))
    wanted = {asset_id[:2] for asset_id in asset_ids}
    return _sweep_at(product, {moment for moment in moments if slice_of(moment, 2) in wanted})


def _sweep_at(product: LocalEdge, moments: set[float]) -> int:
    product.logs()
    for moment in sorted(moments):
        outcome = product.control("scheduled", worker=MODERATOR, cron=CRON, time=round(moment * 1000))
        assert outcome["outcome"] == "ok"
    said = [json.loads(line) for line in product.logs() if '"event": "sweep"' in line]
    return sum(event["removed"] for event in said)


ONE_OF_EACH = {
    name: GOOD[name] for name in ("gif loop", "png", "apng", "jpeg", "webp animated", "avif", "mp4", "webm")
}
