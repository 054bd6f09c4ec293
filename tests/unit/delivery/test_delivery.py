"""What is decided about a request for media before a byte is fetched."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from assets.record import PRIVATE, PUBLIC, UNLISTED, AssetRecord, Variant
from assets.states import APPROVED, FLAGGED, PENDING, REJECTED, STATES, TAKEN_DOWN
from cdn.conditional import Conditions
from cdn.errors import SigningError
from cdn.restrictions import Client
from cdn.verification import Refusal, Verdict
from delivery import problems
from delivery.answers import DECIDING, answer, saved_as
from delivery.grants import grant
from delivery.paths import (
    PLAIN,
    MediaPath,
    MediaQuery,
    parse_embed_path,
    parse_media_path,
    parse_media_query,
)
from delivery.representations import Chosen, cache_url, choose, tags
from delivery.signing import read_signer, signed_asset_url

SHA256 = "ab" * 32
FILM = Variant("video/mp4", 500, "etag-of-the-film")
RECORD = AssetRecord(
    asset_id="cat",
    sha256=SHA256,
    content_type="image/gif",
    extension="gif",
    bytes=1_000,
    created_at=1_700_000_000.5,
    state=APPROVED,
    visibility=PUBLIC,
    variants={"mp4": FILM},
)
NOW = 1_800_000_000.0


class TestPaths:
    @pytest.mark.parametrize(
        ("path", "found"),
        [
            ("/a/cat", MediaPath("cat")),
            ("/a/cat.gif", MediaPath("cat", "gif")),
            ("/a/c-a_T9.webm", MediaPath("c-a_T9", "webm")),
            ("/a/" + "x" * 128, MediaPath("x" * 128)),
            ("/a/" + "x" * 129, None),
            ("/a/", None),
            ("/a/.gif", None),
            ("/a/cat.", None),
            ("/a/cat.GIF", None),
            ("/a/cat.exe", None),
            ("/a/cat.gif.gif", None),
            ("/a/cat/gif", None),
            ("/a/c%61t", None),
            ("/a/cat\n", None),
            ("/b/cat", None),
        ],
    )
    def test_a_path_names_an_asset_and_perhaps_a_format(self, path: str, found: MediaPath | None) -> None:
        assert parse_media_path(path) == found

    @pytest.mark.parametrize(
        ("path", "found"),
        [
            ("/a/c-a_T9/embed", "c-a_T9"),
            ("/a/" + "x" * 129 + "/embed", None),
            ("/a//embed", None),
            ("/a/cat.gif/embed", None),
            ("/a/cat/embed/", None),
            ("/a/cat/embedded", None),
            ("/a/cat/embed\n", None),
            ("/s/cat/embed", None),
            ("/a/embed", None),
        ],
    )
    def test_a_path_below_an_asset_names_its_page_for_frames(self, path: str, found: str | None) -> None:
        assert parse_embed_path(path) == found

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", PLAIN),
            ("x=1&y", PLAIN),
            ("download", MediaQuery(is_download=True)),
            ("x=1&download=yes", MediaQuery(is_download=True)),
            ("downl%6Fad", MediaQuery(is_download=True)),
            ("downloads", PLAIN),
            ("signature=v1.x", MediaQuery(is_signed=True)),
            ("kid=", MediaQuery(is_signed=True)),
            ("e%78pires", MediaQuery(is_signed=True)),
            ("sig_unknown=1", MediaQuery(is_signed=True)),
            ("download&expires=1", MediaQuery(is_signed=True, is_download=True)),
        ],
    )
    def test_a_trace_of_a_signature_has_the_url_verified(self, query: str, found: MediaQuery) -> None:
        assert parse_media_query(query) == found


class TestGrants:
    @pytest.mark.parametrize("visibility", [PUBLIC, UNLISTED])
    @pytest.mark.parametrize("is_signed", [False, True])
    def test_an_approved_asset_that_shows_itself_is_delivered(self, visibility: str, is_signed: bool) -> None:
        record = replace(RECORD, visibility=visibility)
        assert grant(record, None, is_signed=is_signed) == choose(record, None)

    @pytest.mark.parametrize("state", STATES)
    def test_a_private_one_without_a_url_is_unknown_whatever_its_state(self, state: str) -> None:
        record = replace(RECORD, visibility=PRIVATE, state=state)
        assert grant(record, "mp4", is_signed=False) is problems.UNKNOWN_ASSET

    @pytest.mark.parametrize("state", STATES)
    @pytest.mark.parametrize("awaited", [PUBLIC, UNLISTED])
    def test_a_private_one_that_another_account_has_just_uploaded_looks_new(
        self, state: str, awaited: str
    ) -> None:
        record = replace(RECORD, visibility=PRIVATE, state=state, awaited=awaited)
        new = replace(RECORD, visibility=awaited, state=PENDING)
        for extension in (None, "gif", "mp4"):
            refusal = grant(record, extension, is_signed=False)
            assert refusal is grant(new, extension, is_signed=False) is problems.IN_REVIEW
        assert grant(replace(record, held=False), None, is_signed=False) is problems.UNKNOWN_ASSET

    def test_a_url_grants_a_private_one(self) -> None:
        record = replace(RECORD, visibility=PRIVATE)
        assert grant(record, "mp4", is_signed=True) == choose(record, "mp4")

    @pytest.mark.parametrize(
        ("state", "refusal"),
        [
            (PENDING, problems.IN_REVIEW),
            (FLAGGED, problems.IN_REVIEW),
            (REJECTED, problems.REFUSED),
            (TAKEN_DOWN, problems.GONE),
        ],
    )
    @pytest.mark.parametrize("extension", [None, "gif", "mp4", "png"])
    def test_no_url_grants_what_is_not_approved(
        self, state: str, refusal: problems.Problem, extension: str | None
    ) -> None:
        for visibility in (PUBLIC, PRIVATE):
            record = replace(RECORD, state=state, visibility=visibility)
            refused = grant(record, extension, is_signed=True)
            assert isinstance(refused, problems.Problem)
            assert refused._replace(members={}) == refusal

    @pytest.mark.parametrize(("state", "status"), [(REJECTED, 451), (TAKEN_DOWN, 410)])
    def test_what_is_withheld_comes_with_its_statement(self, state: str, status: int) -> None:
        record = replace(RECORD, state=state, reason="a court said so", decided_at=1_800_000_000.0)
        refused = grant(record, None, is_signed=False)
        assert isinstance(refused, problems.Problem)
        appeal = "mailto:appeals@example.com"
        told = json.loads(problems.appealable(refused, appeal).text())
        assert (told["status"], told["reason"], told["automated"]) == (status, "a court said so", False)
        assert (told["decided_at"], told["appeal_to"]) == ("2027-01-15T08:00:00+00:00", appeal)
        assert "appeal_to" not in json.loads(problems.appealable(refused, None).text())
        assert problems.appealable(problems.IN_REVIEW, appeal) is problems.IN_REVIEW

    def test_what_nobody_holds_is_unknown(self) -> None:
        assert grant(replace(RECORD, held=False), None, is_signed=True) is problems.UNKNOWN_ASSET

    def test_a_format_that_nobody_made_is_told_apart(self) -> None:
        assert grant(RECORD, "webp", is_signed=False) is problems.NO_VARIANT


class TestRepresentations:
    def test_the_original_is_named_by_its_hash_and_a_variant_by_its_tag(self) -> None:
        original, film = choose(RECORD, None), choose(RECORD, "mp4")
        assert original == Chosen(
            "gif", "media/cat/original.gif", "image/gif", 1_000, SHA256, 1_700_000_000.5
        )
        assert film == Chosen("mp4", "media/cat/variant.mp4", "video/mp4", 500, FILM.etag, None)
        assert original == choose(RECORD, "gif")
        assert (original.is_original, film.is_original) == (True, False)
        assert film.representation().etag == f'"{FILM.etag}"'

    def test_the_tags_of_all_formats_are_purged(self) -> None:
        assert tags(RECORD) == [SHA256, FILM.etag]

    def test_a_name_in_the_cache_is_no_path_of_an_asset(self) -> None:
        name = cache_url("https://gif.example", "cat", SHA256)
        assert name.startswith("https://gif.example/a/cat/")
        assert parse_media_path(name.removeprefix("https://gif.example")) is None


def made(method: str = "GET", extension: str | None = None, *, is_shared: bool = True, **asked: str) -> Any:
    chosen = choose(RECORD, extension)
    assert chosen
    return answer(method, Conditions(**asked), chosen, NOW, is_shared=is_shared)


class TestAnswers:
    def test_get_sends_the_bytes_and_head_says_how_many_there_are(self) -> None:
        whole, head = made(), made("HEAD")
        assert (whole.status, whole.sends, whole.span) == (200, True, None)
        assert (head.status, head.sends, head.headers) == (200, False, whole.headers)

    @pytest.mark.parametrize(
        ("asked", "status", "sends"),
        [
            ({"range": "bytes=0-9"}, 206, True),
            ({"range": "bytes=0-1,5-6"}, 200, True),
            ({"range": "bytes=1000-"}, 416, False),
            ({"if_none_match": "*"}, 304, False),
            ({"if_match": '"other"'}, 412, False),
        ],
    )
    def test_a_condition_decides_whether_bytes_are_sent(
        self, asked: dict[str, str], status: int, sends: bool
    ) -> None:
        decided = made(**asked)
        assert (decided.status, decided.sends) == (status, sends)
        assert decided.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in decided.headers["Content-Security-Policy"]

    def test_without_the_deciding_headers_nothing_else_changes_the_answer(self) -> None:
        fields = {name.replace("-", "_") for name in DECIDING}
        for name in Conditions.__dataclass_fields__.keys() - fields:
            assert made(**{name: '"x"'}) == made()
        for name in fields:
            wrong = "bytes=1-2" if name == "range" else "*" if name == "if_none_match" else '"other"'
            date = "Fri, 01 Jan 2021 00:00:00 GMT" if name == "if_unmodified_since" else wrong
            later = "Tue, 01 Dec 2026 00:00:00 GMT" if name == "if_modified_since" else date
            assert made(**{name: later}) != made(), name

    def test_an_original_never_changes_and_a_variant_may(self) -> None:
        assert made().headers["Cache-Control"] == "public, max-age=31536000, immutable, s-maxage=60"
        assert made(extension="mp4").headers["Cache-Control"] == "public, max-age=86400, s-maxage=60"

    def test_what_a_url_grants_is_in_no_shared_cache_and_open_to_no_other_site(self) -> None:
        for asked in ({}, {"range": "bytes=0-0"}, {"if_none_match": "*"}):
            headers = made(is_shared=False, **asked).headers
            assert headers["Cache-Control"] == "private, no-cache"
            assert not [name for name in headers if name.startswith(("Access-Control", "Timing"))]

    def test_only_answers_with_bytes_name_a_file(self) -> None:
        chosen = choose(RECORD, None)
        assert chosen
        name = saved_as('a "cat"\r\n', chosen, "cat")
        for method, conditions, named in (
            ("GET", Conditions(), True),
            ("HEAD", Conditions(), True),
            ("GET", Conditions(range="bytes=0-1"), True),
            ("GET", Conditions(if_none_match="*"), False),
            ("GET", Conditions(range="bytes=-0"), False),
        ):
            decided = answer(method, conditions, chosen, NOW, is_shared=True, file_name=name)
            assert ("Content-Disposition" in decided.headers) == named
        assert name == "a -cat-.gif"


class TestProblems:
    def test_a_refusal_says_what_it_is_and_is_kept_nowhere(self) -> None:
        told = problems.refused_url(Verdict(Refusal.EXPIRED))
        assert told.headers()["cache-control"] == "private, no-store"
        assert json.loads(told.text()) == {
            "type": "about:blank",
            "title": "Forbidden",
            "status": 403,
            "code": "signed_url_refused",
            "detail": "URL has expired.",
            "reason": "expired",
        }

    def test_every_refusal_has_a_title(self) -> None:
        known = [one for one in vars(problems).values() if isinstance(one, problems.Problem)]
        assert len(known) >= 7
        assert all(json.loads(one.text())["title"] for one in known)


class TestSigning:
    def signer(self, previous: str = "{}") -> Any:
        return read_signer("secret", "k2", previous, lambda: NOW)

    def checked(self, url: str, path: str | None = None, **client: str) -> Refusal | None:
        own, query = url.removeprefix("https://gif.example").split("?")
        verdict: Verdict = self.signer().check_parts(path or own, query, Client(**client))
        return verdict.refusal

    def made(self, **options: Any) -> str:
        return signed_asset_url(self.signer(), "https://gif.example", "cat", expires_in=60, **options).url

    def test_a_url_is_valid_until_the_moment_it_names(self) -> None:
        one = signed_asset_url(self.signer(), "https://gif.example", "cat", expires_in=60.2)
        assert one.url.startswith("https://gif.example/a/cat?expires=")
        assert one.expires_at == NOW + 61
        assert self.checked(one.url) is None

    def test_each_option_binds_it(self) -> None:
        assert self.checked(self.made(extension="mp4", is_download=True)) is None
        assert self.checked(self.made(), path="/a/cat.mp4") is Refusal.BAD_SIGNATURE
        assert self.checked(self.made(every_format=True), path="/a/cat.mp4") is None
        assert self.checked(self.made(every_format=True), path="/a/dog") is Refusal.WRONG_PATH
        bound = self.made(network="203.0.113.0/24", countries=["DE"])
        assert self.checked(bound, address="203.0.113.9", country="DE") is None
        assert self.checked(bound, address="198.51.100.1", country="DE") is Refusal.WRONG_ADDRESS
        assert self.checked(bound, address="203.0.113.9", country="FR") is Refusal.WRONG_COUNTRY
        assert self.checked(self.made(not_before=int(NOW) + 59)) is None  # within the allowance for clocks

    def test_a_previous_key_is_accepted_and_a_forgotten_one_is_not(self) -> None:
        earlier = read_signer("old", "k1", "{}", lambda: NOW)
        url = signed_asset_url(earlier, "https://gif.example", "cat", expires_in=60).url
        path, query = url.removeprefix("https://gif.example").split("?")
        assert self.signer('{"k1": "old"}').check_parts(path, query).refusal is None
        assert self.signer().check_parts(path, query).refusal is Refusal.UNKNOWN_KEY

    @pytest.mark.parametrize("text", ["", "[]", "null", "{", '"k1"', "[" * 100_000])
    def test_a_wrong_value_of_the_environment_is_named(self, text: str) -> None:
        with pytest.raises(ValueError, match="PREVIOUS_SIGNING_KEYS must be a JSON object"):
            self.signer(text)

    def test_what_cannot_be_signed_is_refused(self) -> None:
        with pytest.raises(SigningError):
            signed_asset_url(self.signer(), "https://gif.example", "cat", expires_in=8 * 86_400)
