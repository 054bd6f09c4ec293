"""Uploads in one piece: what is written when, and the moments that only a race or a slow client brings."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import Any

import pytest

from accounts.scopes import Tier
from assets.judged import Judged
from assets.names import quarantine_key
from assets.quotas import QUOTAS, Usage
from assets.record import Variant
from assets.references import Reference
from http_api.moderation import blocked_files
from http_api.moderation.blocked_files import KNOWN_SECONDS
from http_api.uploads.direct import RENEWED_AFTER_SECONDS, RESERVED_SECONDS
from http_api.uploads.held import MOST_HELD_BYTES
from tests.corpus.uploads import writers as w
from tests.edge.assets import id_of
from tests.unit.http_api.upload_ports import UploadWorld

FILM = w.mp4(w.moov(), w.box(b"mdat", b"film" * 300_000))
PIECES = [FILM[at : at + 65_536] for at in range(0, len(FILM), 65_536)]
SMALL = w.mp4(w.moov(), w.box(b"mdat", b"film" * 5_000))
SMALL_PIECES = [SMALL[at : at + 4_096] for at in range(0, len(SMALL), 4_096)]
BOUNDARY = "edge"


def stored(world: UploadWorld) -> list[str]:
    return sorted(world.bucket.objects)


def form(content: bytes, text: str) -> bytes:
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'.encode()
        + content
        + f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="title"\r\n\r\n{text}'.encode()
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )


def test_a_file_is_written_piece_by_piece_and_lies_where_its_record_says() -> None:
    world = UploadWorld()
    answer = world.upload(PIECES)
    assert answer.status_code == 201, answer.text
    assert world.bucket.pieces == [len(piece) for piece in PIECES]
    record = world.assets.stored(id_of(FILM)).record
    assert world.bucket.objects == {record.key: FILM}
    assert record.key != quarantine_key(record.asset_id, "mp4")
    assert answer.headers["location"] == f"/api/v1/assets/{record.asset_id}"
    assert world.books.book.reserved(world.clock()) == Usage()
    assert world.books.index.totals()["bytes"] == len(FILM)


@pytest.mark.parametrize("pieces", [SMALL_PIECES, PIECES])
def test_an_upload_that_its_asset_could_not_end_is_ended_by_the_request(pieces: list[bytes]) -> None:
    world = UploadWorld()
    assert world.upload(pieces).status_code == 201
    assert world.books.ended == [], "the asset's owner did it"
    world = UploadWorld()
    world.files.ends_uploads = False
    assert world.upload(pieces).status_code == 201
    assert world.books.ended == ["upload1"]
    assert world.books.book.reserved(world.clock()) == Usage()
    assert world.books.index.totals()["assets"] == 1


def test_a_small_file_is_held_and_put_where_it_belongs_at_once() -> None:
    world = UploadWorld()
    answer = world.upload(SMALL_PIECES)
    assert answer.status_code == 201, answer.text
    record = world.assets.stored(id_of(SMALL)).record
    assert world.bucket.objects == {record.key: SMALL}
    assert (world.bucket.pieces, world.bucket.copies) == ([], 0)
    assert world.assets.asked == []
    assert world.upload(SMALL_PIECES).status_code == 200
    assert stored(world) == [record.key]


def test_a_small_file_is_stored_on_the_way_where_no_room_is_left_to_hold_it() -> None:
    world = UploadWorld()
    with world.room.reserved(MOST_HELD_BYTES) as may_hold:
        assert may_hold
        assert world.upload(SMALL_PIECES).status_code == 201
    assert (sum(world.bucket.pieces), world.bucket.copies) == (len(SMALL), 1)
    assert list(world.bucket.objects.values()) == [SMALL]
    world.bucket.pieces.clear()
    assert world.upload([*SMALL_PIECES, b"trailing"]).status_code == 422
    assert world.upload(SMALL_PIECES).status_code == 200
    assert world.bucket.pieces == [], "the room of one that was refused is free again"


@pytest.mark.parametrize("pieces", [SMALL_PIECES, PIECES])
def test_blocked_bytes_are_refused_at_the_door(pieces: list[bytes]) -> None:
    world = UploadWorld()
    content = b"".join(pieces)
    asyncio.run(world.ledger.block(sha256(content).hexdigest(), "a reason", "a moderator", None))
    answer = world.upload(pieces)
    assert (answer.status_code, answer.json()["code"]) == (451, "content_rejected")
    assert stored(world) == []
    assert world.books.book.reserved(world.clock()) == Usage()
    assert asyncio.run(world.ledger.account("operator"))["returns"] == 1


def test_the_ledger_is_asked_for_blocked_files_once_in_a_while() -> None:
    world = UploadWorld()
    for number in range(3):
        assert world.upload(SMALL_PIECES).status_code == (200 if number else 201)
    assert world.ledger_namespace.calls == ["blocked_files"]
    world.clock.now += KNOWN_SECONDS
    world.upload(SMALL_PIECES)
    assert world.ledger_namespace.calls == ["blocked_files"] * 2


def test_a_file_that_was_blocked_lately_comes_in_and_one_that_was_let_in_again_does_at_once() -> None:
    world = UploadWorld()
    assert world.upload(PIECES).status_code == 201
    hash_ = sha256(SMALL).hexdigest()
    asyncio.run(world.ledger.block(hash_, "a reason", "a moderator", None))
    assert world.upload(SMALL_PIECES).status_code == 201, "moderation stops it"
    world.clock.now += KNOWN_SECONDS
    assert world.upload(SMALL_PIECES).status_code == 451
    asyncio.run(world.ledger.unblock(hash_, "a mistake", "a moderator"))
    assert world.upload(SMALL_PIECES).status_code == 200


def test_of_too_many_blocked_files_the_ledger_is_asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    world = UploadWorld()
    monkeypatch.setattr(blocked_files, "MOST_KNOWN", 1)
    for content in (b"one", b"another"):
        asyncio.run(world.ledger.block(sha256(content).hexdigest(), "a reason", "a moderator", None))
    world.ledger_namespace.calls.clear()
    assert world.upload(SMALL_PIECES).status_code == 201
    assert world.upload(PIECES).status_code == 201
    assert world.ledger_namespace.calls == ["blocked_files", "match", "match"]


def test_a_ledger_that_cannot_note_a_refusal_changes_no_answer() -> None:
    world = UploadWorld()
    world.belongs_to("another", SMALL)
    world.decide(id_of(SMALL), "rejected")
    world.ledger_namespace.is_failing = True
    assert world.upload(SMALL_PIECES).status_code == 451
    assert "refused_upload_not_noted" in "".join(world.log)


def test_a_ledger_that_does_not_answer_stops_no_upload() -> None:
    world = UploadWorld()
    world.ledger_namespace.is_failing = True
    assert world.upload(SMALL_PIECES).status_code == 201
    assert "block_list_not_asked" in "".join(world.log)


def test_refused_bytes_that_are_held_leave_nothing() -> None:
    world = UploadWorld()
    world.belongs_to("another", SMALL)
    world.decide(id_of(SMALL), "rejected")
    before = stored(world)
    assert world.upload(SMALL_PIECES).status_code == 451
    assert stored(world) == before


def test_a_refusal_at_the_last_byte_leaves_nothing_in_a_bucket_that_keeps_whole_files() -> None:
    world = UploadWorld()
    answer = world.upload([*PIECES[:-1], PIECES[-1][:-1]])
    assert (answer.status_code, answer.json()["code"]) == (422, "truncated")
    assert len(world.bucket.pieces) == len(PIECES) - 1
    assert stored(world) == []


def test_what_is_no_media_never_reaches_the_bucket() -> None:
    world = UploadWorld()
    assert world.upload([b"x" * 4_096] * 3).json()["code"] == "unsupported_type"
    assert world.bucket.pieces == []


def test_a_form_with_a_small_file_is_held_whole_and_stored_without_its_texts() -> None:
    world = UploadWorld()
    sent = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    answer = world.request("POST", "/api/v1/assets", content=form(SMALL, "A cat"), headers=sent)
    assert (answer.status_code, answer.json()["title"]) == (201, "A cat")
    assert world.bucket.pieces == []
    assert list(world.bucket.objects.values()) == [SMALL]


def test_a_form_is_padded_and_its_file_copied_without_the_padding() -> None:
    world = UploadWorld()
    body = form(FILM, "A cat" + " " * 100)
    sent = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    answer = world.request("POST", "/api/v1/assets", content=body, headers=sent)
    assert (answer.status_code, answer.json()["title"]) == (201, "A cat")
    assert sum(world.bucket.pieces) == len(body)
    assert list(world.bucket.objects.values()) == [FILM]


def test_a_slow_upload_reserves_again_what_it_really_needs() -> None:
    world = UploadWorld()
    world.books.interfering.append(lambda: world.wait(RENEWED_AFTER_SECONDS + 1))
    assert world.upload(PIECES).status_code == 201
    first, second = world.books.wanted
    assert first["upload_id"] == second["upload_id"]
    assert (second["bytes"], second["slack_bytes"]) == (len(FILM), 0)


def test_an_upload_slower_than_its_reservation_is_refused_when_others_took_its_room() -> None:
    world = UploadWorld()

    def others_come_later() -> None:
        world.wait(RESERVED_SECONDS + 1)
        full = QUOTAS[Tier.OPERATOR].total_bytes
        entry = {"asset_id": "x", "state": "approved", "created_at": 1.0, "bytes": full, "version": 1}
        world.books.index.add([entry])

    world.books.interfering.append(others_come_later)
    answer = world.upload(PIECES)
    assert (answer.status_code, answer.json()["code"]) == (413, "storage_full")
    assert stored(world) == []
    assert world.books.index.totals()["assets"] == 1


@pytest.mark.parametrize("pieces", [SMALL_PIECES, PIECES])
def test_an_asset_that_appears_meanwhile_keeps_its_own_bytes(pieces: list[bytes]) -> None:
    world = UploadWorld()
    content = b"".join(pieces)
    world.files.interfering.append(lambda: world.belongs_to("another", content))
    answer = world.upload(pieces)
    assert (answer.status_code, answer.json()["status"]) == (201, "pending")
    record = world.assets.stored(id_of(content)).record
    assert stored(world) == [record.key]
    assert record.key.endswith("/another.mp4")


def test_bytes_that_are_too_many_and_cannot_be_removed_fail_no_upload() -> None:
    world = UploadWorld()
    world.files.interfering.append(lambda: world.belongs_to("another", SMALL))
    world.bucket.failing = {"delete"}
    assert world.upload(SMALL_PIECES).status_code == 201
    assert len(stored(world)) == 2
    assert "upload_not_tidied" in "".join(world.log)


@pytest.mark.parametrize("pieces", [SMALL_PIECES, PIECES])
def test_an_open_asset_is_told_as_it_is_and_keeps_its_own_bytes(pieces: list[bytes]) -> None:
    world = UploadWorld()
    content = b"".join(pieces)
    asset_id = id_of(content)
    world.belongs_to("another", content)
    world.decide(asset_id, "approved")
    # `refer` finds nothing, so that the large one is copied and filed like a new one.
    answer = world.upload(pieces)
    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    assert stored(world) == [f"quarantine/{asset_id}/another.mp4"]
    holders = [one.account_id for one in world.assets.stored(asset_id).references]
    assert holders == ["another", "operator"]


def test_a_deleted_asset_comes_back_one_version_later() -> None:
    world = UploadWorld()
    assert world.upload(PIECES).json()["version"] == 1
    asyncio.run(world.assets.release(id_of(FILM), "operator", 60, None))
    answer = world.upload(PIECES, "?title=again")
    assert (answer.status_code, answer.json()["version"]) == (201, 3)
    mine = world.assets.stored(id_of(FILM)).held_by("operator")
    assert isinstance(mine, Reference)
    assert (mine.version, mine.title) == (3, "again")


def test_somebody_elses_secret_is_pending_everywhere_until_it_is_confirmed() -> None:
    world = UploadWorld()
    asset_id = id_of(FILM)
    world.belongs_to("another", FILM, "private")
    asyncio.run(world.assets.decide(asset_id, "approved", "a reason", None))
    variant = Variant("image/webp", 5, "webp-1")
    world.assets.add_variant(asset_id, "webp", variant)
    known = world.upload(PIECES, "?visibility=public")
    assert known.status_code == 201

    def new_looks_like() -> dict[str, Any]:
        fresh = UploadWorld()
        return dict(fresh.upload(PIECES, "?visibility=public").json())

    assert known.json() == new_looks_like()
    assert world.request("GET", f"/api/v1/assets/{asset_id}").json() == known.json()
    assert [one["state"] for one in world.books.index.page({"state": "pending"})["assets"]] == ["pending"]
    assert world.books.index.page({"state": "approved"})["assets"] == []
    assert world.books.index.totals()["bytes"] == len(FILM)
    again = world.upload(PIECES)
    assert (again.status_code, again.json()) == (200, known.json())
    for method, path in (("DELETE", ""), ("POST", "/restore")):
        world.request(method, f"/api/v1/assets/{asset_id}{path}")
    seen = world.request("GET", f"/api/v1/assets/{asset_id}").json()
    assert (seen["status"], seen["reason"], seen["formats"]) == ("pending", "", ["mp4"])
    asyncio.run(world.assets.confirm(asset_id, Judged("operator")))
    seen = world.request("GET", f"/api/v1/assets/{asset_id}").json()
    assert (seen["status"], seen["reason"], seen["formats"]) == ("approved", "a reason", ["mp4", "webp"])


def test_a_bucket_that_fails_is_told_and_reserves_nothing() -> None:
    world = UploadWorld()
    for method, pieces in (("write", PIECES), ("copy", PIECES), ("put", SMALL_PIECES)):
        world.bucket.failing = {method}
        assert world.upload(pieces).status_code == 503
        assert stored(world) == []
        assert world.books.book.reserved(world.clock()) == Usage()
