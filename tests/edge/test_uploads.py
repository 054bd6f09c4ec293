"""`POST /api/v1/assets` on the real edge: what is accepted, what is refused, and what is left of it."""

from __future__ import annotations

import json
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from accounts.scopes import Tier
from assets.quotas import QUOTAS
from tests.corpus.uploads.good import GOOD
from tests.corpus.uploads.hostile import HOSTILE
from tests.edge.assets import decide, file, id_of, reference
from tests.edge.links import API, EDGE, MODERATOR, OPERATOR
from tests.edge.uploads import (
    ASSETS,
    ONE_OF_EACH,
    assert_nothing_left,
    form,
    keys,
    new_film,
    record_of,
    request_head,
    reserved,
    send,
    send_form,
)
from tests.harness.local_edge import LocalEdge, eventually
from tests.harness.raw_http import exchange
from uploads.inspector import inspect

API_FIELDS = ("content_type", "width", "height", "frames", "duration_ms", "loop_count")
WORDS = {"title": "Ein Bär", "description": "two\nlines", "visibility": "public", "tags": "cat, Dog"}


def view_of(product: LocalEdge, content: bytes) -> dict[str, Any]:
    """Return a file's asset as its account sees it."""
    return dict(product.get(API, f"{ASSETS}/{id_of(content)}", headers=OPERATOR).json())


def test_every_good_file_is_stored_as_it_came_and_known_again(product: LocalEdge) -> None:
    for name, (content, found) in GOOD.items():
        raw = send(product, content, "?title=raw")
        assert raw.status_code == 201, (name, raw.text)
        view = raw.json()
        assert [view[field] for field in API_FIELDS] == [getattr(found, field) for field in API_FIELDS], name
        assert (view["asset_id"], view["bytes"]) == (id_of(content), len(content))
        assert view["sha256"] == inspect(content).sha256
        (key,) = keys(product, f"quarantine/{id_of(content)}/")
        assert product.r2_get("MEDIA", key) == content
        again = send_form(product, content, {"title": "form"})
        assert (again.status_code, again.json()) == (200, view), name
    assert len(keys(product)) == len(GOOD)


@pytest.mark.parametrize("name", ONE_OF_EACH)
@pytest.mark.parametrize("is_before", [True, False])
def test_a_file_in_a_form_is_stored_wherever_the_texts_are(
    product: LocalEdge, name: str, is_before: bool
) -> None:
    content, found = ONE_OF_EACH[name]
    sent = send_form(product, content, WORDS, {}) if is_before else send_form(product, content, {}, WORDS)
    assert sent.status_code == 201, sent.text
    assert (sent.json()["content_type"], sent.json()["tags"]) == (found.content_type, ["cat", "Dog"])
    (key,) = keys(product)
    assert product.r2_get("MEDIA", key) == content


def test_the_words_of_a_form_and_of_a_query_are_the_same(product: LocalEdge) -> None:
    film = new_film()
    by_form = send_form(
        product, film, {"title": "Ein Bär", "tags": "cat"}, {"tags": "Dog", "visibility": "private"}
    )
    view = by_form.json()
    assert (view["title"], view["tags"], view["visibility"]) == ("Ein Bär", ["cat", "Dog"], "private")
    assert (view["status"], view["description"]) == ("pending", "")
    assert view["url"].endswith(f"/a/{view['asset_id']}")
    product.reset()
    by_query = send(product, film, "?title=Ein%20B%C3%A4r&tags=cat,Dog&visibility=private").json()
    assert {**by_query, "created_at": ""} == {**view, "created_at": ""}
    stored = record_of(product, film)
    assert stored is not None
    assert stored["references"][0]["title"] == "Ein Bär"


def test_an_upload_is_listed_reserved_no_more_and_not_delivered_yet(product: LocalEdge) -> None:
    film = new_film()
    product.logs()
    assert send(product, film).status_code == 201
    assert reserved(product) == []
    assert keys(product, "quarantine/incoming/") == []
    # The library counts it at once, before the owner's news arrive.
    assert product.object("Library", "operator", "asset_totals")["bytes"] == len(film)
    assert product.get(EDGE, f"/a/{id_of(film)}").status_code == 404


def test_hostile_files_are_refused_with_their_codes_and_leave_nothing(product: LocalEdge) -> None:
    assert len(HOSTILE) >= 60
    for number, (name, (content, code)) in enumerate(HOSTILE.items()):
        in_form = number % 4 == 0
        answer = send_form(product, content, {}, {"title": "behind"}) if in_form else send(product, content)
        assert answer.json()["code"] == code, name
        assert answer.status_code in (413, 415, 422), name
        assert answer.headers["content-type"] == "application/problem+json"
        assert keys(product) == [], name
    assert_nothing_left(product)


