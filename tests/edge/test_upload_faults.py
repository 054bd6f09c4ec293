"""Uploads among failures: bindings that do not answer, machines that are lost, and what is left then."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.edge.assets import add_variant, decide, file, id_of, new_bytes, publish, reference
from tests.edge.link_calls import LINKS
from tests.edge.links import API, EDGE, OPERATOR, new_code, visit
from tests.edge.uploads import (
    ASSETS,
    DAY,
    UPLOADS,
    ask,
    assert_nothing_left,
    keys,
    new_film,
    record_of,
    request_head,
    reserved,
    send,
    sweep,
    sweep_published,
)
from tests.harness.local_edge import LocalEdge, eventually

OBJECTS = "gif-distributor-objects"
HELD, LARGE = 1_000, 1_200_000
"""Bytes of a file that is held until it is known what it is, and of one that is stored on the way."""
STATUS_503 = (503, "unavailable")


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEdge]:
    opened = LocalEdge(faults=True)
    yield opened
    opened.close()


@pytest.fixture
def faulty(engine: LocalEdge) -> Iterator[LocalEdge]:
    """The four Workers, whose bindings fail on request."""
    engine.reset()
    yield engine
    engine.faults(API)
    engine.faults(OBJECTS)


def failing(call: str, mode: str = "fail", **more: Any) -> dict[str, Any]:
    return {"call": call, "mode": mode, **more}


def decided(product: LocalEdge, content: bytes, state: str) -> httpx.Response:
    """Decide on a file's asset through the API."""
    path = f"{ASSETS}/{id_of(content)}/decision"
    wanted = {"state": state, "reason": "a test said so"}
    return product.request(API, "POST", path, json=wanted, headers=OPERATOR)


def filled(product: LocalEdge, content: bytes) -> str:
    """Return the id of an upload of one part that is there."""
    opened = ask(product, "POST", json={"bytes": len(content)})
    upload_id = str(opened.json()["upload_id"])
    assert ask(product, "PUT", f"/{upload_id}/parts/1", content=content).status_code == 200
    return upload_id


@pytest.mark.parametrize(
    ("call", "size"),
    [("MEDIA.put", HELD), ("MEDIA.put", LARGE), ("MEDIA.get", LARGE), ("ASSET.read", LARGE)],
)
def test_a_failure_before_the_record_leaves_nothing(faulty: LocalEdge, call: str, size: int) -> None:
    film = new_film(size)
    faulty.faults(API, failing(call))
    answer = send(faulty, film)
    assert (answer.status_code, answer.json()["code"]) == STATUS_503
    faulty.faults(API)
    assert_nothing_left(faulty)
    assert record_of(faulty, film) is None
    assert send(faulty, film).status_code == 201


@pytest.mark.parametrize(("size", "puts_before", "swept"), [(HELD, 0, 1), (LARGE, 0, 0), (LARGE, 1, 1)])
def test_a_stored_object_whose_answer_was_lost_is_no_orphan(
    faulty: LocalEdge, size: int, puts_before: int, swept: int
) -> None:
    """A small file is put once; the first put of a large one is the arriving file, the second its copy."""
    film = new_film(size)
    lost = [failing("MEDIA.put", "slow", times=1)] * puts_before
    faulty.faults(API, *lost, failing("MEDIA.put", "lose", times=1))
    assert send(faulty, film).status_code == 503
    assert sweep(faulty, time.time() + 2 * DAY, id_of(film)) == swept
    assert_nothing_left(faulty)


def test_a_record_whose_answer_was_lost_keeps_its_bytes(faulty: LocalEdge) -> None:
    film = new_film()
    faulty.faults(API, failing("ASSET.file", "lose"))
    assert send(faulty, film).status_code == 503
    stored = record_of(faulty, film)
    assert stored is not None
    assert faulty.r2_get("MEDIA", stored["record"]["key"]) == film
    assert sweep(faulty, time.time() + 3 * DAY, id_of(film)) == 0
    assert faulty.r2_get("MEDIA", stored["record"]["key"]) == film
    faulty.faults(API)
    assert send(faulty, film).status_code == 200


