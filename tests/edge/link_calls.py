"""What the tests of the links API share: requests as the operator, and a look at what readers have."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tests.edge.links import API, OPERATOR, TARGET
from tests.harness.local_edge import LocalEdge, eventually

LINKS = "/api/v1/links"


def call(product: LocalEdge, method: str, path: str, **options: Any) -> httpx.Response:
    """Send a request to the API as the operator."""
    headers = {**OPERATOR, **options.pop("headers", {})}
    return product.request(API, method, path, headers=headers, **options)


def create(product: LocalEdge, **fields: Any) -> dict[str, Any]:
    """Create a link and return it."""
    answer = call(product, "POST", LINKS, json={"target": TARGET, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def read(product: LocalEdge, code: str) -> dict[str, Any]:
    """Return a link."""
    answer = call(product, "GET", f"{LINKS}/{code}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Return the problem document of an answer with this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return dict(answer.json())


def bad_fields(answer: httpx.Response) -> dict[str, str]:
    """Return the code of each bad field that an answer names."""
    return {error["field"]: error["code"] for error in problem(answer, 422)["errors"]}


def projected(product: LocalEdge, code: str, **fields: Any) -> None:
    """Wait until what the edge reads of a code says this."""

    def is_there() -> bool:
        record = json.loads(product.kv("METADATA", "get", f"link:{code}") or "{}")
        return bool(record) and fields.items() <= record.items()

    eventually(is_there)