def test_somebody_elses_secret_looks_like_a_new_file(product: LocalEdge) -> None:
    secret, fresh = new_film(), new_film()
    file(product, secret, "mp4", held_by=reference("ann", visibility="private", title="hush"))
    assert decide(product, id_of(secret), "approved")["outcome"] == "changed"
    known, unknown = send(product, secret, "?visibility=public"), send(product, fresh, "?visibility=public")
    own = {"asset_id", "sha256", "url", "created_at"}
    assert (known.status_code, unknown.status_code) == (201, 201)
    assert {name: value for name, value in known.json().items() if name not in own} == {
        name: value for name, value in unknown.json().items() if name not in own
    }
    assert known.headers.keys() == unknown.headers.keys()
    # The queue's turn ends what only looked pending; what is pending waits for a decision.
    turn = {"kind": "asset", "event_id": "1", "asset_id": id_of(secret), "account_id": "operator"}
    assert product.queue(MODERATOR, "gif-distributor-moderation", turn)["explicitAcks"] == ["0"]
    assert eventually(lambda: view_of(product, secret)["status"] == "approved")
    assert view_of(product, fresh)["status"] == "pending"
    assert eventually(lambda: product.get(EDGE, f"/a/{id_of(secret)}").status_code == 200)
    stored = record_of(product, secret)
    assert stored is not None
    assert {one["account_id"] for one in stored["references"]} == {"ann", "operator"}
    # The copy that nobody needs is gone; the one that was there is not.
    assert keys(product, f"quarantine/{id_of(secret)}") == []
    assert product.r2_get("MEDIA", f"media/{id_of(secret)}/original.mp4") == secret


@pytest.mark.parametrize("visibility", ["public", "unlisted"])
def test_what_everybody_may_see_is_found_at_once(product: LocalEdge, visibility: str) -> None:
    film = new_film()
    file(product, film, "mp4", held_by=reference("ann", visibility=visibility, title="hers"))
    decide(product, id_of(film), "approved")
    answer = send(product, film, "?title=mine")
    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    assert answer.json()["title"] == "mine"
    stored = record_of(product, film)
    assert stored is not None
    assert [one["title"] for one in stored["references"]] == ["hers", "mine"]
    assert eventually(lambda: keys(product) == [f"media/{id_of(film)}/original.mp4"])


def test_a_file_that_waits_for_a_decision_for_another_account_is_filed_beside_it(product: LocalEdge) -> None:
    film = new_film()
    file(product, film, "mp4", held_by=reference("ann", title="hers"))
    (hers,) = keys(product)
    assert send(product, film).status_code == 201
    assert keys(product) == [hers]


@pytest.mark.parametrize("verdict", ["rejected", "taken_down"])
def test_a_verdict_keeps_the_file_out(product: LocalEdge, verdict: str) -> None:
    film = new_film()
    file(product, film, "mp4", held_by=reference("ann"))
    decide(product, id_of(film), verdict)
    before = keys(product)
    answer = send(product, film)
    assert (answer.status_code, answer.json()["code"]) == (451, "content_rejected")
    assert keys(product) == before
    assert reserved(product) == []
    assert product.object("Library", "operator", "asset_totals")["assets"] == 0


def test_what_was_deleted_comes_back_by_being_uploaded_again(product: LocalEdge) -> None:
    film = new_film()
    assert send(product, film).status_code == 201
    product.object("Asset", id_of(film), "release", id_of(film), "operator", 1.0, 10.0**10)
    answer = send(product, film, "?title=again")
    assert (answer.status_code, answer.json()["title"], answer.json()["deleted_at"]) == (201, "again", None)
    stored = record_of(product, film)
    assert stored is not None
    assert stored["references"][0]["version"] == answer.json()["version"]
    assert product.r2_get("MEDIA", stored["record"]["key"]) == film


def test_the_same_file_sent_many_times_at_once_is_one_asset(product: LocalEdge) -> None:
    film = new_film(400_000)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: send(product, film), range(6)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json()["asset_id"] for answer in answers}) == 1
    stored = record_of(product, film)
    assert stored is not None
    assert keys(product) == [stored["record"]["key"]]
    assert product.object("Library", "operator", "asset_totals")["bytes"] == len(film)
    assert reserved(product) == []


