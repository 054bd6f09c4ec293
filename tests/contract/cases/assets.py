"""Assets: who holds them decides how long they live, and a verdict outlives its bytes."""

from __future__ import annotations

import dataclasses
from typing import Any

from assets.errors import AssetWireError
from assets.judged import Judged
from assets.names import media_key, variant_key
from assets.record import PRIVATE, PUBLIC, UNLISTED, AssetRecord, Variant
from assets.references import Reference, Words
from assets.states import APPROVED, FLAGGED, PENDING, REJECTED, TAKEN_DOWN
from assets.store import AssetStore, Outcome
from sql_port import Database
from sql_port.outbox import Outbox
from tests.contract.cases import raises

T0 = 1_800_000_000.125
DAY = 86_400.0
ID = "A" * 32
RECORD = AssetRecord(
    ID, "ab" * 32, "image/gif", "gif", 10_000_000_000, T0, width=3, height=2, frames=4, duration_ms=500
)
VARIANT = Variant("video/mp4", 70, "mp4-1", 3, 2)


SEEN_BY_A_PERSON = Judged(until=T0 + DAY)


def seen_by_all(store: AssetStore) -> AssetRecord:
    """Return the record as it is."""
    stored = store.read(ID)
    assert stored is not None
    return stored.record


def mine(account_id: str = "ann", created_at: float = T0, **more: Any) -> Reference:
    """Return a reference."""
    return Reference(account_id, created_at, **more)


def case_filing_twice_gives_one_asset_with_a_reference_for_each_account(database: Database) -> None:
    store = AssetStore(database)
    first = store.file(RECORD, mine("ann"))
    assert (first.created, first.mine_was_there, first.refused) == (True, False, False)
    assert first.record == RECORD
    again = store.file(RECORD, mine("ann", title="other", visibility=PUBLIC))
    assert (again.created, again.mine_was_there) == (False, True)
    assert again.record == RECORD
    other = store.file(RECORD, mine("bob", T0 + 5, title="Bob's", tags=("x",), visibility=PUBLIC))
    assert (other.created, other.mine_was_there) == (False, False)
    assert other.record == dataclasses.replace(RECORD, version=2, updated_at=T0 + 5, awaited=PUBLIC)
    stored = store.read(ID)
    assert stored is not None
    assert stored.record == other.record
    assert [one.account_id for one in stored.references] == ["ann", "bob"]
    words: dict[str, Any] = {"title": "Bob's", "tags": ("x",), "worded_at": T0 + 5}
    bobs = mine("bob", T0 + 5, visibility=PUBLIC, confirmed=False, **words)
    assert stored.held_by("bob") == other.reference == bobs
    assert stored.held_by("eve") is None


def case_words_and_visibility_follow_the_references(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, mine("ann", title="secret"))
    assert store.refer(ID, mine("bob", T0 + 2, title="later", visibility=PUBLIC), T0 + 2) is not None
    assert store.decide(ID, APPROVED, "", None, T0 + 3, judged=SEEN_BY_A_PERSON) is Outcome.CHANGED
    hers = mine("ann", T0 + 9, title="mine", description="d", visibility=UNLISTED)
    assert store.refer(ID, hers, T0 + 9) is not None
    assert store.confirm(ID, Judged("ann", hers.words), T0 + 9)
    record = seen_by_all(store)
    # Ann's reference keeps its age, so hers are the words; Bob's is the visibility.
    assert (record.title, record.description, record.visibility) == ("mine", "d", PUBLIC)
    assert store.release(ID, "bob", T0 + 10, DAY) == 1
    seen = store.read(ID)
    assert seen is not None
    assert (seen.record.visibility, seen.record.title) == (UNLISTED, "mine")


def case_a_release_can_be_undone_in_time_and_no_later(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, mine(visibility=PUBLIC, title="t", shown=Words("t")))
    assert store.release(ID, "ann", T0 + 1, DAY) == 0
    seen = store.read(ID)
    assert seen is not None
    assert (seen.record.held, seen.record.visibility, seen.record.title) == (False, PRIVATE, "")
    assert seen.held_by("ann") is None
    assert store.next_end() == T0 + 1 + DAY
    assert store.release(ID, "ann", T0 + DAY, DAY) == 0
    assert store.next_end() == T0 + 1 + DAY
    assert store.restore(ID, "ann", T0 + DAY)
    seen = store.read(ID)
    assert seen is not None
    assert (seen.record.held, seen.record.title) == (True, "t")
    assert not store.restore(ID, "ann", T0 + DAY)
    assert store.next_end() is None
    store.release(ID, "ann", T0, 10)
    assert not store.restore(ID, "ann", T0 + 10)
    assert not store.restore(ID, "eve", T0)
    assert not store.restore("B" * 32, "ann", T0)


