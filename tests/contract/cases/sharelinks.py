"""The link store: one owner per code, an exact counter, and nothing written by looking."""

from __future__ import annotations

import dataclasses

from sharelinks import LinkRecord, ShareLinkGenerator, ShareLinkStore
from sharelinks.outbox import LinkOutbox
from sql_port import Database
from tests.contract.cases import raises

RECORD = LinkRecord(
    code="Ab12Cd34",
    target="asset:abc123def456",
    created_at=1_800_000_000.125,
    status=307,
    asset_id="abc123def456",
    title="Grüße 🎬",
    tags=("cat", "süß"),
)


def case_a_claimed_link_comes_back_as_it_was(database: Database) -> None:
    store = ShareLinkStore(database)
    assert store.claim(RECORD)
    found = store.get(RECORD.code)
    assert found is not None
    assert found.record == RECORD
    assert isinstance(found.record.status, int)
    assert isinstance(found.record.created_at, float)
    assert found.clicks == 0
    assert isinstance(found.clicks, int)


def case_a_link_without_an_asset_comes_back_as_it_was(database: Database) -> None:
    record = LinkRecord(code="abc", target="https://example.com/", created_at=1_800_000_000)
    store = ShareLinkStore(database)
    assert store.claim(record)
    found = store.get("abc")
    assert found is not None
    assert found.record == record


def case_a_code_is_claimed_once(database: Database) -> None:
    store = ShareLinkStore(database)
    assert store.claim(RECORD)
    rival = dataclasses.replace(RECORD, target="https://example.com/", title="rival")
    assert not store.claim(rival)
    assert not ShareLinkStore(database).claim(rival)
    found = store.get(RECORD.code)
    assert found is not None
    assert found.record == RECORD


def case_codes_keep_their_case(database: Database) -> None:
    store = ShareLinkStore(database)
    assert store.claim(RECORD)
    assert store.claim(dataclasses.replace(RECORD, code="AB12CD34"))
    assert store.get("ab12cd34") is None


def case_clicks_are_counted_for_the_code_alone(database: Database) -> None:
    store = ShareLinkStore(database)
    store.claim(RECORD)
    store.claim(dataclasses.replace(RECORD, code="other"))
    for expected in (1, 2, 3):
        counted = store.count_click(RECORD.code)
        assert counted is not None
        assert counted.clicks == expected
        assert counted.record == RECORD
    other = store.get("other")
    assert other is not None
    assert other.clicks == 0
    assert store.count_click("unknown") is None


def case_a_link_that_is_not_active_counts_nothing(database: Database) -> None:
    store = ShareLinkStore(database)
    store.claim(dataclasses.replace(RECORD, state="disabled"))
    assert store.count_click(RECORD.code) is None
    found = store.get(RECORD.code)
    assert found is not None
    assert found.clicks == 0
    assert found.record.state == "disabled"


def case_looking_for_a_code_writes_nothing(database: Database) -> None:
    tables = "SELECT count(*) AS n FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'"
    store = ShareLinkStore(database)
    assert store.get("unknown") is None
    assert store.count_click("unknown") is None
    assert database.execute(tables) == [{"n": 0}]
    store.claim(RECORD)
    assert store.get("unknown") is None
    assert store.count_click(RECORD.code) is not None


def case_the_first_link_is_the_oldest(database: Database) -> None:
    store = ShareLinkStore(database)
    assert store.first() is None
    store.claim(RECORD)
    only = store.first()
    assert only is not None
    assert only.record == RECORD
    store.claim(dataclasses.replace(RECORD, code="newer", created_at=RECORD.created_at + 1))
    store.claim(dataclasses.replace(RECORD, code="older", created_at=RECORD.created_at - 1))
    oldest = store.first()
    assert oldest is not None
    assert oldest.record.code == "older"


def case_a_claim_that_is_undone_leaves_a_usable_store(database: Database) -> None:
    store = ShareLinkStore(database)

    def work() -> None:
        store.claim(RECORD)
        raise KeyError("changed my mind")

    with raises(KeyError):
        database.transaction(work)
    assert store.get(RECORD.code) is None
    assert store.claim(RECORD)
    assert store.get(RECORD.code) is not None


def case_a_store_opened_later_sees_the_links(database: Database) -> None:
    ShareLinkStore(database).claim(RECORD)
    counted = ShareLinkStore(database).count_click(RECORD.code)
    assert counted is not None
    assert counted.clicks == 1


def case_the_documented_class_works_on_any_database(database: Database) -> None:
    generator = ShareLinkGenerator("https://gifdist.io", database=database, clock=lambda: 1_800_000_000.5)
    made = generator.create_share_link("abc123def456", title="Funny Cat GIF", tags=["cat", "funny"])
    assert generator.resolve_short_link(made["short_code"]) == made | {"clicks": 1}
    assert generator.resolve_short_link(made["short_code"]) == made | {"clicks": 2}
    assert generator.get_share_metadata(made["short_code"]) is not None


def case_a_changed_record_replaces_the_one_it_was_made_from(database: Database) -> None:
    store = ShareLinkStore(database)
    store.claim(RECORD)
    store.count_click(RECORD.code)
    changed = dataclasses.replace(
        RECORD, target="https://example.com/new", version=2, max_clicks=7, metadata={"a": [1]}
    )
    stored = store.replace(changed, expected_version=1)
    assert stored is not None
    assert stored.record == changed
    assert stored.clicks == 1
    assert store.get(RECORD.code) == stored
    assert store.replace(dataclasses.replace(changed, version=3), expected_version=1) is None
    assert store.replace(dataclasses.replace(changed, code="nobody"), expected_version=1) is None
    assert store.get(RECORD.code) == stored


def case_an_outbox_remembers_the_newest_version_of_each_destination(database: Database) -> None:
    outbox = LinkOutbox(database)
    assert outbox.is_due("kv", 1)
    assert not database.execute("SELECT name FROM sqlite_master WHERE name = 'link_outbox'")
    outbox.delivered("kv", 2)
    outbox.delivered("kv", 1)
    assert not outbox.is_due("kv", 2)
    assert outbox.is_due("kv", 3)
    assert outbox.is_due("library", 1)
    assert not LinkOutbox(database).is_due("kv", 1)
