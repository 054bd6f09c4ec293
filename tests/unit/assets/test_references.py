"""What the references of an asset show together, and what each account sees of it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from assets.errors import AssetWireError
from assets.projection import library_entry, status
from assets.record import PRIVATE, PUBLIC, UNLISTED, VISIBILITIES, AssetRecord, Variant
from assets.references import Reference, amended, summary
from assets.states import APPROVED, PENDING, STATES

T0 = 1_800_000_000.0
NEW = AssetRecord("A" * 32, "ab" * 32, "image/gif", "gif", 70, T0)
KNOWN = replace(
    NEW,
    state=APPROVED,
    reason="looked at twice",
    variants={"webp": Variant("image/webp", 5, "webp-1")},
)


def waiting(account_id: str = "bob", **more: Any) -> Reference:
    """Return a reference that is not confirmed."""
    return Reference(account_id, T0 + 1, confirmed=False, **more)


def test_a_reference_from_before_there_were_confirmations_is_confirmed() -> None:
    wire = Reference("ann", T0).to_wire()
    assert wire.pop("confirmed") is True
    assert Reference.from_wire(wire).confirmed
    assert Reference.from_wire(waiting().to_wire()) == waiting()
    with pytest.raises(AssetWireError):
        Reference.from_wire({**wire, "confirmed": 1})


def test_no_account_confirms_its_own_reference() -> None:
    assert not amended(waiting(), {"title": "new"}).confirmed
    with pytest.raises(AssetWireError):
        amended(waiting(), {"confirmed": True})


@pytest.mark.parametrize("mine", VISIBILITIES)
def test_an_unconfirmed_reference_holds_and_shows_nothing(mine: str) -> None:
    theirs = Reference("ann", T0, UNLISTED, "hers", ("a",), "d")
    alone, beside = summary([theirs]), summary([waiting(visibility=mine, title="his"), theirs])
    assert beside == replace(alone, awaited=mine)
    only = summary([waiting(visibility=mine, title="his")])
    assert (only.held, only.visibility, only.title, only.awaited) == (True, PRIVATE, "", mine)
    assert summary([waiting(visibility=mine, deleted_at=T0)]) == summary([])


def test_the_most_open_visibility_is_awaited() -> None:
    for order in itertools.permutations(VISIBILITIES):
        assert summary(waiting(one, visibility=one) for one in order).awaited == PUBLIC
    assert summary([Reference("ann", T0, PUBLIC)]).awaited == PRIVATE


@pytest.mark.parametrize("state", STATES)
def test_an_account_that_is_not_confirmed_sees_what_a_new_file_would_show(state: str) -> None:
    known = replace(KNOWN, state=state)
    assert library_entry(known, waiting()) == library_entry(NEW, replace(waiting(), confirmed=True))
    gone = waiting(deleted_at=T0 + 2, erase_at=T0 + 3)
    assert library_entry(known, gone) == library_entry(NEW, replace(gone, confirmed=True))
    seen = library_entry(known, replace(waiting(), confirmed=True))
    assert (seen["state"], seen["reason"], seen["formats"]) == (state, "looked at twice", ["gif", "webp"])


def test_what_is_deleted_says_so_confirmed_or_not() -> None:
    for confirmed in (True, False):
        gone = replace(waiting(deleted_at=T0), confirmed=confirmed)
        assert status(KNOWN, gone) == "deleted"
    assert (status(KNOWN, waiting()), status(KNOWN, Reference("ann", T0))) == (PENDING, APPROVED)