def case_deleting_mine_never_breaks_yours(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, mine("ann"))
    store.file(RECORD, mine("bob", visibility=PUBLIC))
    assert store.release(ID, "ann", T0, 0) == 1
    store.expire(T0)
    seen = store.read(ID)
    assert seen is not None
    assert [one.account_id for one in seen.references] == ["bob"]
    assert seen.record.held
    assert store.litter() == []


def case_who_let_go_hears_when_it_is_over_though_others_stay(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, mine("ann"))
    store.file(RECORD, mine("bob"))
    store.release(ID, "ann", T0, 60)
    before = store.version(ID)
    store.expire(T0 + 60)
    assert store.version(ID) == before + 1


def case_an_account_changes_its_own_words_at_its_own_version(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, mine("ann", title="old", tags=("a",)))
    store.file(RECORD, mine("bob", T0 + 1, visibility=UNLISTED))
    changes = {"title": "new", "tags": ["b", "c"], "visibility": PUBLIC}
    assert store.amend(ID, "ann", changes, 2, T0 + 2) is Outcome.CONFLICT
    assert store.amend(ID, "ann", changes, 1, T0 + 2) is Outcome.CHANGED
    assert store.amend(ID, "ann", changes, None, T0 + 3) is Outcome.UNCHANGED
    seen = store.read(ID)
    assert seen is not None
    hers: dict[str, Any] = {"title": "new", "tags": ("b", "c"), "worded_at": T0 + 2}
    assert seen.held_by("ann") == mine("ann", visibility=PUBLIC, version=2, **hers)
    assert seen.held_by("bob") == mine("bob", T0 + 1, visibility=UNLISTED, confirmed=False, worded_at=T0 + 1)
    # Its words are not to be seen before somebody judged them.
    assert (seen.record.title, seen.record.visibility, seen.record.version) == ("", PUBLIC, 3)
    assert store.amend(ID, "eve", changes, None, T0) is Outcome.UNKNOWN
    assert store.amend("B" * 32, "ann", changes, None, T0) is Outcome.UNKNOWN
    store.release(ID, "ann", T0 + 4, DAY)
    assert store.amend(ID, "ann", {"title": "newer"}, None, T0 + 5) is Outcome.ILLEGAL
    with raises(AssetWireError):
        store.amend(ID, "bob", {"account_id": "ann"}, None, T0 + 5)


def case_a_release_waits_for_its_version_and_may_be_shortened(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, mine("ann"))
    assert store.release(ID, "ann", T0, DAY, 2) is None
    assert store.next_end() is None
    assert store.release(ID, "ann", T0, DAY, 1) == 0
    assert store.release(ID, "ann", T0 + 5, 10) == 0
    seen = store.read(ID)
    assert seen is not None
    assert seen.reference_of("ann") == mine("ann", deleted_at=T0, erase_at=T0 + 15, version=3, worded_at=T0)
    store.file(RECORD, mine("ann", T0 + 6))
    assert store.release(ID, "ann", T0 + 7, DAY, 4) == 0


def case_the_last_reference_takes_the_bytes_along(database: Database) -> None:
    store = AssetStore(database)
    store.file(dataclasses.replace(RECORD, key="quarantine/incoming/1"), mine())
    assert store.decide(ID, APPROVED, "", None, T0 + 1, media_key(ID, "gif")) is Outcome.CHANGED
    assert store.litter() == ["quarantine/incoming/1"]
    store.tidied("quarantine/incoming/1")
    assert store.add_variant(ID, "mp4", VARIANT, T0 + 2) is not None
    store.release(ID, "ann", T0 + 3, 60)
    store.expire(T0 + 62)
    assert store.read(ID) is not None
    before = store.version(ID)
    store.expire(T0 + 63)
    assert store.read(ID) is None
    assert store.version(ID) == before + 1
    assert set(store.litter()) == {media_key(ID, "gif"), variant_key(ID, "mp4")}
    assert store.decide(ID, FLAGGED, "", None, T0) is Outcome.UNKNOWN
    assert store.refer(ID, mine(), T0) is None
    assert store.add_variant(ID, "mp4", VARIANT, T0) is None
    assert store.release(ID, "ann", T0, 0) == 0