def test_a_copy_without_a_record_is_swept(faulty: LocalEdge) -> None:
    film = new_film()
    faulty.faults(API, failing("ASSET.file"))
    assert send(faulty, film).status_code == 503
    assert len(keys(faulty, f"quarantine/{id_of(film)}/")) == 1
    assert sweep(faulty, time.time() + 0.5 * DAY, id_of(film)) == 0
    assert sweep(faulty, time.time() + 1.1 * DAY, id_of(film)) == 1
    assert_nothing_left(faulty)


@pytest.mark.parametrize("call", ["LIBRARY.begin_upload", "LIBRARY.open_upload"])
def test_without_a_library_nothing_is_taken_in(faulty: LocalEdge, call: str) -> None:
    faulty.faults(API, failing(call))
    answer = ask(faulty, "POST", json={"bytes": 9}) if "open" in call else send(faulty, new_film())
    assert (answer.status_code, answer.json()["code"]) == STATUS_503
    assert_nothing_left(faulty)


def test_an_upload_that_its_asset_cannot_end_is_ended_all_the_same(faulty: LocalEdge) -> None:
    film = new_film(LARGE)
    faulty.faults(OBJECTS, failing("LIBRARY.end_upload"))
    assert send(faulty, film).status_code == 201
    assert faulty.faults_met(OBJECTS) == ["LIBRARY.end_upload"]
    assert faulty.object("Library", "operator", "asset_totals")["bytes"] == len(film)
    assert reserved(faulty) == []


@pytest.mark.parametrize("call", ["LIBRARY.end_upload", "MEDIA.delete"])
def test_what_fails_after_the_record_does_not_fail_the_upload(faulty: LocalEdge, call: str) -> None:
    film = new_film(LARGE)
    faulty.faults(API, failing(call))
    if call == "LIBRARY.end_upload":
        faulty.faults(OBJECTS, failing(call))
    assert send(faulty, film).status_code == 201
    faulty.faults(API)
    faulty.faults(OBJECTS)
    assert any("upload_not" in line for line in faulty.logs())
    assert eventually(lambda: faulty.object("Library", "operator", "asset_totals")["bytes"] == len(film))
    assert send(faulty, film).status_code == 200
    left = len(keys(faulty, "quarantine/incoming/"))
    assert left == (call == "MEDIA.delete")
    assert sweep(faulty, time.time() + 3 * DAY, id_of(film)) == left
    assert send(faulty, film).status_code == 200


def test_a_library_that_cannot_open_an_upload_keeps_no_room_for_it(faulty: LocalEdge) -> None:
    faulty.faults(OBJECTS, failing("MEDIA.createMultipartUpload"))
    assert ask(faulty, "POST", json={"bytes": 9}).status_code == 503
    assert reserved(faulty) == []


def test_an_upload_whose_opening_was_cut_off_takes_no_part_and_can_be_given_up(faulty: LocalEdge) -> None:
    faulty.faults(OBJECTS, failing("MEDIA.createMultipartUpload", "stall"))
    with pytest.raises(httpx.ReadTimeout):
        ask(faulty, "POST", json={"bytes": 9}, timeout=5)
    (cut_off,) = ask(faulty, "GET").json()["items"]
    answer = ask(faulty, "PUT", f"/{cut_off['upload_id']}/parts/1", content=b"x" * 9)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_upload")
    assert ask(faulty, "DELETE", f"/{cut_off['upload_id']}").status_code == 204
    assert reserved(faulty) == []


def test_an_upload_that_the_bucket_does_not_let_go_of_holds_up_no_other(faulty: LocalEdge) -> None:
    stuck = filled(faulty, new_film())

    def begin(upload_id: str) -> None:
        """Begin an upload in one piece, which has the alarm ring for what expired."""
        wanted = {"upload_id": upload_id, "bytes": 9, "tier": "operator", "expires_at": time.time() + DAY}
        faulty.object("Library", "operator", "begin_upload", json.dumps(wanted))

    begin("expired")
    faulty.faults(OBJECTS, failing("MEDIA.abort"))
    faulty.sql("Library", "operator", "UPDATE library_uploads SET expires_at = 2")
    faulty.sql("Library", "operator", "UPDATE library_uploads SET expires_at = 1 WHERE state = 'open'")
    begin("new")
    assert eventually(lambda: {one["upload_id"] for one in reserved(faulty)} == {stuck, "new"})
    assert faulty.faults_met(OBJECTS).count("MEDIA.abort") == 1
    faulty.faults(OBJECTS)
    faulty.sql("Library", "operator", "UPDATE library_uploads SET retry_at = 0")
    begin("newer")
    assert eventually(lambda: {one["upload_id"] for one in reserved(faulty)} == {"new", "newer"})
    assert keys(faulty) == []


