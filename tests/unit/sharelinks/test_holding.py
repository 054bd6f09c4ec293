"""What moderation does to links, and what their owners did before it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from sharelinks.changes import changed
from sharelinks.holding import STANDINGS, moderated
from sharelinks.record import LinkRecord
from sharelinks.suspension import resumption, suspension

LINK = LinkRecord("code", "asset:x", 1.0, asset_id="x")
REFUSALS = ("flagged", "rejected", "taken_down")


def after(record: LinkRecord, standing: str, reason: str = "it wounds: badly") -> LinkRecord:
    return changed(record, moderated(record, standing, reason), 2.0)


def looks(record: LinkRecord) -> tuple[str, str, str]:
    return record.state, record.reason, record.held_from


@pytest.mark.parametrize(
    ("standing", "state", "reason"),
    [
        ("flagged", "pending", ""),
        ("rejected", "rejected", "it wounds: badly"),
        ("taken_down", "taken_down", "it wounds: badly"),
    ],
)
@pytest.mark.parametrize("before", ["active", "disabled"])
def test_a_link_is_held_and_given_back_as_its_owner_left_it(
    before: str, standing: str, state: str, reason: str
) -> None:
    link = replace(LINK, state=before)
    held = after(link, standing)
    assert looks(held) == (state, reason, "disabled" if before == "disabled" else "")
    assert moderated(held, standing, "it wounds: badly") == {}
    assert looks(after(held, "approved")) == (before, "", "")


@pytest.mark.parametrize("state", ["active", "disabled"])
def test_approval_leaves_alone_what_nobody_held(state: str) -> None:
    assert moderated(replace(LINK, state=state), "approved", "") == {}


@pytest.mark.parametrize("before", ["active", "disabled"])
def test_any_row_of_decisions_ends_as_the_last_one_says(before: str) -> None:
    for row in product(STANDINGS, repeat=3):
        link = replace(LINK, state=before)
        for standing in row:
            link = after(link, standing)
        assert link.state == (before if row[-1] == "approved" else STANDINGS[row[-1]]), row


def test_a_link_that_waits_for_its_first_look_goes_live_with_it() -> None:
    assert after(replace(LINK, state="pending"), "approved").state == "active"


def deleted(record: LinkRecord, epitaph: str = "") -> LinkRecord:
    return replace(record, state="deleted", reason=epitaph)


@pytest.mark.parametrize("standing", REFUSALS)
def test_what_is_refused_while_it_is_deleted_does_not_come_back_by_being_restored(standing: str) -> None:
    gone = after(deleted(LINK), standing)
    assert gone.state == "deleted"
    assert gone.reason.partition(":")[0] == STANDINGS[standing]
    assert moderated(gone, standing, "it wounds: badly") == {}
    assert looks(after(gone, "approved")) == ("deleted", "", "")


def test_what_its_owner_had_switched_off_stays_off_through_deletion_and_refusal() -> None:
    gone = after(deleted(LINK, "disabled"), "rejected")
    assert looks(gone) == ("deleted", "rejected: it wounds: badly", "disabled")
    assert looks(after(gone, "approved")) == ("deleted", "disabled", "")
    assert moderated(deleted(LINK, "disabled"), "approved", "") == {}
    held = after(replace(LINK, state="disabled"), "flagged")
    assert looks(after(deleted(held, "pending"), "approved")) == ("deleted", "disabled", "")


@pytest.mark.parametrize("before", ["active", "disabled"])
@pytest.mark.parametrize("standing", REFUSALS)
def test_a_link_that_went_with_its_asset_comes_back_as_moderation_says(before: str, standing: str) -> None:
    link = replace(LINK, state=before)
    suspended = changed(link, suspension(link, "x"), 2.0)
    refused = after(suspended, standing)
    assert refused.state == "deleted"
    assert changed(refused, resumption(refused), 3.0).state == STANDINGS[standing]
    freed = after(refused, "approved")
    assert changed(freed, resumption(freed), 3.0).state == before


def test_where_a_link_was_held_from_travels_with_its_record() -> None:
    held = after(replace(LINK, state="disabled"), "rejected")
    assert LinkRecord.from_wire(held.to_wire()) == held
    assert "held_from" not in LINK.to_wire()