def case_an_asset_that_comes_back_goes_on_counting_versions(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, mine())
    store.release(ID, "ann", T0, 0)
    store.expire(T0)
    assert store.litter() == [f"quarantine/{ID}/original.gif"]
    gone = store.version(ID)
    filed = store.file(RECORD, mine("bob", T0 + 9))
    assert (filed.created, filed.record.version) == (True, gone + 1)
    # What is in use again is no litter.
    assert store.litter() == []
    assert store.ids() == [ID]


def case_filing_in_the_grace_period_keeps_the_bytes(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, mine("ann"))
    store.release(ID, "ann", T0, 60)
    filed = store.file(dataclasses.replace(RECORD, key="quarantine/incoming/2"), mine("ann", T0 + 5))
    assert (filed.created, filed.mine_was_there, filed.record.key) == (False, False, "")
    assert filed.record.held
    store.expire(T0 + 1_000)
    assert store.read(ID) is not None


def case_only_legal_moves_are_made_and_the_same_decision_changes_nothing(database: Database) -> None:
    store = AssetStore(database)
    assert store.decide(ID, APPROVED, "", None, T0) is Outcome.UNKNOWN
    store.file(RECORD, mine())
    assert store.decide(ID, APPROVED, "", 7, T0) is Outcome.CONFLICT
    assert store.decide(ID, APPROVED, "", 1, T0 + 1) is Outcome.CHANGED
    assert store.decide(ID, APPROVED, "", 1, T0 + 2) is Outcome.UNCHANGED
    assert store.decide(ID, PENDING, "", None, T0) is Outcome.ILLEGAL
    assert store.decide(ID, REJECTED, "", None, T0) is Outcome.ILLEGAL
    assert store.decide(ID, "burnt", "", None, T0) is Outcome.ILLEGAL
    assert store.decide(ID, TAKEN_DOWN, "a court said so", None, T0 + 3) is Outcome.CHANGED
    seen = store.read(ID)
    assert seen is not None
    assert (seen.record.state, seen.record.reason, seen.record.version) == (TAKEN_DOWN, "a court said so", 3)
    assert seen.record.updated_at == T0 + 3
    assert store.decide(ID, APPROVED, "it was wrong", None, T0 + 4) is Outcome.CHANGED
    assert store.litter() == []


def case_a_verdict_outlives_the_bytes(database: Database) -> None:
    for state in (REJECTED, TAKEN_DOWN):
        asset_id = state * 3
        store = AssetStore(database)
        store.file(dataclasses.replace(RECORD, asset_id=asset_id), mine("ann"))
        store.decide(asset_id, state, "why", None, T0 + 1)
        filed = store.file(dataclasses.replace(RECORD, asset_id=asset_id), mine("bob"))
        assert (filed.created, filed.refused, filed.record.state) == (False, True, state)
        assert not store.file(dataclasses.replace(RECORD, asset_id=asset_id), mine("ann")).refused
        store.release(asset_id, "ann", T0 + 2, 0)
        store.expire(T0 + 2)
        seen = store.read(asset_id)
        assert seen is not None
        assert (seen.record.state, seen.record.held, seen.references) == (state, False, ())
        assert store.decide(asset_id, APPROVED, "", None, T0 + 3) is Outcome.ILLEGAL
        assert store.file(dataclasses.replace(RECORD, asset_id=asset_id), mine("eve")).refused
        assert store.refer(asset_id, mine("eve"), T0) is None
        assert store.add_variant(asset_id, "mp4", VARIANT, T0) is None


