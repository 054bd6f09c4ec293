"""The assets of a library: pages, search and totals, and no late entry undoes a newer one."""

from __future__ import annotations

from typing import Any

from assets.projection import erased_entry, library_entry
from assets.record import PUBLIC, AssetRecord
from assets.references import Reference
from library import InvalidCursorError
from library.assets import AssetIndex
from sql_port import Database
from tests.contract.cases import raises

T0 = 1_800_000_000.125


def entry(name: str, created_at: float = T0, *, version: int = 1, **more: Any) -> dict[str, Any]:
    """Return an entry as an asset's object makes it."""
    record = AssetRecord(name, "ab" * 32, "image/gif", "gif", more.pop("bytes", 100), T0, version=version)
    state = more.pop("state", record.state)
    return library_entry(record, Reference("ann", created_at, **more)) | {"state": state}


def ids(index: AssetIndex, **query: Any) -> list[str]:
    """Return the ids of one page."""
    return [one["asset_id"] for one in index.page(query)["assets"]]


def case_pages_of_assets_are_newest_first_and_lose_nothing(database: Database) -> None:
    index = AssetIndex(database)
    assert index.add([entry(f"a{number:02}", T0 + number // 4) for number in range(11)]) == 11
    seen: list[str] = []
    cursor = None
    while True:
        page = index.page({"limit": 4, "cursor": cursor})
        seen += [one["asset_id"] for one in page["assets"]]
        cursor = page["next"]
        if cursor is None:
            break
        index.add([entry(f"new{len(seen)}", T0 + 1_000)])
    assert seen == sorted((f"a{number:02}" for number in range(11)), reverse=True)
    with raises(InvalidCursorError):
        index.page({"cursor": "nonsense"})


def case_an_entry_comes_back_as_it_was_given(database: Database) -> None:
    index = AssetIndex(database)
    given = entry("abc", title="Köln", tags=("a", "b"), description="two\nlines", visibility=PUBLIC)
    index.add([given])
    assert index.page({})["assets"] == [given]
    assert index.get("abc") == given
    assert index.get("def") is None


def case_assets_are_found_by_words_tags_state_and_visibility(database: Database) -> None:
    index = AssetIndex(database)
    index.add(
        [
            entry("abc", title="Grüße", tags=("Cat", "fun"), description="from Köln", visibility=PUBLIC),
            entry("def", tags=("cats",), state="approved"),
        ]
    )
    for text in ("GRÜSSE", "köln", "cat", "ABC", "%"[:0]):
        assert "abc" in ids(index, search=text), text
    assert ids(index, search="%") == ids(index, search="x" * 200) == []
    assert ids(index, tag="CAT") == ["abc"]
    assert ids(index, state="approved") == ["def"]
    assert ids(index, visibility="public") == ["abc"]
    assert ids(index, visibility="public", state="approved") == []


def case_what_was_deleted_is_listed_apart_and_counts_until_it_is_erased(database: Database) -> None:
    index = AssetIndex(database)
    index.add([entry("abc", bytes=7_000_000_000), entry("def", bytes=5)])
    assert index.totals() == {
        "assets": 2,
        "bytes": 7_000_000_005,
        "deleted_assets": 0,
        "deleted_bytes": 0,
    }
    index.add([entry("abc", bytes=7_000_000_000, state="deleted", version=2)])
    assert ids(index) == ["def"]
    assert ids(index, state="deleted") == ["abc"]
    assert index.totals() == {
        "assets": 1,
        "bytes": 5,
        "deleted_assets": 1,
        "deleted_bytes": 7_000_000_000,
    }
    assert index.add([erased_entry("abc", 3)]) == 1
    assert index.add([entry("abc", version=2)]) == 0
    assert index.get("abc") is None
    assert ids(index, state="deleted") == ids(index, state="erased") == []
    assert index.totals()["deleted_assets"] == 0
    assert index.add([entry("abc", version=4)]) == 1
    assert ids(index) == ["def", "abc"]


def case_asking_a_library_without_assets_writes_nothing(database: Database) -> None:
    tables = "SELECT count(*) AS n FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'"
    index = AssetIndex(database)
    assert index.page({}) == {"assets": [], "next": None}
    assert index.get("abc") is None
    assert index.totals() == {"assets": 0, "bytes": 0, "deleted_assets": 0, "deleted_bytes": 0}
    assert index.add([]) == 0
    assert database.execute(tables) == [{"n": 0}]


def case_totals_of_a_library_that_has_assets_already_are_counted_once(database: Database) -> None:
    class Former(AssetIndex):
        MIGRATIONS = AssetIndex.MIGRATIONS[:2]

    former = Former(database)
    former.add([entry("abc", bytes=5), entry("def", bytes=7), entry("ghi", state="deleted", bytes=11)])
    former.add([erased_entry("def", 2)])
    kept = {"assets": 1, "bytes": 5, "deleted_assets": 1, "deleted_bytes": 11}
    assert AssetIndex(database).totals() == kept
    AssetIndex(database).add([entry("jkl", bytes=1), entry("ghi", bytes=11, version=2)])
    assert AssetIndex(database).totals() == {
        "assets": 3,
        "bytes": 17,
        "deleted_assets": 0,
        "deleted_bytes": 0,
    }
