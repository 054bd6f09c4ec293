"""What may be published, how tags are written, what a batch does, what settings are accepted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbound import FilePart, HttpResponse
from publishing import (
    ACCOUNT_LEVEL_CODES,
    ItemError,
    PublisherConfigError,
    PublishItem,
    PublishResult,
    PublishState,
    Rating,
    TagRules,
    as_tags,
    checked_limit,
    chosen_base_url,
    clean_tags,
    https_url,
    json_object,
    load_media,
    refused_answer,
    required_text,
    run_batch,
    short_text,
    without_secrets,
)

URL = "https://cdn.example.com/a.gif"
GIF = b"GIF89a" + bytes(20)
RULES = TagRules(max_tags=4, max_chars=12)
DONE = PublishResult(PublishState.PUBLISHED, remote_id="1")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"title": ""}, "title must not be empty"),
        ({"title": " \n"}, "title must not be empty"),
        ({"title": None}, "title must be text, not NoneType"),
        ({"title": "x" * 201}, "title has 201 characters; at most 200"),
        ({"title": "a\udc00"}, "title is not valid Unicode"),
        ({"media_url": ""}, "either a media_url or a media file"),
        ({"media": FilePart("a.gif", "image/gif", GIF)}, "either a media_url or a media file"),
        ({"media_url": 5}, "media_url must be text"),
        ({"media_url": "a.gif"}, "media_url must be an http or https URL"),
        ({"media_url": "file:///etc/passwd"}, "media_url must be"),
        ({"media_url": "https:///a.gif"}, "media_url must be"),
        ({"media_url": "https://me:pw@cdn.example.com/"}, "media_url must be"),
        ({"media_url": "https://cdn.example.com/a b"}, "media_url must be"),
        ({"media_url": "https://cdn.example.com/a\r\nb"}, "media_url must be"),
        ({"media_url": "https://cdn.example.com:99999/"}, "media_url must be"),
        ({"media_url": "https://cdn.example.com:0/"}, "media_url must be"),
        ({"media_url": "https://[::1/"}, "media_url must be"),
        ({"media_url": "https://c.example/" + "x" * 2048}, "media_url has"),
        ({"source_url": "nowhere"}, "source_url must be"),
        ({"source_id": "x" * 201}, "source_id has 201"),
        ({"source_id": 7}, "source_id must be text"),
        ({"collection": 7}, "collection must be text"),
        ({"rating": "g"}, "rating must be a Rating"),
        ({"tags": "cat"}, "tags must be a list of texts"),
        ({"tags": None}, "tags must be a list of texts"),
        ({"tags": ("cat", 5)}, "each tag must be text, not int"),
        ({"tags": ("\ud800",)}, "each tag is not valid Unicode"),
    ],
)
def test_an_item_that_no_network_could_take_says_what_is_wrong(fields: dict[str, object], told: str) -> None:
    with pytest.raises(ItemError, match=told) as error:
        PublishItem(**{"title": "Cat", "media_url": URL, **fields})  # type: ignore[arg-type]
    assert error.value.code == "invalid_metadata"


def test_a_good_item_is_a_value() -> None:
    item = PublishItem("Cat", ("cat",), URL, source_url="http://[::1]:8080/x", source_id="a")
    assert item == PublishItem("Cat", ("cat",), URL, source_url="http://[::1]:8080/x", source_id="a")
    assert PublishItem("Cat", media=FilePart("a.gif", "image/gif", GIF)).media_url == ""
    assert as_tags(["a", "b"]) == ("a", "b")


def test_ratings_are_in_the_order_of_age() -> None:
    exceeding = [[rating.exceeds(limit) for limit in Rating] for rating in Rating]
    assert exceeding == [[row > column for column in range(4)] for row in range(4)]


@pytest.mark.parametrize(
    ("tags", "cleaned"),
    [
        (["Funny Cat", "REACTION"], ["funny cat", "reaction"]),
        (["  Cute \t Animals\n"], ["cute animals"]),
        (["#cat", "## dog", "# # a"], ["cat", "dog", "a"]),
        (["cat", "CAT", "c\u200bat", "\uff23\uff21\uff34"], ["cat"]),
        (["cat,dog", ",", "a\uff0cb"], ["cat", "dog", "a", "b"]),
        (["funny_cat", "__"], ["funny cat"]),
        (["", " ", "\x00"], []),
        (["Straße", "ÉTÉ", "e\u0301te\u0301"], ["straße", "été"]),
        (["1", "2", "3", "4", "5"], ["1", "2", "3", "4"]),
        (["exactly12chr", "exactly13chrs"], ["exactly12chr"]),
    ],
)
def test_tags_are_written_one_way(tags: list[str], cleaned: list[str]) -> None:
    assert clean_tags(tags, RULES) == cleaned


@settings(deadline=None, max_examples=300)
@given(st.lists(st.text(max_size=20), max_size=8))
def test_clean_tags_keep_the_rules_and_stay_as_they_are(tags: list[str]) -> None:
    cleaned = clean_tags(tags, RULES)
    assert clean_tags(cleaned, RULES) == cleaned
    assert len(cleaned) == len(set(cleaned)) <= RULES.max_tags
    for tag in cleaned:
        assert 0 < len(tag) <= RULES.max_chars
        assert "," not in tag
        assert "_" not in tag
        assert not tag.startswith(("#", " "))
        assert tag == " ".join(tag.split())
        tag.encode()


def test_a_batch_goes_on_after_an_items_own_failure() -> None:
    results = {
        1: DONE,
        2: PublishResult(PublishState.FAILED, error_code="rejected"),
        3: PublishResult(PublishState.UNKNOWN, error_code="outcome_unknown"),
        4: PublishResult(PublishState.REFUSED, error_code="not_safe_for_work"),
        5: PublishResult(PublishState.FAILED, error_code="service_unreachable"),
        6: DONE,
    }
    assert run_batch(results, results.__getitem__) == list(results.values())


@pytest.mark.parametrize("code", sorted(ACCOUNT_LEVEL_CODES))
def test_a_batch_ends_with_a_failure_of_the_account(code: str) -> None:
    asked: list[int] = []
    stop = PublishResult(
        PublishState.FAILED, error_code=code, error_message="the reason", retry_after_seconds=9.0
    )

    def upload(number: int) -> PublishResult:
        asked.append(number)
        return stop if number == 2 else DONE

    first, second, *rest = run_batch([1, 2, 3, 4], upload)
    assert asked == [1, 2]
    assert (first, second) == (DONE, stop)
    assert [result.state for result in rest] == [PublishState.NOT_ATTEMPTED] * 2
    assert {result.error_code for result in rest} == {code}
    assert all("the reason" in str(result.error_message) for result in rest)
    assert {result.retry_after_seconds for result in rest} == {9.0}
    assert not any(result.success for result in rest)


def test_an_empty_batch_has_no_results() -> None:
    assert run_batch([], lambda item: DONE) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key=a+b/c&x", "key=[hidden]&x"),
        ("key=a%2Bb%2Fc&x", "key=[hidden]&x"),
        ("nothing here", "nothing here"),
        ("a+b/c a+b/c", "[hidden] [hidden]"),
    ],
)
def test_secrets_are_blotted_out_in_every_form(text: str, shown: str) -> None:
    assert without_secrets(text, ["a+b/c", ""]) == shown


@pytest.mark.parametrize(
    ("status", "code", "state", "told_code"),
    [
        (400, None, PublishState.FAILED, "rejected"),
        (302, None, PublishState.FAILED, "rejected"),
        (429, "rate_limited", PublishState.FAILED, "rate_limited"),
        (200, None, PublishState.UNKNOWN, "outcome_unknown"),
        (299, None, PublishState.UNKNOWN, "outcome_unknown"),
        (300, None, PublishState.FAILED, "rejected"),
        (500, None, PublishState.UNKNOWN, "outcome_unknown"),
        (503, "rate_limited", PublishState.FAILED, "rate_limited"),
    ],
)
def test_only_an_answer_that_rules_it_out_is_a_plain_failure(
    status: int, code: str | None, state: PublishState, told_code: str
) -> None:
    result = refused_answer("Somewhere", status, code, "because")
    assert (result.state, result.error_code, result.success) == (state, told_code, False)
    assert "Somewhere" in str(result.error_message)
    assert "because" in str(result.error_message)


def test_foreign_text_is_made_harmless() -> None:
    assert short_text("a\r\nb\x00  c\u202e") == "a b c"
    assert short_text("x" * 500) == "x" * 200
    assert short_text({"a": 1}) == ""
    assert json_object(HttpResponse(200, (), b"[]")) is None
    assert json_object(HttpResponse(200, (), b"<html>")) is None
    assert json_object(HttpResponse(200, (), b'{"a":1}')) == {"a": 1}


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("http://a.example/", None),
        ("javascript:alert(1)", None),
        ("https://a.example/a b", None),
        ("https://a.example/é", None),
        ("https://a.example/" + "x" * 2048, None),
        (None, None),
    ],
)
def test_a_url_from_a_service_is_https_or_nothing(value: object, url: str | None) -> None:
    assert https_url(value) == url


@pytest.mark.parametrize(
    ("given_url", "environment", "chosen"),
    [
        (None, None, "https://default.example"),
        (None, "", "https://default.example"),
        (None, "http://127.0.0.1:8080/v2/", "http://127.0.0.1:8080/v2"),
        ("http://given.example/", "http://127.0.0.1:8080", "http://given.example"),
    ],
)
def test_a_base_url_comes_from_the_keyword_the_environment_or_the_default(
    monkeypatch: pytest.MonkeyPatch, given_url: str | None, environment: str | None, chosen: str
) -> None:
    monkeypatch.delenv("SOME_BASE_URL", raising=False)
    if environment is not None:
        monkeypatch.setenv("SOME_BASE_URL", environment)
    assert chosen_base_url(given_url, "SOME_BASE_URL", "https://default.example") == chosen


@pytest.mark.parametrize(
    "url",
    [
        "giphy.com",
        "ftp://giphy.com",
        "https://",
        "https://a.example:port",
        "https://a.example:0",
        "https://[::1",
        "https://me@a.example",
        "https://a.example/?q=1",
        "https://a.example/#f",
        "https://a.example/a b",
        "https://a.example/é",
    ],
)
def test_a_base_url_that_cannot_work_is_named(url: str) -> None:
    with pytest.raises(PublisherConfigError, match="SOME_BASE_URL must be") as error:
        chosen_base_url(url, "SOME_BASE_URL", "https://default.example")
    assert error.value.code == "invalid_configuration"


@pytest.mark.parametrize("value", [None, "", "  ", 5])
def test_a_required_text_is_required(value: object) -> None:
    with pytest.raises(PublisherConfigError, match="api_key must be"):
        required_text("api_key", value)


def test_a_text_that_is_there_is_taken_as_it_is() -> None:
    assert required_text("api_key", " key ") == " key "


def test_a_limit_is_a_number_or_none() -> None:
    assert [checked_limit("limit", value) for value in (None, 0, 10)] == [None, 0, 10]
    for wrong in (-1, 1.5, True, "10"):
        with pytest.raises(PublisherConfigError, match="limit must be"):
            checked_limit("limit", wrong)


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.gif", GIF, "image/gif"),
        ("b", b"GIF87a", "image/gif"),
        ("c.mp4", b"\0\0\0\x18ftypmp42", "video/mp4"),
    ],
)
def test_media_is_known_by_its_first_bytes(
    tmp_path: Path, name: str, content: bytes, content_type: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert load_media(path, 100) == FilePart(name, content_type, content)
    assert load_media(str(path), len(content)).content == content


def test_media_that_cannot_be_sent_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_bytes(GIF)
    (tmp_path / "a.txt").write_bytes(b"hello")
    (tmp_path / "empty.gif").write_bytes(b"")
    cases = [
        (tmp_path / "a.gif", len(GIF) - 1, "media_too_large", "more than the 25 bytes"),
        (tmp_path / "a.txt", 100, "invalid_metadata", "a GIF or an MP4"),
        (tmp_path / "empty.gif", 100, "invalid_metadata", "a GIF or an MP4"),
        (tmp_path / "missing.gif", 100, "invalid_metadata", "cannot be read: FileNotFoundError"),
        (tmp_path, 100, "invalid_metadata", "cannot be read"),
        ("a\x00b", 100, "invalid_metadata", "cannot be read"),
        (7, 100, "invalid_metadata", "must be a path"),
    ]
    for path, limit, code, told in cases:
        with pytest.raises(ItemError, match=told) as error:
            load_media(path, limit)
        assert error.value.code == code