def case_a_hold_on_what_others_keep_to_themselves_shows_nothing_until_it_is_confirmed(
    database: Database,
) -> None:
    store = AssetStore(database)
    assert store.file(RECORD, mine("ann", title="hers", confirmed=False)).reference.confirmed
    store.decide(ID, APPROVED, "", None, T0 + 1)
    before = store.version(ID)
    bobs = store.file(RECORD, mine("bob", T0 + 2, title="his", visibility=PUBLIC)).reference
    assert not bobs.confirmed
    # Changing the words of one that waits does not end the waiting.
    assert store.amend(ID, "bob", {"tags": ["x"]}, 1, T0 + 3) is Outcome.CHANGED
    assert store.refer(ID, mine("bob", T0 + 4, title="his", visibility=PUBLIC), T0 + 4) is not None
    # Nor does a reference that counts begin to wait.
    assert store.refer(ID, mine("ann", T0 + 5, title="hers"), T0 + 5) is not None
    seen = store.read(ID)
    assert seen is not None
    assert (seen.record.held, seen.record.visibility, seen.record.title) == (True, PRIVATE, "")
    assert (seen.record.awaited, seen.record.version) == (PUBLIC, before + 4)
    assert [one.confirmed for one in seen.references] == [True, False]
    assert store.confirm(ID, Judged("bob", Words("his")), T0 + 6)
    assert not store.confirm(ID, Judged("bob", Words("his")), T0 + 7)
    seen = store.read(ID)
    assert seen is not None
    assert (seen.record.visibility, seen.record.title, seen.record.awaited) == (PUBLIC, "his", PRIVATE)
    assert (seen.record.version, seen.record.updated_at) == (before + 5, T0 + 6)
    assert seen.held_by("bob") == mine(
        "bob", T0 + 2, title="his", visibility=PUBLIC, version=3, worded_at=T0 + 4, shown=Words("his")
    )
    # What everybody may see is nobody's secret.
    assert store.file(RECORD, mine("eve", T0 + 8)).reference.confirmed
    assert store.refer(ID, mine("tom", T0 + 9), T0 + 9) is not None
    seen = store.read(ID)
    assert seen is not None
    assert all(one.confirmed for one in seen.references)


def case_an_approval_shows_the_words_that_were_judged_with_it_and_no_others(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, mine("ann", title="a cat"))
    store.file(RECORD, mine("eve", T0 + 1, title="slur", visibility=PUBLIC))
    assert store.decide(ID, APPROVED, "", None, T0 + 2, judged=Judged("ann", Words("a cat")))
    assert (seen_by_all(store).visibility, seen_by_all(store).title) == (PRIVATE, "")
    # Words of another account, or of a moment ago, are other words.
    for other in (Judged("bob", Words("slur")), Judged("eve", Words("nice"))):
        assert not store.confirm(ID, other, T0 + 3)
    assert store.amend(ID, "ann", {"visibility": UNLISTED, "title": "a dog"}, None, T0 + 4) is Outcome.CHANGED
    assert (seen_by_all(store).visibility, seen_by_all(store).title) == (UNLISTED, "a cat")
    assert not store.confirm(ID, Judged("ann", Words("a cat")), T0 + 5)
    assert store.confirm(ID, Judged("ann", Words("a dog")), T0 + 6)
    assert (seen_by_all(store).visibility, seen_by_all(store).title) == (UNLISTED, "a dog")


def case_a_person_approves_what_was_there_and_nothing_that_came_since(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, mine("ann", title="a cat", visibility=PUBLIC))
    store.file(RECORD, mine("bob", T0 + 1, title="his"))
    store.amend(ID, "ann", {"title": "slur"}, None, T0 + 3)
    assert store.decide(ID, APPROVED, "", None, T0 + 4, judged=Judged(until=T0 + 2)) is Outcome.CHANGED
    stored = store.read(ID)
    assert stored is not None
    assert [(one.account_id, one.waits) for one in stored.references] == [("ann", True), ("bob", False)]
    assert stored.record.title == ""


def case_where_nothing_is_seen_a_hold_is_judged_without_its_words(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, mine("ann"))
    store.decide(ID, FLAGGED, "", None, T0 + 1)
    store.file(RECORD, mine("bob", T0 + 2, title="his"))
    assert store.confirm(ID, Judged("bob", Words("his")), T0 + 3)
    stored = store.read(ID)
    assert stored is not None
    assert [(one.confirmed, one.shown) for one in stored.references] == [(True, None), (True, None)]


def case_only_a_decision_confirms_what_waits_itself(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, mine("ann"))
    store.file(RECORD, mine("bob", T0 + 1, visibility=UNLISTED))
    before = store.version(ID)
    assert not store.confirm(ID, Judged("bob"), T0 + 2)
    assert store.version(ID) == before
    assert store.decide(ID, REJECTED, "no", before, T0 + 3) is Outcome.CHANGED
    seen = store.read(ID)
    assert seen is not None
    assert (seen.record.version, seen.record.visibility, seen.record.awaited) == (
        before + 1,
        UNLISTED,
        PRIVATE,
    )
    assert [one.confirmed for one in seen.references] == [True, True]