@pytest.mark.parametrize(
    "call", ["MEDIA.get", "MEDIA.put", "ASSET.file", "ASSET.read", "LIBRARY.settle_upload", "MEDIA.delete"]
)
@pytest.mark.parametrize("mode", ["fail", "lose"])
def test_a_completion_that_failed_can_be_asked_for_again(faulty: LocalEdge, call: str, mode: str) -> None:
    film = new_film()
    upload_id = filled(faulty, film)
    faulty.faults(API, failing(call, mode))
    failed = ask(faulty, "POST", f"/{upload_id}/complete")
    assert failed.status_code == (201 if call == "MEDIA.delete" else 503)
    faulty.faults(API)
    assert ask(faulty, "POST", f"/{upload_id}/complete").status_code in (200, 201)
    stored = record_of(faulty, film)
    assert stored is not None
    assert faulty.r2_get("MEDIA", stored["record"]["key"]) == film
    sweep(faulty, time.time() + 3 * DAY, id_of(film))
    assert keys(faulty) == [stored["record"]["key"]]
    assert reserved(faulty) == []
    assert faulty.object("Library", "operator", "asset_totals")["bytes"] == len(film)


def test_an_owner_that_does_not_answer_the_sweep_keeps_its_bytes(faulty: LocalEdge) -> None:
    film = new_film()
    faulty.faults(API, failing("ASSET.file"))
    assert send(faulty, film).status_code == 503
    (key,) = keys(faulty)
    faulty.faults("gif-distributor-moderator", failing("ASSET.discard"))
    assert sweep(faulty, time.time() + 3 * DAY, id_of(film)) == 0
    faulty.faults("gif-distributor-moderator")
    assert keys(faulty) == [key]
    assert sweep(faulty, time.time() + 3 * DAY, id_of(film)) == 1


def test_the_sweep_pages_through_all_and_touches_nothing_young_or_named(faulty: LocalEdge) -> None:
    named = new_bytes()
    file(faulty, named, key=(kept := f"quarantine/{id_of(named)}/named.gif"), held_by=reference())
    faulty.r2_put("MEDIA", kept, named)
    for number in range(1_010):
        faulty.r2_put("MEDIA", f"quarantine/incoming/old{number}", b"x")
    faulty.r2_put("MEDIA", "media/elsewhere", b"x")
    assert sweep(faulty, time.time() + 1.5 * DAY, id_of(named)) == 0
    # The fixture's own copy lies among the incoming ones.
    assert sweep(faulty, time.time() + 2.1 * DAY, id_of(named)) >= 1_010
    assert keys(faulty) == ["media/elsewhere", kept]


@pytest.mark.parametrize("verdict", ["pending", "taken_down"])
def test_a_publication_whose_answer_was_lost_is_no_orphan(faulty: LocalEdge, verdict: str) -> None:
    film = new_film()
    assert send(faulty, film).status_code == 201
    (quarantined,) = keys(faulty)
    faulty.faults(OBJECTS, failing("MEDIA.put", "lose", times=1))
    answer = decided(faulty, film, "approved")
    assert (answer.status_code, answer.json()["code"]) == STATUS_503
    assert faulty.faults_met(OBJECTS) == ["MEDIA.put"]
    if verdict != "pending":
        assert decided(faulty, film, verdict).status_code == 200
    assert eventually(lambda: keys(faulty) == [quarantined])
    assert faulty.request(
        API, "DELETE", f"{ASSETS}/{id_of(film)}?grace_seconds=0", headers=OPERATOR
    ).is_success
    assert eventually(lambda: keys(faulty) == [])


