"""An asset's owner obeys the events of the ledger in their order."""

from __future__ import annotations

from assets.record import AssetRecord
from assets.references import Reference
from assets.store import AssetStore
from sql_port import Database, schema_version

ASSET_ID = "a" * 32
RECORD = AssetRecord(ASSET_ID, "5a" * 32, "image/gif", "gif", 10, 1.0)


def case_an_event_that_another_overtook_is_not_obeyed(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, Reference("ann", 1.0))
    assert store.hear(ASSET_ID, 5)
    assert store.hear(ASSET_ID, 5)
    assert store.hear(ASSET_ID, 7)
    assert not store.hear(ASSET_ID, 6)
    store.decide(ASSET_ID, "approved", "", None, 2.0)
    assert not store.hear(ASSET_ID, 6)


def case_what_is_gone_remembers_how_far_it_heard(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, Reference("ann", 1.0))
    store.hear(ASSET_ID, 7)
    store.release(ASSET_ID, "ann", 2.0, 0)
    store.expire(3.0)
    assert store.read(ASSET_ID) is None
    assert not store.hear(ASSET_ID, 6)
    assert store.hear(ASSET_ID, 8)


def case_hearing_of_an_asset_that_never_was_writes_nothing(database: Database) -> None:
    store = AssetStore(database)
    assert store.hear(ASSET_ID, 1)
    assert schema_version(database, "assets") == 0
    store.file(RECORD, Reference("ann", 1.0))
    assert store.hear("b" * 32, 1)