def case_an_unconfirmed_reference_keeps_the_bytes_and_can_be_released_and_restored(
    database: Database,
) -> None:
    store = AssetStore(database)
    store.file(RECORD, mine("ann"))
    store.decide(ID, APPROVED, "", None, T0 + 1, media_key(ID, "gif"))
    store.tidied(f"quarantine/{ID}/original.gif")
    store.file(RECORD, mine("bob", T0 + 2, visibility=PUBLIC))
    assert store.release(ID, "ann", T0 + 3, 0) == 1
    store.expire(T0 + 3)
    seen = store.read(ID)
    assert seen is not None
    assert (seen.record.held, seen.record.visibility, store.litter()) == (True, PRIVATE, [])
    assert store.release(ID, "bob", T0 + 4, 60) == 0
    seen = store.read(ID)
    assert seen is not None
    assert (seen.record.held, seen.record.awaited) == (False, PRIVATE)
    assert store.restore(ID, "bob", T0 + 5)
    seen = store.read(ID)
    assert seen is not None
    assert (seen.record.held, seen.record.awaited) == (True, PUBLIC)
    assert [one.confirmed for one in seen.references] == [False]
    # Confirmed while it is deleted, it is confirmed when it comes back.
    store.release(ID, "bob", T0 + 6, 60)
    assert store.confirm(ID, Judged("bob", Words()), T0 + 7)
    assert store.restore(ID, "bob", T0 + 8)
    seen = store.read(ID)
    assert seen is not None
    assert (seen.record.visibility, seen.record.awaited) == (PUBLIC, PRIVATE)
    # Deleted and sent again, it looks like a new one again.
    store.release(ID, "bob", T0 + 9, 60)
    assert not store.file(RECORD, mine("bob", T0 + 10)).reference.confirmed
    store.release(ID, "bob", T0 + 11, 0)
    store.expire(T0 + 11)
    assert store.litter() == [media_key(ID, "gif")]


def case_variants_are_kept_beside_each_other(database: Database) -> None:
    store = AssetStore(database)
    store.file(RECORD, mine())
    store.add_variant(ID, "mp4", VARIANT, T0 + 1)
    store.add_variant(ID, "webp", Variant("image/webp", 5, "webp-1"), T0 + 2)
    newer = dataclasses.replace(VARIANT, etag="mp4-2")
    record = store.add_variant(ID, "mp4", newer, T0 + 3)
    assert record is not None
    assert record.variants == {"mp4": newer, "webp": Variant("image/webp", 5, "webp-1")}
    seen = AssetStore(database).read(ID)
    assert seen is not None
    assert seen.record == record


def case_asking_writes_nothing(database: Database) -> None:
    tables = "SELECT count(*) AS n FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'"
    store = AssetStore(database)
    assert store.read(ID) is None
    assert store.refer(ID, mine(), T0) is None
    assert store.add_variant(ID, "mp4", VARIANT, T0) is None
    assert store.release(ID, "ann", T0, 0) == store.version(ID) == 0
    assert store.amend(ID, "ann", {}, None, T0) is Outcome.UNKNOWN
    assert not store.restore(ID, "ann", T0)
    assert not store.confirm(ID, Judged("ann"), T0)
    assert store.decide(ID, APPROVED, "", None, T0) is Outcome.UNKNOWN
    store.expire(T0)
    assert store.next_end() is None
    assert store.litter() == store.ids() == []
    outbox = Outbox(database, "asset_outbox")
    assert outbox.is_due("kv", 0)
    assert outbox.destinations() == []
    outbox.forget("kv")
    assert database.execute(tables) == [{"n": 0}]


def case_an_outbox_knows_its_destinations_until_they_are_forgotten(database: Database) -> None:
    outbox = Outbox(database, "asset_outbox")
    outbox.expect("library:ann")
    outbox.delivered("kv", 4)
    outbox.expect("kv")
    assert outbox.destinations() == ["kv", "library:ann"]
    assert not outbox.is_due("kv", 4)
    assert outbox.is_due("library:ann", 1)
    outbox.forget("kv")
    assert outbox.destinations() == ["library:ann"]