def test_a_publication_that_failed_once_succeeds_when_it_is_asked_for_again(faulty: LocalEdge) -> None:
    film = new_film()
    assert send(faulty, film).status_code == 201
    for mode in ("fail", "lose"):
        faulty.faults(OBJECTS, failing("MEDIA.put", mode, times=1))
        assert decided(faulty, film, "approved").status_code == 503
    assert decided(faulty, film, "approved").status_code == 200
    (published,) = eventually(lambda: [*keys(faulty)] if len(keys(faulty)) == 1 else None)
    assert published == f"media/{id_of(film)}/original.mp4"
    assert faulty.get(EDGE, f"/a/{id_of(film)}").content == film


def test_the_sweep_finds_what_is_published_of_no_asset_and_leaves_the_rest(faulty: LocalEdge) -> None:
    kept, gone = new_bytes(), new_bytes()
    asset_id = publish(faulty, kept)
    add_variant(faulty, asset_id, "mp4", new_bytes())
    assert eventually(lambda: keys(faulty, "quarantine/") == [])
    named = sorted(keys(faulty))
    # A runner's file for an asset that was deleted meanwhile, and one that its owner does not name.
    orphans = [f"media/{id_of(gone)}/variant.mp4", f"media/{asset_id}/variant.webp"]
    foreign = ["media/elsewhere", f"media/{asset_id[:31]}/original.gif", f"media/{asset_id}/notes.txt"]
    for key in (*orphans, *foreign):
        faulty.r2_put("MEDIA", key, b"x")
    assert sweep_published(faulty, time.time() + DAY, id_of(gone), asset_id) == len(orphans)
    assert sorted(keys(faulty)) == sorted(named + foreign)
    assert faulty.get(EDGE, f"/a/{asset_id}").content == kept


class Frozen:
    """Requests that wait for a call that never answers."""

    def __init__(self, engine: LocalEdge) -> None:
        self._engine = engine
        self._threads: list[threading.Thread] = []

    def at(
        self,
        call: str,
        request: Callable[[httpx.Client], object],
        reached: Callable[[], object],
        *,
        worker: str = API,
        mode: str = "hang",
    ) -> None:
        """Make a request that stops before a call, or after it ("stall"), and wait until it got so far."""
        self._engine.faults(worker, failing(call, mode, times=1))

        def run() -> None:
            try:
                with httpx.Client(timeout=600, trust_env=False, headers=OPERATOR) as client:
                    request(client)
            except httpx.HTTPError:
                pass  # The machine was lost under it.

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self._threads.append(thread)
        assert eventually(reached)

    def end(self) -> None:
        for thread in self._threads:
            thread.join(120)


def half_sent(engine: LocalEdge, content: bytes) -> socket.socket:
    place = urlsplit(engine.urls[API])
    connection = socket.create_connection((place.hostname, place.port))
    connection.sendall(request_head(ASSETS, len(content)) + content[:-1_000])
    return connection


class Interrupted:
    """Uploads that stop at each of their steps, on a machine that is going to be lost."""

    def __init__(self, engine: LocalEdge) -> None:
        self.engine = engine
        self.films: dict[str, bytes] = {}
        self.sessions: dict[str, str] = {}
        self._url = engine.urls[API]
        self._frozen = Frozen(engine)

    def upload(self, name: str, call: str, reached: Callable[[str], object], worker: str = API) -> None:
        film = self.films[name] = new_film(LARGE)
        post = lambda client: client.post(self._url + ASSETS, content=film)  # noqa: E731
        self._freeze(name, call, reached, post, worker)

    def complete(self, name: str, call: str, reached: Callable[[str], object]) -> None:
        film = self.films[name] = new_film(300_000)
        upload_id = self.sessions[name] = filled(self.engine, film)
        path = f"{self._url}{UPLOADS}/{upload_id}/complete"
        self._freeze(name, call, reached, lambda client: client.post(path))

    def _freeze(
        self,
        name: str,
        call: str,
        reached: Callable[[str], object],
        request: Callable[[httpx.Client], object],
        worker: str = API,
    ) -> None:
        self._frozen.at(call, request, lambda: reached(name), worker=worker)

    def has_incoming(self, count: int) -> Callable[[str], object]:
        return lambda _: len(keys(self.engine, "quarantine/incoming/")) == count

    def is_copied(self, name: str) -> object:
        return keys(self.engine, f"quarantine/{id_of(self.films[name])}/")

    def is_filed(self, name: str) -> object:
        return record_of(self.engine, self.films[name])

    def lose_the_machine(self) -> None:
        self.engine.kill()
        self._frozen.end()
        self.engine.restart()