def test_a_request_needs_a_token_and_counts_against_its_limit(product: LocalEdge) -> None:
    film = new_film()
    for headers, code in [({}, "token_required"), ({"authorization": "Bearer wrong"}, "invalid_token")]:
        answer = product.request(API, "POST", ASSETS, content=film, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert answer.headers["www-authenticate"] == "Bearer"
    accepted = send(product, film)
    assert int(accepted.headers["ratelimit-remaining"]) >= 0
    visitor = {"cf-connecting-ip": "203.0.113.77"}
    first = product.request(API, "POST", ASSETS, content=film, headers=visitor)
    many = 3 * int(first.headers["ratelimit-limit"])
    answers = (product.request(API, "POST", ASSETS, content=film, headers=visitor) for _ in range(many))
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["code"] == "rate_limited"
    assert int(refused.headers["retry-after"]) > 0


def test_every_bad_word_is_told_before_the_body_is_read_or_after_the_form(product: LocalEdge) -> None:
    film = new_film()
    raw = send(product, film, f"?title={'x' * 301}&visibility=secret&colour=red")
    assert raw.status_code == 422
    assert {one["field"] for one in raw.json()["errors"]} == {
        "query.title",
        "query.visibility",
        "query.colour",
    }
    sent = send_form(product, film, {"title": "x" * 301}, {"visibility": "secret"})
    assert {one["field"] for one in sent.json()["errors"]} == {"body.title", "body.visibility"}
    assert send(product, film, "?title=a&title=b").json()["errors"][0]["code"] == "repeated_field"
    assert send(product, film, "?title=%ff").json()["errors"][0]["code"] == "invalid_query"
    assert_nothing_left(product)


@pytest.mark.parametrize(
    ("status", "code", "headers", "body"),
    [
        (415, "unsupported_media_type", {"content-encoding": "gzip"}, b"x"),
        (400, "form_bad_boundary", {"content-type": "multipart/form-data"}, b"x"),
        (400, "form_preamble", form(b"x", {}, {})[1], b"x"),
        (422, "empty_file", {}, b""),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    product: LocalEdge, status: int, code: str, headers: dict[str, str], body: bytes
) -> None:
    answer = product.request(API, "POST", ASSETS, content=body, headers={**OPERATOR, **headers})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert_nothing_left(product)


def test_a_form_that_ends_early_or_late_is_refused(product: LocalEdge) -> None:
    body, headers = form(new_film(), {}, {})
    for wrong, code in [(body[:-4], "form_truncated"), (body + b"more", "form_trailing_data")]:
        answer = product.request(API, "POST", ASSETS, content=wrong, headers={**OPERATOR, **headers})
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert_nothing_left(product)


def test_a_body_of_unknown_length_is_refused(product: LocalEdge) -> None:
    answer = product.request(API, "POST", ASSETS, content=iter([b"GIF89a"]), headers=OPERATOR)
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(product: LocalEdge) -> None:
    # The client waits for the answer and sends no body at all.
    answer = exchange(product.urls[API], request_head(ASSETS, 500_000_001))
    assert answer.status == 413
    assert json.loads(answer.body)["code"] == "file_too_large"
    assert reserved(product) == []


def test_a_refused_request_leaves_the_connection_usable(product: LocalEdge) -> None:
    for _ in range(3):
        assert send(product, bytes(3_000_000)).json()["code"] == "unsupported_type"
        assert send(product, new_film(10_000)).status_code == 201


def fill(product: LocalEdge, left: int) -> None:
    """Leave so many bytes of the operator's quota."""
    held = QUOTAS[Tier.OPERATOR].total_bytes - left
    entry = {"asset_id": "x" * 32, "state": "approved", "created_at": 1.0, "bytes": held, "version": 1}
    product.object("Library", "operator", "add_assets", [entry])


def test_the_quota_is_exact_for_uploads_side_by_side(product: LocalEdge) -> None:
    films = [new_film(100_000) for _ in range(6)]
    size = len(films[0])
    fill(product, size * 3 + size // 2)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda film: send(product, film), films))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [413] * 3
    assert {answer.json()["code"] for answer in answers if answer.status_code == 413} == {"storage_full"}
    assert product.object("Library", "operator", "asset_totals")["assets"] == 4
    assert len(keys(product)) == 3


def test_a_form_may_use_the_last_byte_of_the_quota(product: LocalEdge) -> None:
    film, larger = new_film(50_000), new_film(50_001)
    fill(product, len(film))
    texts = {"description": "x" * 2_000}
    refused = send_form(product, larger, texts)
    assert (refused.status_code, refused.json()["code"]) == (413, "storage_full")
    assert keys(product) == []
    assert send_form(product, film, texts).status_code == 201
    # What the account has already needs no room.
    assert send_form(product, film, texts).json()["code"] == "storage_full"


@pytest.mark.parametrize("how", ["closes", "resets", "stops"])
def test_a_client_that_breaks_off_leaves_nothing(product: LocalEdge, how: str) -> None:
    film = new_film(3_000_000)
    place = urlsplit(product.urls[API])
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(request_head(ASSETS, len(film)) + film[:2_000_000])
        assert eventually(lambda: reserved(product))
        if how == "stops":
            connection.shutdown(socket.SHUT_WR)
            assert b" 400 " in connection.recv(1_000)
        elif how == "resets":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert eventually(lambda: not reserved(product))
    assert_nothing_left(product)
    assert send(product, film).status_code == 201


def test_an_isolate_stays_small_while_files_stream(product: LocalEdge) -> None:
    films = [new_film(20_000_000 + number) for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        uploads = [pool.submit(send, product, film) for film in films]
        while not all(upload.done() for upload in uploads):
            product.check_memory(128 * 1024 * 1024)
    assert [upload.result().status_code for upload in uploads] == [201] * 6
