"""A bad request is one problem document that lists every bad field; a bad body is a clean 4xx."""

from __future__ import annotations

import json

import pytest

from tests.unit.http_api.ports import BASE_URL, T0, World

LINKS = "/api/v1/links"
GOOD = "https://example.com/"


def errors(world: World, body, method="POST", path=LINKS):
    response = world.request(method, path, json=body)
    assert response.status_code == 422, response.text
    document = response.json()
    assert document["code"] == "invalid_request"
    return {
        error["field"].removeprefix("body.").removeprefix("body"): error["code"]
        for error in document["errors"]
    }


def test_every_bad_field_is_listed_at_once(world: World):
    body = {
        "target": "ftp://example.com/",
        "code": "a",
        "colour": "red",
        "title": "x" * 301,
        "description": "\x07",
        "tags": ["a,b"],
        "metadata": [],
        "status": 200,
        "state": "rejected",
        "starts_at": "tomorrow",
        "expires_at": "2020-01-01T00:00:00Z",
        "max_clicks": 0,
        "password": "",
        "forward_query": "yes",
        "forward_path": 1,
        "utm": {"utm_source": " ", "utm_id": "x"},
        "rules": [{"country": ["Germany"], "weather": "rain"}],
        "split": [{"target": GOOD, "weight": 0}],
        "mode": "frame",
        "version": 1,
    }
    assert errors(world, body) == {
        "target": "invalid_scheme",
        "code": "invalid_code",
        "colour": "extra_forbidden",
        "title": "invalid_title",
        "description": "control_characters",
        "tags": "invalid_tags",
        "metadata": "dict_type",
        "status": "literal_error",
        "state": "literal_error",
        "starts_at": "invalid_moment",
        "expires_at": "already_expired",
        "max_clicks": "greater_than_equal",
        "password": "string_too_short",
        "forward_query": "bool_type",
        "forward_path": "bool_type",
        "utm.utm_source": "empty_text",
        "utm.utm_id.[key]": "literal_error",
        "rules.0.target": "missing",
        "rules.0.country.0": "unknown_country",
        "rules.0.weather": "extra_forbidden",
        "split.0.weight": "greater_than_equal",
        "mode": "literal_error",
        "version": "extra_forbidden",
    }


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("target", "http://169.254.169.254/latest", "private_target"),
        ("target", "http://[::1]/", "private_target"),
        ("target", "http://0x7f.1/", "private_target"),
        ("target", f"{BASE_URL}/s/abc", "own_target"),
        ("target", "https://GIF.example.com.:8443/", "own_target"),
        ("target", "javascript:alert(1)", "invalid_url"),
        ("target", "https://user@example.com/", "url_credentials"),
        ("target", "asset:../x", "invalid_asset"),
        ("target", "asset:", "invalid_asset"),
        ("target", GOOD + "x" * 2048, "string_too_long"),
        ("target", None, "string_type"),
        ("target", 7, "string_type"),
        ("code", "login", "reserved_code"),
        ("code", "x" * 65, "invalid_code"),
        ("title", "a\nb", "invalid_title"),
        ("description", "x" * 2001, "string_too_long"),
        ("tags", "cat", "list_type"),
        ("tags", ["x"] * 60 + [str(place) for place in range(60)], "invalid_tags"),
        ("metadata", {"a": "x" * 8192}, "metadata_too_large"),
        ("metadata", {"a": [[[[[[[[1]]]]]]]]}, "metadata_too_deep"),
        ("metadata", {"a": [2**53]}, "metadata_number"),
        ("status", "302", "literal_error"),
        ("status", True, "literal_error"),
        ("expires_at", "2030-13-01T00:00:00Z", "invalid_moment"),
        ("expires_at", True, "invalid_moment"),
        ("expires_at", [T0], "invalid_moment"),
        ("expires_at", 1e12, "invalid_moment"),
        ("expires_at", -1, "invalid_moment"),
        ("max_clicks", 10**9 + 1, "less_than_equal"),
        ("max_clicks", 1.5, "int_type"),
        ("max_clicks", "5", "int_type"),
        ("password", "x" * 129, "string_too_long"),
        ("rules", [{"target": GOOD}] * 51, "too_long"),
        ("split", [{"target": GOOD, "weight": 1}] * 11, "too_long"),
        ("utm", {"utm_source": "a\tb"}, None),
        ("rules", {}, "list_type"),
    ],
)
def test_a_bad_value_has_a_stable_code(world: World, field, value, code):
    found = errors(world, {"target": GOOD} | {field: value})
    if code is None:
        assert found == {"utm.utm_source": "control_characters"}
    else:
        assert found == {field: code}


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({"target": f"{BASE_URL}/s/x"}, {"target": "own_target"}),
        ({"target": "http://localhost/"}, {"target": "private_target"}),
        ({"target": GOOD, "device": ["fridge"]}, {"device.0": "unknown_device"}),
        ({"target": GOOD, "os": ["Plan 9"]}, {"os.0": "unknown_os"}),
        ({"target": GOOD, "language": ["german!"]}, {"language.0": "unknown_language"}),
        ({"target": GOOD, "country": ["DE"] * 251}, {"country": "too_long"}),
        ({"target": GOOD, "starts_at": T0, "ends_at": T0}, {"ends_at": "ends_before_start"}),
    ],
)
def test_a_rule_is_checked_like_a_link(world: World, rule, found):
    expected = {f"rules.0.{field}": code for field, code in found.items()}
    assert errors(world, {"target": GOOD, "rules": [rule]}) == expected