def test_a_lost_machine_leaves_no_orphan_and_no_record_without_bytes(tmp_path: Path) -> None:
    engine = LocalEdge(persist=str(tmp_path), faults=True)
    try:
        at = Interrupted(engine)
        # A deletion first: its bytes are litter that the owner's alarm is about to delete.
        deleted = new_film()
        assert send(engine, deleted).status_code == 201
        engine.faults(OBJECTS, failing("MEDIA.delete", "hang", times=1))
        engine.object("Asset", id_of(deleted), "release", id_of(deleted), "operator", time.time(), 0)
        assert eventually(lambda: record_of(engine, deleted) is None)
        assert len(keys(engine)) == 1

        at.upload("arrived", "MEDIA.get", at.has_incoming(1))
        at.upload("copied", "ASSET.file", at.is_copied)
        at.upload("filed", "LIBRARY.end_upload", at.is_filed, OBJECTS)
        at.complete("joined", "MEDIA.get", at.has_incoming(4))
        at.complete("joined and copied", "ASSET.file", at.is_copied)
        at.complete("joined and filed", "LIBRARY.settle_upload", at.is_filed)
        engine.faults(API)
        broken = new_film(2_000_000)
        with half_sent(engine, broken):
            assert eventually(lambda: len(reserved(engine)) == 7)
            at.lose_the_machine()

        # The deletion goes on by itself, and whoever asked for a completion asks again.
        assert eventually(lambda: keys(engine, f"quarantine/{id_of(deleted)}/") == [])
        for name, upload_id in at.sessions.items():
            answer = ask(engine, "POST", f"/{upload_id}/complete")
            assert answer.status_code in (200, 201), (name, answer.text)
            assert answer.json()["asset_id"] == id_of(at.films[name])
        assert record_of(engine, broken) is None
        # The rest is swept, and its room given back when its time is over.
        sweep(engine, time.time() + 3 * DAY, *map(id_of, at.films.values()))
        owned = {name: record_of(engine, film) for name, film in at.films.items()}
        assert {name for name, stored in owned.items() if stored is None} == {"arrived", "copied"}
        kept = {stored["record"]["key"]: name for name, stored in owned.items() if stored is not None}
        assert sorted(keys(engine)) == sorted(kept)
        for key, name in kept.items():
            assert engine.r2_get("MEDIA", key) == at.films[name], name
        engine.sql("Library", "operator", "UPDATE library_uploads SET expires_at = 1")
        assert send(engine, at.films["arrived"]).status_code == 201
        assert eventually(lambda: reserved(engine) == [])
        totals = engine.object("Library", "operator", "asset_totals")
        assert totals["bytes"] == sum(len(film) for name, film in at.films.items() if name != "copied")
    finally:
        engine.close()


def test_a_machine_lost_between_the_copy_and_the_record_of_an_approval_leaves_no_orphan(
    tmp_path: Path,
) -> None:
    engine = LocalEdge(persist=str(tmp_path), faults=True)
    try:
        film = new_film()
        assert send(engine, film).status_code == 201
        (quarantined,) = keys(engine)
        published = f"media/{id_of(film)}/original.mp4"
        frozen = Frozen(engine)
        url = f"{engine.urls[API]}{ASSETS}/{id_of(film)}/decision"
        frozen.at(
            "MEDIA.put",
            lambda client: client.post(url, json={"state": "approved"}),
            lambda: keys(engine) == [published, quarantined],
            worker=OBJECTS,
            mode="stall",
        )
        engine.kill()
        frozen.end()
        engine.restart()
        # Nobody asks about the asset: its owner's alarm wakes by itself.
        assert eventually(lambda: keys(engine) == [quarantined])
        assert engine.get(EDGE, f"/a/{id_of(film)}").json()["code"] == "asset_in_review"
        assert decided(engine, film, "approved").status_code == 200
        assert engine.get(EDGE, f"/a/{id_of(film)}").content == film
        assert eventually(lambda: keys(engine) == [published])
    finally:
        engine.close()


