"""`/api/v1/uploads` on the real edge: parts in any order, one completion, nothing left of the rest."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from http_api.uploads.sessions import PART_BYTES
from library.uploads import MAX_SESSIONS
from tests.edge.assets import decide, file, id_of, reference
from tests.edge.links import API, OPERATOR
from tests.edge.uploads import (
    ONE_OF_EACH,
    UPLOADS,
    ask,
    assert_nothing_left,
    keys,
    new_film,
    record_of,
    request_head,
    reserved,
    send,
)
from tests.harness.local_edge import LocalEdge, eventually

DAY = 86_400.0


def open_upload(product: LocalEdge, size: int, **words: Any) -> dict[str, Any]:
    answer = ask(product, "POST", json={"bytes": size, **words})
    assert answer.status_code == 201, answer.text
    view: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{UPLOADS}/{view['upload_id']}"
    return view


def part_of(content: bytes, number: int) -> bytes:
    return content[(number - 1) * PART_BYTES : number * PART_BYTES]


def put(product: LocalEdge, upload_id: str, number: int, part: bytes) -> Any:
    return ask(product, "PUT", f"/{upload_id}/parts/{number}", content=part)


def filled(product: LocalEdge, content: bytes, **words: Any) -> str:
    """Return the id of an upload whose parts are all there."""
    view = open_upload(product, len(content), **words)
    for number in range(1, view["parts"] + 1):
        answer = put(product, view["upload_id"], number, part_of(content, number))
        assert answer.status_code == 200, answer.text
    return str(view["upload_id"])


def complete(product: LocalEdge, upload_id: str) -> Any:
    return ask(product, "POST", f"/{upload_id}/complete")


def test_a_file_in_parts_becomes_what_it_would_be_in_one_piece(product: LocalEdge) -> None:
    film = new_film(2 * PART_BYTES + 12_345)
    words = {"title": "Ein Bär", "tags": ["cat"], "description": "long", "visibility": "private"}
    view = open_upload(product, len(film), **words)
    assert (view["state"], view["parts"], view["part_bytes"]) == ("open", 3, PART_BYTES)
    assert view["asset_id"] is None
    assert {name: view[name] for name in words} == words
    upload_id = view["upload_id"]
    for number in (3, 1, 2):
        assert put(product, upload_id, number, part_of(film, number)).status_code == 200
        arrived = [part["number"] for part in ask(product, "GET", f"/{upload_id}").json()["received"]]
        assert arrived == {3: [3], 1: [1, 3], 2: [1, 2, 3]}[number]
    assert [one["upload_id"] for one in ask(product, "GET").json()["items"]] == [upload_id]
    answer = complete(product, upload_id)
    assert answer.status_code == 201, answer.text
    (key,) = keys(product)
    assert key.startswith(f"quarantine/{id_of(film)}/")
    assert product.r2_get("MEDIA", key) == film
    assert ask(product, "GET").json()["items"] == []
    ended = ask(product, "GET", f"/{upload_id}").json()
    assert (ended["state"], ended["asset_id"]) == ("done", id_of(film))
    assert product.object("Library", "operator", "asset_totals")["bytes"] == len(film)
    product.reset()
    whole = send(product, film, "?title=Ein%20B%C3%A4r&tags=cat&description=long&visibility=private").json()
    assert {**answer.json(), "created_at": ""} == {**whole, "created_at": ""}


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_small_files_of_every_type_have_one_part(product: LocalEdge, name: str) -> None:
    content, found = ONE_OF_EACH[name]
    answer = complete(product, filled(product, content))
    assert (answer.status_code, answer.json()["content_type"]) == (201, found.content_type)
    stored = record_of(product, content)
    assert stored is not None
    assert product.r2_get("MEDIA", stored["record"]["key"]) == content


def test_a_file_of_whole_parts_ends_with_a_whole_one(product: LocalEdge) -> None:
    film = new_film(PART_BYTES)
    film = new_film(2 * PART_BYTES - len(film))
    assert len(film) == PART_BYTES
    upload_id = filled(product, film)
    assert ask(product, "GET", f"/{upload_id}").json()["parts"] == 1
    assert complete(product, upload_id).status_code == 201


def test_completing_again_tells_the_same_asset(product: LocalEdge) -> None:
    film = new_film()
    upload_id = filled(product, film)
    first, again = complete(product, upload_id), complete(product, upload_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert put(product, upload_id, 1, film).json()["code"] == "unknown_upload"
    product.object("Asset", id_of(film), "release", id_of(film), "operator", time.time(), 3_600)
    assert complete(product, upload_id).json()["code"] == "unknown_upload"


def test_two_completions_at_once_make_one_asset(product: LocalEdge) -> None:
    film = new_film(3_000_000)
    upload_id = filled(product, film)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: complete(product, upload_id), range(2)))
    # Whoever is overtaken may find the bytes gone, and is told to ask again.
    assert {answer.status_code for answer in answers} <= {200, 201, 503}
    assert complete(product, upload_id).status_code == 200
    stored = record_of(product, film)
    assert stored is not None
    assert product.r2_get("MEDIA", stored["record"]["key"]) == film
    assert keys(product) == [stored["record"]["key"]]
    assert product.object("Library", "operator", "asset_totals")["assets"] == 1
    assert reserved(product) == []


def test_nothing_is_completed_before_all_parts_are_there(product: LocalEdge) -> None:
    film = new_film(PART_BYTES + 5)
    view = open_upload(product, len(film))
    put(product, view["upload_id"], 2, part_of(film, 2))
    answer = complete(product, view["upload_id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "upload_incomplete")
    assert answer.json()["detail"].endswith(": 1.")
    put(product, view["upload_id"], 1, part_of(film, 1))
    assert complete(product, view["upload_id"]).status_code == 201


def test_a_part_has_exactly_its_size_and_can_be_sent_again(product: LocalEdge) -> None:
    film = new_film(PART_BYTES + 5)
    upload_id = open_upload(product, len(film))["upload_id"]
    for number, part in [(1, part_of(film, 2)), (2, part_of(film, 2) + b"x"), (2, b"")]:
        answer = put(product, upload_id, number, part)
        assert (answer.status_code, answer.json()["code"]) == (422, "wrong_part_size")
    for number in (0, 3, -1):
        assert put(product, upload_id, number, b"x").json()["code"] == "unknown_part"
    unsized = ask(product, "PUT", f"/{upload_id}/parts/2", content=iter([part_of(film, 2)]))
    assert unsized.json()["code"] == "length_required"
    assert ask(product, "GET", f"/{upload_id}").json()["received"] == []
    assert put(product, upload_id, 1, bytes(PART_BYTES)).status_code == 200
    for number in (1, 2):
        assert put(product, upload_id, number, part_of(film, number)).status_code == 200
    assert complete(product, upload_id).status_code == 201


def test_a_part_that_breaks_off_is_not_noted_and_can_be_sent_again(product: LocalEdge) -> None:
    film = new_film(3_000_000)
    upload_id = open_upload(product, len(film))["upload_id"]
    path = f"{UPLOADS}/{upload_id}/parts/1"
    place = urlsplit(product.urls[API])
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(request_head(path, len(film), "PUT") + film[:2_000_000])
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1_000)
    assert ask(product, "GET", f"/{upload_id}").json()["received"] == []
    assert put(product, upload_id, 1, film).status_code == 200
    assert complete(product, upload_id).status_code == 201


def test_a_part_that_changed_behind_our_back_is_asked_for_again(product: LocalEdge) -> None:
    film = new_film()
    upload_id = filled(product, film)
    product.sql("Library", "operator", "UPDATE library_upload_parts SET etag = 'another'")
    answer = complete(product, upload_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "parts_changed")
    assert put(product, upload_id, 1, film).status_code == 200
    assert complete(product, upload_id).status_code == 201


def test_a_hostile_file_in_parts_is_refused_and_the_refusal_remembered(product: LocalEdge) -> None:
    film = new_film()[:-1]
    upload_id = filled(product, film)
    for _ in range(2):
        answer = complete(product, upload_id)
        assert (answer.status_code, answer.json()["code"]) == (422, "truncated")
    assert_nothing_left(product)


def test_a_verdict_keeps_a_file_in_parts_out(product: LocalEdge) -> None:
    film = new_film()
    file(product, film, "mp4", held_by=reference("ann"))
    decide(product, id_of(film), "rejected")
    before = keys(product)
    upload_id = filled(product, film)
    for _ in range(2):
        assert complete(product, upload_id).json()["code"] == "content_rejected"
    assert keys(product) == before
    assert reserved(product) == []


def test_what_the_account_has_is_found_in_parts_too(product: LocalEdge) -> None:
    film = new_film()
    first = send(product, film, "?title=first").json()
    answer = complete(product, filled(product, film, title="second"))
    assert (answer.status_code, answer.json()) == (200, first)
    assert len(keys(product)) == 1


def test_an_upload_that_is_given_up_leaves_nothing(product: LocalEdge) -> None:
    film = new_film(PART_BYTES + 5)
    view = open_upload(product, len(film))
    put(product, view["upload_id"], 1, part_of(film, 1))
    assert ask(product, "DELETE", f"/{view['upload_id']}").status_code == 204
    for answer in (
        ask(product, "GET", f"/{view['upload_id']}"),
        ask(product, "DELETE", f"/{view['upload_id']}"),
        put(product, view["upload_id"], 2, part_of(film, 2)),
        complete(product, view["upload_id"]),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_upload")
    assert_nothing_left(product)


def test_an_upload_that_is_being_completed_takes_no_parts_and_is_not_given_up(product: LocalEdge) -> None:
    film = new_film()
    upload_id = filled(product, film)
    product.sql("Library", "operator", "UPDATE library_uploads SET state = 'completing'")
    assert put(product, upload_id, 1, film).json()["code"] == "upload_completing"
    assert ask(product, "DELETE", f"/{upload_id}").json()["code"] == "upload_completing"
    assert complete(product, upload_id).status_code == 201


def expire(product: LocalEdge) -> None:
    """Let the time of every upload be over, and the alarm notice."""
    product.sql("Library", "operator", "UPDATE library_uploads SET expires_at = 1")
    # The next upload has the alarm ring at the earliest end, which lies in the past.
    open_upload(product, 1)


@pytest.mark.parametrize("state", ["open", "completing", "assembled"])
def test_an_abandoned_upload_expires_with_its_bytes(product: LocalEdge, state: str) -> None:
    film = new_film()
    upload_id = filled(product, film)
    session = product.object("Library", "operator", "upload", upload_id)
    assert session["expires_at"] - session["created_at"] == pytest.approx(DAY, abs=60)
    if state != "open":
        product.sql("Library", "operator", "UPDATE library_uploads SET state = 'completing'")
    if state == "assembled":
        product.r2_put("MEDIA", f"quarantine/incoming/{upload_id}", film)
    expire(product)
    assert ask(product, "GET", f"/{upload_id}").status_code == 404
    assert eventually(lambda: [one["upload_id"] for one in reserved(product)] != [upload_id])
    assert eventually(lambda: len(reserved(product)) == 1)
    assert keys(product) == []


def test_room_is_reserved_for_the_whole_file_from_the_beginning(product: LocalEdge) -> None:
    entry = {"asset_id": "x" * 32, "state": "approved", "created_at": 1.0, "version": 1}
    product.object("Library", "operator", "add_assets", [{**entry, "bytes": 10_240 * 1024**3 - 1_000}])
    upload_id = open_upload(product, 900)["upload_id"]
    refused = ask(product, "POST", json={"bytes": 101})
    assert (refused.status_code, refused.json()["code"]) == (413, "storage_full")
    assert send(product, new_film()).json()["code"] == "storage_full"
    assert ask(product, "DELETE", f"/{upload_id}").status_code == 204
    assert ask(product, "POST", json={"bytes": 1_000}).status_code == 201


def test_what_opens_an_upload_is_checked(product: LocalEdge) -> None:
    answer = ask(product, "POST", json={"bytes": 500_000_001})
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    wrong = ask(
        product, "POST", json={"bytes": 0, "title": "x" * 301, "visibility": "secret", "colour": "red"}
    )
    assert {one["field"] for one in wrong.json()["errors"]} == {
        "body.bytes",
        "body.title",
        "body.visibility",
        "body.colour",
    }
    assert ask(product, "POST", content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert product.request(API, "GET", UPLOADS).json()["code"] == "token_required"
    assert ask(product, "GET", "/no%20id").status_code == 422
    assert ask(product, "PATCH", "/abc").status_code == 405
    assert_nothing_left(product)


def test_an_account_has_a_bounded_number_of_open_uploads(product: LocalEdge) -> None:
    for _ in range(MAX_SESSIONS):
        open_upload(product, 1)
    answer = ask(product, "POST", json={"bytes": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_uploads")
    assert len(ask(product, "GET").json()["items"]) == MAX_SESSIONS


def test_another_accounts_upload_does_not_exist(product: LocalEdge) -> None:
    wanted = {
        "upload_id": "hers",
        "bytes": 10,
        "tier": "free",
        "expires_at": time.time() + 60,
        "session": {"bytes": 10, "parts": 1, "part_bytes": PART_BYTES},
    }
    assert "session" in product.object("Library", "ann", "open_upload", wanted)
    for answer in (
        ask(product, "GET", "/hers"),
        put(product, "hers", 1, b"x" * 10),
        complete(product, "hers"),
        ask(product, "DELETE", "/hers"),
    ):
        assert answer.json()["code"] == "unknown_upload"
    assert product.request(API, "GET", f"{UPLOADS}/hers", headers=OPERATOR).status_code == 404