def test_a_variant_must_not_loop_either(world: World):
    split = [{"target": f"{BASE_URL}/x", "weight": 1}]
    assert errors(world, {"target": GOOD, "split": split}) == {"split.0.target": "own_target"}


def test_the_end_comes_after_the_start(world: World):
    body = {"target": GOOD, "starts_at": T0 + 10, "expires_at": T0 + 10}
    assert errors(world, body) == {"expires_at": "ends_before_start"}


def test_a_whole_link_has_a_bound(world: World):
    rules = [{"target": GOOD + "x" * 1900}] * 12
    assert errors(world, {"target": GOOD, "rules": rules}) == {"": "record_too_large"}
    world.create(code="abc", rules=rules[:8])
    body = {"split": [{**rule, "weight": 1} for rule in rules[:4]]}
    assert errors(world, body, "PATCH", f"{LINKS}/abc") == {"": "record_too_large"}


def test_a_value_is_never_repeated_in_a_problem(world: World):
    secret = "s3cret" * 30
    answer = world.request("POST", LINKS, json={"target": GOOD, "password": secret})
    assert answer.status_code == 422
    assert "s3cret" not in answer.text


def test_the_list_of_errors_is_bounded(world: World):
    body = {f"{place}{'x' * 300}": 1 for place in range(1_500)}
    document = world.request("POST", LINKS, json=body).json()
    assert len(document["errors"]) == 1_000
    assert max(len(error["field"]) for error in document["errors"]) < 210


@pytest.mark.parametrize("body", ["[]", "null", "1", '"text"', "[[]]", "true"])
def test_a_body_that_is_no_object_is_invalid(world: World, body: str):
    answer = world.request("POST", LINKS, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'target': 1}",
        b'{"target": "https://example.com/", "target": "https://example.org/"}',
        b'{"metadata": {"a": 1, "\\u0061": 2}}',
        b'{"\\ud800": 1, "\\ud800": 2}',
        b'{"title": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"title": "\\u0000"}',
        b'{"tags": ["\\u0000"]}',
        b'{"title": "\x00"}',
        b'{"title": "\xff"}',
        b'{"title": "\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"target": "https://example.com/"}',
        '{"target": "https://example.com/"}'.encode("utf-16"),
        b'{"max_clicks": NaN}',
        b'{"max_clicks": -Infinity}',
        b'{"max_clicks": 1e999}',
        b'{"max_clicks": ' + b"9" * 5_000 + b"}",
        b'{"metadata": ' + b"[" * 40 + b"]" * 40 + b"}",
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b'{"target": "https://example.com/"} extra',
    ],
)
def test_what_is_not_json_with_one_meaning_is_400(world: World, body: bytes):
    answer = world.request("POST", LINKS, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "text/json"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_another_type_of_body_is_415(world: World, headers):
    answer = world.request("POST", LINKS, content=b'{"target": "https://example.com/"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        'application/json; charset="UTF-8"',
        "Application/JSON;x=y",
        "application/merge-patch+json",
    ],
)
def test_json_goes_by_several_names(world: World, content_type: str):
    body = json.dumps({"target": GOOD, "title": "ü\ud83c\udfac"})
    answer = world.request("POST", LINKS, content=body, headers={"content-type": content_type})
    assert answer.status_code == 201
    assert answer.json()["title"] == "ü🎬"


def test_a_body_too_large_is_413_whether_it_says_so_or_not(world: World):
    body = json.dumps({"target": GOOD, "title": "x" * 1024 * 1024}).encode()

    async def pieces():
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    for content in (body, pieces()):
        answer = world.request("POST", LINKS, content=content, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_large_body_of_escapes_takes_no_time_to_speak_of(world: World):
    body = b'{"title": "' + b'\\"' * 500_000
    answer = world.request("POST", LINKS, content=body, headers={"content-type": "application/json"})
    assert answer.json()["code"] == "invalid_json"
    body = b'{"metadata": ' + b'["\\"[' * 50 + b"}"
    answer = world.request("POST", LINKS, content=body, headers={"content-type": "application/json"})
    assert answer.json()["code"] == "invalid_json"