def test_a_machine_lost_during_a_part_a_joining_or_a_deletion_is_made_up_for_by_asking_again(
    tmp_path: Path,
) -> None:
    engine = LocalEdge(persist=str(tmp_path), faults=True)
    try:
        sent, joined, shown = new_film(300_000), new_film(300_000), new_film()
        frozen, url = Frozen(engine), engine.urls[API]
        assert send(engine, shown, "?visibility=public").status_code == 201
        assert decided(engine, shown, "approved").status_code == 200
        link = {"target": f"asset:{id_of(shown)}", "code": new_code()}
        assert engine.request(API, "POST", LINKS, json=link, headers=OPERATOR).status_code == 201

        sending = ask(engine, "POST", json={"bytes": len(sent)}).json()["upload_id"]
        frozen.at(
            "MEDIA.uploadPart",
            lambda client: client.put(f"{url}{UPLOADS}/{sending}/parts/1", content=sent),
            lambda: engine.faults_met(API) == ["MEDIA.uploadPart"],
            mode="stall",
        )
        joining = filled(engine, joined)
        frozen.at(
            "MEDIA.complete",
            lambda client: client.post(f"{url}{UPLOADS}/{joining}/complete"),
            lambda: keys(engine, "quarantine/incoming/"),
            mode="stall",
        )
        frozen.at(
            "LIBRARY.leading_to",
            lambda client: client.delete(f"{url}{ASSETS}/{id_of(shown)}"),
            lambda: engine.faults_met(API) == ["LIBRARY.leading_to"],
        )
        engine.kill()
        frozen.end()
        engine.restart()

        assert ask(engine, "GET", f"/{sending}").json()["received"] == []
        assert ask(engine, "PUT", f"/{sending}/parts/1", content=sent).status_code == 200
        for upload_id, film in ((sending, sent), (joining, joined)):
            answer = ask(engine, "POST", f"/{upload_id}/complete")
            assert (answer.status_code, answer.json()["asset_id"]) == (201, id_of(film))
        # The asset is deleted, and its link is not until the request comes again.
        assert (
            engine.request(API, "GET", f"{LINKS}/{link['code']}", headers=OPERATOR).json()["state"]
            == "active"
        )
        deleted = engine.request(API, "DELETE", f"{ASSETS}/{id_of(shown)}", headers=OPERATOR)
        assert deleted.status_code == 204
        # KV hears of it from the link's owner, in its own time.
        assert eventually(lambda: visit(engine, link["code"]).status_code == 404)
        kept = {id_of(film): film for film in (sent, joined, shown)}
        assert sorted(key.split("/")[1] for key in keys(engine)) == sorted(kept)
        for key in keys(engine):
            assert engine.r2_get("MEDIA", key) == kept[key.split("/")[1]]
    finally:
        engine.close()


def test_a_copy_in_kv_of_which_nobody_heard_is_corrected(faulty: LocalEdge) -> None:
    content = new_bytes()
    file(faulty, content)
    faulty.faults(OBJECTS, failing("METADATA.put", "lose", times=1), failing("METADATA.put"))
    assert decide(faulty, id_of(content), "approved")["outcome"] == "changed"
    assert eventually(lambda: copy_in_kv(faulty, content) == "approved")
    assert decide(faulty, id_of(content), "flagged")["outcome"] == "changed"
    assert copy_in_kv(faulty, content) == "approved"
    faulty.faults(OBJECTS)
    assert eventually(lambda: copy_in_kv(faulty, content) == "flagged")


def copy_in_kv(product: LocalEdge, content: bytes) -> str | None:
    """Return the state that readers find in KV."""
    text = product.kv("METADATA", "get", f"asset:{id_of(content)}")
    return None if text is None else str(json.loads(text)["state"])
