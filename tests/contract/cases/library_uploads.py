"""Uploads under way: room is reserved exactly, sessions fill, complete, end and expire."""

from __future__ import annotations

from typing import Any

from assets.quotas import GIB, MIB
from library.assets import AssetIndex
from library.uploads import COMPLETING, DONE, MAX_SESSIONS, OPEN, UploadBook
from sql_port import Database
from tests.contract.cases.library_assets import entry

NOW = 1_800_000_000.5
LATER = NOW + 3_600


def books(database: Database) -> tuple[UploadBook, AssetIndex]:
    """Return an account's book and index."""
    index = AssetIndex(database)
    return UploadBook(database, index), index


def begin(book: UploadBook, name: str, size: int = 1, now: float = NOW, **more: Any) -> dict[str, Any]:
    """Begin an upload of the free tier."""
    wanted = {"upload_id": name, "bytes": size, "tier": "free", "expires_at": now + 3_600, **more}
    return book.begin(wanted, now)


def opened(book: UploadBook, name: str, parts: int = 2, now: float = NOW) -> dict[str, Any]:
    """Open an upload in parts of ten bytes."""
    session = {"bytes": parts * 10, "parts": parts, "part_bytes": 10, "title": "Köln"}
    return begin(book, name, parts * 10, now, session=session)


def part(number: int, etag: str = "e") -> dict[str, Any]:
    """Return a part."""
    return {"number": number, "bytes": 10, "etag": etag}


def case_reading_a_book_without_uploads_writes_nothing(database: Database) -> None:
    tables = "SELECT count(*) AS n FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'"
    book, _ = books(database)
    assert book.session("a", NOW) is book.found("a") is book.next_end() is book.complete("a", NOW, 1) is None
    assert book.sessions(NOW) == book.expired(NOW) == []
    assert not book.note_part("a", part(1), NOW)
    book.end("a", [])
    book.drop("a")
    book.reopen("a")
    book.settle("a", {}, [])
    assert database.execute(tables) == [{"n": 0}]


def case_what_is_reserved_is_not_given_twice(database: Database) -> None:
    book, index = books(database)
    index.add([entry("kept", bytes=GIB - 100 * MIB), entry("gone", bytes=50 * MIB, state="deleted")])
    assert begin(book, "a", 40 * MIB) == {"granted_bytes": 40 * MIB}
    assert begin(book, "b", 11 * MIB) == {"shortfall": "storage_full"}
    assert begin(book, "b", 10 * MIB) == {"granted_bytes": 10 * MIB}
    assert begin(book, "c", 1) == {"shortfall": "storage_full"}
    book.end("b", [])
    assert begin(book, "c", 10 * MIB) == {"granted_bytes": 10 * MIB}
    assert begin(book, "big", 50 * MIB + 1) == {"shortfall": "file_too_large"}


def case_assets_are_counted_with_uploads_under_way(database: Database) -> None:
    book, index = books(database)
    index.add([entry(f"a{number}", bytes=1) for number in range(498)])
    assert "granted_bytes" in begin(book, "a")
    assert "granted_bytes" in begin(book, "b")
    assert begin(book, "c") == {"shortfall": "too_many_assets"}
    book.end("a", [entry("new", bytes=1)])
    assert begin(book, "c") == {"shortfall": "too_many_assets"}
    book.end("b", [])
    assert "granted_bytes" in begin(book, "c")


def case_an_upload_becomes_an_asset_with_no_moment_in_between(database: Database) -> None:
    book, index = books(database)
    begin(book, "a", 10)
    book.end("a", [entry("abc", bytes=7)])
    assert book.reserved(NOW).total_bytes == 0
    assert index.totals()["bytes"] == 7
    # The asset's own news arrive later, and change nothing.
    index.add([entry("abc", bytes=7)])
    assert index.totals()["bytes"] == 7


def case_slack_is_granted_only_where_there_is_room(database: Database) -> None:
    book, index = books(database)
    assert begin(book, "a", 50 * MIB + 500, slack_bytes=1_000) == {"granted_bytes": 50 * MIB}
    assert begin(book, "b", 50 * MIB + 1_001, slack_bytes=1_000) == {"shortfall": "file_too_large"}
    index.add([entry("kept", bytes=GIB - 50 * MIB - 300)])
    assert begin(book, "c", 1_000, slack_bytes=900) == {"granted_bytes": 300}
    assert begin(book, "d", 1_000, slack_bytes=900) == {"shortfall": "storage_full"}
    assert begin(book, "e", 10, slack_bytes=1_000) == {"granted_bytes": 0}


def case_beginning_again_replaces_the_reservation(database: Database) -> None:
    book, index = books(database)
    index.add([entry("kept", bytes=GIB - 50 * MIB)])
    begin(book, "a", 50 * MIB)
    assert begin(book, "a", 30 * MIB, NOW + 60) == {"granted_bytes": 30 * MIB}
    assert begin(book, "b", 20 * MIB) == {"granted_bytes": 20 * MIB}
    assert begin(book, "a", 31 * MIB) == {"shortfall": "storage_full"}
    assert book.reserved(NOW).total_bytes == 50 * MIB
    assert book.next_end() == NOW + 3_600


