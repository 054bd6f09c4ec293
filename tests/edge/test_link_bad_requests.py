"""A bad request is one problem document that lists every bad field, wherever in the request it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.edge.link_calls import LINKS, bad_fields, call
from tests.edge.links import TARGET
from tests.harness.local_edge import LocalEdge

SHORTEN = "/api/v1/shorten"

REFUSED_BODIES: list[tuple[str, str, dict[str, Any], dict[str, str]]] = [
    (
        "POST",
        LINKS,
        {
            "json": {
                "target": "ftp://example.com/",
                "code": "a",
                "colour": "red",
                "expires_at": "2020-01-01T00:00:00Z",
                "password": "",
                "rules": [{"country": ["Germany"], "weather": "rain"}],
                "split": [{"target": TARGET, "weight": 0}],
            }
        },
        {
            "body.target": "invalid_scheme",
            "body.code": "invalid_code",
            "body.colour": "extra_forbidden",
            "body.expires_at": "already_expired",
            "body.password": "string_too_short",
            "body.rules.0.target": "missing",
            "body.rules.0.country.0": "unknown_country",
            "body.rules.0.weather": "extra_forbidden",
            "body.split.0.weight": "greater_than_equal",
        },
    ),
    (
        "PATCH",
        f"{LINKS}/any-code",
        {"json": {"mode": "frame", "version": 0}, "headers": {"if-match": '"newest"'}},
        {
            "body.mode": "literal_error",
            "body.version": "greater_than_equal",
            "header.if-match": "invalid_version",
        },
    ),
    (
        "GET",
        f"{LINKS}?limit=0&cursor=nonsense&state=deleted&search=%00",
        {},
        {
            "query.limit": "greater_than_equal",
            "query.cursor": "invalid_cursor",
            "query.state": "literal_error",
            "query.search": "string_pattern_mismatch",
        },
    ),
    (
        "GET",
        f"{LINKS}/export?format=xml&cursor=nonsense&limit=5001",
        {},
        {
            "query.format": "literal_error",
            "query.cursor": "invalid_cursor",
            "query.limit": "less_than_equal",
        },
    ),
    (
        "POST",
        f"{LINKS}/import?format=xml&dry_run=perhaps",
        {"content": b"target\n"},
        {"query.format": "unknown_format", "query.dry_run": "bool_parsing"},
    ),
    (
        "POST",
        f"{LINKS}/bulk",
        {"json": {"links": {}, "more": 1, "other": 2}},
        {"body.links": "list_type", "body.more": "extra_forbidden", "body.other": "extra_forbidden"},
    ),
    (
        "POST",
        f"{LINKS}/any-code/rename",
        {"json": {"code": "login", "grace_seconds": -1, "until": 5}},
        {
            "body.code": "reserved_code",
            "body.grace_seconds": "greater_than_equal",
            "body.until": "extra_forbidden",
        },
    ),
    (
        "POST",
        f"{LINKS}/any-code/aliases",
        {"json": {"code": "a b", "name": "x"}},
        {"body.code": "invalid_code", "body.name": "extra_forbidden"},
    ),
    (
        "POST",
        SHORTEN,
        {"json": {"original_url": "asset:abc", "custom_code": "api", "metadata": [], "ttl": 1}},
        {
            "body.original_url": "invalid_url",
            "body.custom_code": "reserved_code",
            "body.metadata": "dict_type",
            "body.ttl": "extra_forbidden",
        },
    ),
]


@pytest.mark.parametrize(("method", "path", "options", "fields"), REFUSED_BODIES)
def test_a_bad_request_is_one_problem_that_lists_every_bad_field(
    product: LocalEdge, method: str, path: str, options: dict[str, Any], fields: dict[str, str]
) -> None:
    assert bad_fields(call(product, method, path, **options)) == fields
