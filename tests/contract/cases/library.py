"""The library of an account: a page never skips or repeats, a late entry never undoes a newer one."""

from __future__ import annotations

from typing import Any

from library import MAX_MISSES, InvalidCursorError, LibraryStore
from sql_port import Database
from tests.contract.cases import raises

T0 = 1_800_000_000.125


def entry(code: str, created_at: float = T0, **more: Any) -> dict[str, Any]:
    """Return an entry as `library_entry` makes it."""
    plain = {"code": code, "target": "https://example.com/", "title": "", "tags": [], "state": "active"}
    return plain | {"created_at": created_at, "version": 1, "alias_of": None} | more


def codes(store: LibraryStore, **query: Any) -> list[str]:
    """Return the codes of one page."""
    return store.page(query)["codes"]


def case_pages_are_newest_first_and_lose_nothing(database: Database) -> None:
    store = LibraryStore(database)
    # Several links share a moment, as those of one bulk request do.
    assert store.add([entry(f"c{index:02}", T0 + index // 4) for index in range(18)]) == 18
    seen: list[str] = []
    cursor = None
    while True:
        page = store.page({"limit": 5, "cursor": cursor})
        seen += page["codes"]
        cursor = page["next"]
        if cursor is None:
            break
        store.add([entry(f"new{len(seen)}", T0 + 1_000)])
    assert seen == sorted((f"c{index:02}" for index in range(18)), reverse=True)
    assert codes(store, limit=3) == ["new5", "new15", "new10"]


def case_a_page_that_ends_with_the_last_link_says_so(database: Database) -> None:
    store = LibraryStore(database)
    store.add([entry("aaa"), entry("bbb")])
    assert store.page({"limit": 2}) == {"codes": ["bbb", "aaa"], "next": None}
    assert store.page({}) == {"codes": ["bbb", "aaa"], "next": None}


def case_a_cursor_that_no_page_ended_with_is_refused(database: Database) -> None:
    store = LibraryStore(database)
    for cursor in ("nonsense", "W10", "x" * 300, "é"):
        with raises(InvalidCursorError):
            store.page({"cursor": cursor})


def case_a_late_entry_does_not_undo_a_newer_one(database: Database) -> None:
    store = LibraryStore(database)
    assert store.add([entry("abc", title="second", version=2)]) == 1
    assert store.add([entry("abc", title="first", version=1)]) == 0
    assert codes(store, search="second") == ["abc"]
    assert store.add([entry("abc", title="again", version=2)]) == 1
    assert codes(store, search="second") == []


def case_a_deleted_link_leaves_the_pages_and_is_remembered(database: Database) -> None:
    store = LibraryStore(database)
    store.add([entry("abc", title="cat", tags=["x"]), entry("def")])
    store.add([entry("abc", title="cat", tags=["x"], state="deleted", version=2)])
    store.add([entry("abc", title="cat", tags=["x"], version=1)])
    assert codes(store) == ["def"]
    assert codes(store, search="cat") == codes(store, tag="x") == codes(store, state="deleted") == []
    assert store.totals() == {"links": 1}
    assert store.codes() == {"codes": ["abc", "def"], "next": None}
    store.add([entry("abc", title="cat", version=3)])
    assert codes(store, search="cat") == ["abc"]


def case_search_finds_parts_of_every_text_in_any_case(database: Database) -> None:
    store = LibraryStore(database)
    store.add(
        [
            entry("Summer-26", title="Grüße aus KÖLN", tags=["Süß"], target="https://example.com/A_b%c"),
            entry("other", target="https://example.org/"),
        ]
    )
    long_part = "https://example.com/a_b%c"
    for text in ("SUMMER", "grüsse", "GRÜSSE", "köln", "süß", "A_B%", long_part, "e"):
        assert "Summer-26" in codes(store, search=text), text
    for text in ("aXb", "%%", "_ummer", "\\", "'", "nothing"):
        assert codes(store, search=text) == [], text
    assert codes(store, search="x" * 200) == []


def case_tags_are_found_whole_and_states_exactly(database: Database) -> None:
    store = LibraryStore(database)
    store.add([entry("aaa", tags=["cat", "Funny"]), entry("bbb", tags=["cats"], state="disabled")])
    assert codes(store, tag="CAT") == ["aaa"]
    assert codes(store, tag="funny") == ["aaa"]
    assert codes(store, tag="fun") == []
    assert codes(store, state="disabled") == ["bbb"]
    assert codes(store, state="active", tag="cats") == []


def case_aliases_are_listed_and_searched_through_their_link(database: Database) -> None:
    store = LibraryStore(database)
    store.add([entry("home"), entry("nick", alias_of="home"), entry("name", T0 + 1, alias_of="home")])
    store.add([entry("gone", alias_of="home", state="deleted")])
    assert codes(store) == ["home"]
    assert store.totals() == {"links": 1}
    assert codes(store, search="NICK") == ["home"]
    assert codes(store, search="gone") == []
    assert store.aliases(["home", "nobody"]) == {"home": ["nick", "name"]}
    assert store.codes(limit=2) == {"codes": ["gone", "home"], "next": "home"}
    assert store.codes("home", 2) == {"codes": ["name", "nick"], "next": None}


def case_aliases_of_many_links_come_at_once(database: Database) -> None:
    store = LibraryStore(database)
    homes = [f"home{index:03}" for index in range(205)]
    store.add([entry(f"alias-{home}", alias_of=home) for home in homes])
    assert store.aliases(homes) == {home: [f"alias-{home}"] for home in homes}


def case_links_are_found_by_their_asset_the_deleted_ones_apart(database: Database) -> None:
    store = LibraryStore(database)
    store.add([entry(f"c{number}", asset_id="Abc") for number in range(5)])
    store.add(
        [
            entry("other", asset_id="abc"),
            entry("plain"),
            entry("alias", alias_of="c1", asset_id="Abc"),
            entry("c3", asset_id="Abc", version=2, state="deleted"),
            entry("c4", asset_id=None, version=2),
        ]
    )
    first = store.leading_to("Abc", False, None, 2)
    assert first == {"codes": ["c0", "c1"], "next": "c1"}
    assert store.leading_to("Abc", False, "c1", 2) == {"codes": ["c2"], "next": None}
    assert store.leading_to("Abc", True) == {"codes": ["c3"], "next": None}
    assert store.leading_to("Xyz", False) == {"codes": [], "next": None}


def case_misses_are_added_up_and_bounded(database: Database) -> None:
    store = LibraryStore(database)
    assert store.note_misses([{"code": "abc", "count": 2, "last_at": T0 + 5}]) == 1
    store.note_misses(
        [{"code": "abc", "count": 1, "last_at": T0}, {"code": "def", "count": 1, "last_at": T0}]
    )
    assert store.misses(10) == [
        {"code": "abc", "count": 3, "first_at": T0, "last_at": T0 + 5},
        {"code": "def", "count": 1, "first_at": T0, "last_at": T0},
    ]
    many = [{"code": f"m{index}", "count": 1, "last_at": T0 + 100 + index} for index in range(MAX_MISSES)]
    store.note_misses(many)
    kept = store.misses()
    assert len(kept) == MAX_MISSES
    assert kept[0]["code"] == f"m{MAX_MISSES - 1}"
    assert {miss["code"] for miss in kept} == {miss["code"] for miss in many}


def case_a_code_that_is_claimed_is_no_miss_any_more(database: Database) -> None:
    store = LibraryStore(database)
    store.note_misses([{"code": "abc", "count": 2, "last_at": T0}])
    store.add([entry("abc")])
    assert store.misses() == []


def case_asking_an_unused_library_writes_nothing(database: Database) -> None:
    tables = "SELECT count(*) AS n FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'"
    store = LibraryStore(database)
    assert store.page({}) == store.codes() == {"codes": [], "next": None}
    assert store.aliases(["abc"]) == {}
    assert store.leading_to("Abc", False) == {"codes": [], "next": None}
    assert store.totals() == {"links": 0}
    assert store.misses() == []
    assert store.add([]) == store.note_misses([]) == 0
    assert database.execute(tables) == [{"n": 0}]


def case_a_library_opened_later_knows_its_links(database: Database) -> None:
    LibraryStore(database).add([entry("abc")])
    assert codes(LibraryStore(database)) == ["abc"]