def case_a_reservation_lapses_and_is_remembered_until_it_is_dropped(database: Database) -> None:
    book, _ = books(database)
    begin(book, "a", 50 * MIB)
    begin(book, "b", 1, expires_at=LATER + 5)
    assert book.reserved(LATER - 0.1).assets == 2
    assert book.reserved(LATER).assets == 1
    assert book.expired(LATER - 0.1) == []
    assert book.expired(LATER) == [{"upload_id": "a", "state": "piece", "session": {}}]
    book.drop("a")
    assert book.expired(LATER) == []
    assert book.next_end() == LATER + 5


def case_parts_come_in_any_order_and_replace_each_other(database: Database) -> None:
    book, _ = books(database)
    assert opened(book, "a") == {"granted_bytes": 20}
    book.attach("a", {"bucket_upload_id": "r2"})
    assert book.note_part("a", part(2, "old"), NOW)
    assert book.note_part("a", part(1), NOW)
    assert book.note_part("a", part(2, "new"), NOW)
    found = book.session("a", NOW)
    assert found is not None
    assert (found["state"], found["title"], found["bucket_upload_id"]) == (OPEN, "Köln", "r2")
    assert found["received"] == [part(1), part(2, "new")]
    assert (found["created_at"], found["expires_at"]) == (NOW, LATER)
    assert book.session("b", NOW) is None
    assert book.session("a", LATER) is None
    assert not book.note_part("a", part(1), LATER)


def case_a_session_completes_when_nothing_is_missing(database: Database) -> None:
    book, _ = books(database)
    opened(book, "a")
    book.note_part("a", part(2), NOW)
    incomplete = book.complete("a", NOW, 60)
    assert incomplete is not None
    assert incomplete["state"] == OPEN
    book.note_part("a", part(1), NOW)
    for moment in (NOW, LATER - 10):
        again = book.complete("a", moment, 60)
        assert again is not None
        assert again["state"] == COMPLETING
    assert book.next_end() == LATER + 50
    assert not book.note_part("a", part(1), NOW)
    assert [one["state"] for one in book.sessions(NOW)] == [COMPLETING]
    book.reopen("a")
    assert book.note_part("a", part(1), NOW)


def case_how_a_session_ended_is_remembered_and_holds_no_room(database: Database) -> None:
    book, index = books(database)
    opened(book, "a", 1)
    book.note_part("a", part(1), NOW)
    book.complete("a", NOW, 60)
    book.settle("a", {"asset_id": "abc"}, [entry("abc", bytes=9)])
    assert (book.reserved(NOW).assets, index.totals()["bytes"]) == (0, 9)
    done = book.complete("a", NOW, 60)
    assert done is not None
    assert (done["state"], done["outcome"]) == (DONE, {"asset_id": "abc"})
    book.reopen("a")
    assert book.sessions(NOW) == []
    assert [one["state"] for one in book.expired(LATER)] == [DONE]
    # A completion that was slower than the session's end still counts what it made.
    book.drop("a")
    book.settle("a", {}, [entry("def", bytes=1)])
    assert index.totals()["bytes"] == 10


def case_what_cannot_be_given_up_waits_longer_each_time_and_holds_up_no_other(database: Database) -> None:
    book, _ = books(database)
    begin(book, "stuck", now=NOW)
    begin(book, "next", now=NOW + 10)
    book.postpone("stuck", LATER)
    assert book.next_end() == LATER + 10
    assert [one["upload_id"] for one in book.expired(LATER + 10)] == ["next"]
    book.drop("next")
    assert book.expired(LATER + 59) == []
    assert book.next_end() == LATER + 60
    assert [one["upload_id"] for one in book.expired(LATER + 60)] == ["stuck"]
    for overdue, waits in [(100, 100), (3_000, 3_000), (10**6, 6 * 3_600)]:
        book.postpone("stuck", LATER + overdue)
        assert book.next_end() == LATER + overdue + waits
    # It holds no room meanwhile, and is no upload to anybody.
    assert book.reserved(LATER).assets == 0


def case_sessions_are_few_and_listed_oldest_first(database: Database) -> None:
    book, _ = books(database)
    for number in range(MAX_SESSIONS):
        opened(book, f"s{number:03}", 1, NOW + number / 10)
    assert opened(book, "more", 1) == {"shortfall": "too_many_uploads"}
    assert "granted_bytes" in begin(book, "piece")
    names = [one["upload_id"] for one in book.sessions(NOW + 20)]
    assert names == [f"s{number:03}" for number in range(MAX_SESSIONS)]
    book.drop("s050")
    assert opened(book, "more", 1, NOW + 30) == {"granted_bytes": 10}
    found = book.found("more")
    assert found is not None
    assert found["session"]["bytes"] == 10
    assert book.found("piece") is None


def case_a_dropped_session_takes_its_parts_along(database: Database) -> None:
    book, _ = books(database)
    opened(book, "a")
    book.note_part("a", part(1), NOW)
    book.drop("a")
    opened(book, "a")
    found = book.session("a", NOW)
    assert found is not None
    assert found["received"] == []
