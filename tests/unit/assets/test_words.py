"""Since when an account says what it says of an asset: moderation is asked once about the same words."""

from __future__ import annotations

from assets.references import Reference, worded
from assets.store import AssetStore
from sql_port import in_process
from tests.unit.assets.test_references import NEW, T0


def since(store: AssetStore, account_id: str = "ann") -> int:
    stored = store.read(NEW.asset_id)
    mine = stored.reference_of(account_id) if stored else None
    assert mine is not None
    return mine.worded


def test_only_other_words_have_another_moment() -> None:
    store = AssetStore(in_process())
    store.file(NEW, Reference("ann", T0, title="a cat"))
    assert since(store) == T0 * 1_000
    store.amend(NEW.asset_id, "ann", {"visibility": "public", "title": "a cat"}, None, T0 + 5)
    assert since(store) == T0 * 1_000
    store.amend(NEW.asset_id, "ann", {"tags": ["cat"]}, None, T0 + 6)
    assert since(store) == (T0 + 6) * 1_000


def test_no_two_words_have_the_same_moment_whatever_the_clock_says() -> None:
    store = AssetStore(in_process())
    store.file(NEW, Reference("ann", T0, title="one"))
    moments = {since(store)}
    for title in ("two", "three", "one"):
        store.amend(NEW.asset_id, "ann", {"title": title}, None, T0)
        moments.add(since(store))
    assert len(moments) == 4


def test_what_is_brought_again_is_worded_anew() -> None:
    store = AssetStore(in_process())
    store.file(NEW, Reference("ann", T0, title="one"))
    store.release(NEW.asset_id, "ann", T0 + 1, 60)
    store.file(NEW, Reference("ann", T0 + 2, title="one"))
    assert since(store) == (T0 + 2) * 1_000


def test_words_from_before_that_was_noted_have_no_moment() -> None:
    old = Reference("ann", T0, title="one")
    assert (old.worded, worded(old, old, T0 + 1).worded_at) == (0, None)
    assert worded(Reference("ann", T0, title="two"), old, T0 + 1).worded == (T0 + 1) * 1_000
