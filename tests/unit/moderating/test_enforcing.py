"""Owners do what the ledger says, whatever fails, comes twice or comes in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from casework import Step
from moderating.digests import link_sha256
from moderating.enforcing import Enforced, Fate, enforce
from moderating.errors import EnforcementError
from tests.unit.moderating.world import ASSET_ID, LINK, SUBJECT, LostError, World

LINK_SUBJECT = "link:code"


@pytest.fixture
def world() -> World:
    made = World()
    made.file()
    made.links.store.claim(LINK)
    return made


def run(world: World, subject: str = SUBJECT) -> Enforced:
    return asyncio.run(enforce(subject, world.enforcement))


def test_approved_content_is_put_up_published_once_and_then_settled(world: World) -> None:
    world.open()
    assert run(world).fate is Fate.ENFORCED
    assert (world.state(), world.due()) == ("approved", 0)
    [filed] = world.books.page()
    assert (filed["event_id"], filed["seq"]) == (f"publish:{SUBJECT}:1:2", 2)
    assert world.purged == []
    assert run(world).fate is Fate.NOTHING_DUE
    assert world.calls.count("submit") == 1


@pytest.mark.parametrize("decision", ["flagged", "rejected"])
def test_refused_content_is_withdrawn_from_the_edge_and_not_published(world: World, decision: str) -> None:
    world.open(decision=decision)
    assert run(world).fate is Fate.ENFORCED
    assert (world.state(), world.purged, world.books.page()) == (decision, [ASSET_ID], [])


def test_without_a_case_nothing_happens(world: World) -> None:
    assert run(world) == Enforced(Fate.UNKNOWN)
    assert run(world, LINK_SUBJECT) == Enforced(Fate.UNKNOWN)


@pytest.mark.parametrize("step", ["decide_asset", "submit", "enforced"])
def test_what_fails_half_way_stays_due_and_is_made_up_for(world: World, step: str) -> None:
    async def fail() -> None:
        raise LostError

    world.open()
    world.interruptions[step] = fail
    with pytest.raises(LostError):
        run(world)
    assert world.due() == 2
    assert run(world).fate is Fate.ENFORCED
    assert (world.state(), len(world.books.page())) == ("approved", 1)


def test_a_purge_that_fails_is_made_up_for(world: World) -> None:
    async def fail() -> None:
        raise LostError

    world.open(decision="rejected")
    world.interruptions["purge"] = fail
    with pytest.raises(LostError):
        run(world)
    assert run(world).fate is Fate.ENFORCED
    assert (world.state(), world.purged) == ("rejected", [ASSET_ID])


def test_a_late_approval_does_not_undo_the_takedown_that_overtook_it(world: World) -> None:
    async def taken_down_meanwhile() -> None:
        world.step("take_down", reason="a wound")
        await enforce(SUBJECT, world.enforcement)

    world.open()
    world.interruptions["decide_asset"] = taken_down_meanwhile
    assert run(world).fate is Fate.NOTHING_DUE
    assert (world.state(), world.due()) == ("taken_down", 0)


def test_a_decision_during_enforcement_is_enforced_too(world: World) -> None:
    async def taken_down_meanwhile() -> None:
        world.step("take_down")

    world.open()
    world.interruptions["enforced"] = taken_down_meanwhile
    assert run(world).fate is Fate.ENFORCED
    assert (world.state(), world.due()) == ("taken_down", 0)


def test_decisions_that_were_never_enforced_are_caught_up_with(world: World) -> None:
    world.open()
    run(world)
    world.step("reopen")
    world.step("reject")
    assert run(world).fate is Fate.ENFORCED
    assert world.state() == "rejected"


def test_what_is_refused_is_not_approved_for_a_moment_to_be_refused_otherwise(world: World) -> None:
    world.open(decision="rejected")
    run(world)
    world.ledger.cases.step(world.ledger.cases.row(SUBJECT) or {}, Step.APPEAL)
    world.step("reinstate")
    world.step("take_down")
    assert run(world).fate is Fate.ENFORCED
    assert world.state() == "rejected"


def test_what_cannot_be_done_is_said_and_stays_due(world: World) -> None:
    world.open()
    world.assets.has_bytes = False
    with pytest.raises(EnforcementError, match=f"{SUBJECT} cannot become approved: bytes_missing"):
        run(world)
    assert world.due() == 2


def test_an_owner_that_changes_all_the_time_is_given_up_for_now(world: World) -> None:
    world.open()
    world.assets.store.hear(ASSET_ID, 9)
    with pytest.raises(EnforcementError, match="changes all the time"):
        run(world)


@pytest.mark.parametrize("decision", ["approved", "flagged"])
def test_content_that_is_gone_keeps_nobody_waiting(world: World, decision: str) -> None:
    world.open(decision=decision)
    world.assets.store.release(ASSET_ID, "ann", 1.0, 0)
    world.assets.store.expire(2.0)
    assert run(world).fate is Fate.GONE
    assert world.due() == 0
    assert world.case()["state"] == {"approved": "approved", "flagged": "withdrawn"}[decision]
    assert world.books.page() == []


def test_a_verdict_whose_bytes_are_gone_stays(world: World) -> None:
    world.open(decision="rejected")
    run(world)
    world.assets.store.release(ASSET_ID, "ann", 1.0, 0)
    world.assets.store.expire(2.0)
    world.ledger.cases.step(world.ledger.cases.row(SUBJECT) or {}, Step.APPEAL)
    world.step("reinstate")
    assert run(world).fate is Fate.GONE
    assert world.state() == "rejected"


def test_what_came_again_is_looked_at_before_anything_is_enforced(world: World) -> None:
    world.open(decision="flagged")
    world.ledger.withdraw("gone", SUBJECT)
    world.ledger.open("again", SUBJECT, "ann", "5a" * 32)
    assert run(world).fate is Fate.ENFORCED
    assert (world.state(), world.due()) == ("pending", 0)


class TestLinks:
    def judge(self, world: World, decision: str) -> None:
        world.open(LINK_SUBJECT, link_sha256(world.link()), decision)

    def test_a_link_is_held_refused_and_given_back(self, world: World) -> None:
        self.judge(world, "flagged")
        assert run(world, LINK_SUBJECT).fate is Fate.ENFORCED
        assert world.link().state == "pending"
        world.step("approve", LINK_SUBJECT)
        run(world, LINK_SUBJECT)
        assert world.link().state == "active"
        world.step("take_down", LINK_SUBJECT, "phishing")
        run(world, LINK_SUBJECT)
        assert (world.link().state, world.link().reason) == ("taken_down", "phishing")

    def test_an_approval_of_other_content_does_not_count(self, world: World) -> None:
        world.open(LINK_SUBJECT, "6b" * 32, "approved")
        assert run(world, LINK_SUBJECT).fate is Fate.STALE
        assert world.due(LINK_SUBJECT) == 2
        assert world.books.page() == []

    def test_a_refusal_of_other_content_does(self, world: World) -> None:
        world.open(LINK_SUBJECT, "6b" * 32, "rejected")
        assert run(world, LINK_SUBJECT).fate is Fate.ENFORCED
        assert world.link().state == "rejected"

    def test_a_change_in_between_is_looked_at_again(self, world: World) -> None:
        async def edited() -> None:
            record = world.link()
            other = replace(record, target="https://other.example/", version=record.version + 1)
            world.links.store.replace(other, record.version)

        self.judge(world, "approved")
        world.interruptions["change_link"] = edited
        assert run(world, LINK_SUBJECT).fate is Fate.STALE

    def test_a_late_approval_does_not_undo_the_takedown_that_overtook_it(self, world: World) -> None:
        async def taken_down_meanwhile() -> None:
            world.step("take_down", LINK_SUBJECT, "phishing")
            await enforce(LINK_SUBJECT, world.enforcement)

        self.judge(world, "approved")
        world.interruptions["change_link"] = taken_down_meanwhile
        assert run(world, LINK_SUBJECT).fate is Fate.NOTHING_DUE
        assert world.link().state == "taken_down"

    def test_a_link_that_is_gone_keeps_nobody_waiting(self, world: World) -> None:
        world.open("link:other", "6b" * 32, "flagged")
        assert run(world, "link:other").fate is Fate.GONE
        assert world.case("link:other")["state"] == "withdrawn"

    def test_a_standing_of_a_former_round_asks_nothing_of_the_owner(self, world: World) -> None:
        world.open(LINK_SUBJECT, "6b" * 32, "flagged")
        world.ledger.open("again", LINK_SUBJECT, "ann", link_sha256(world.link()))
        assert run(world, LINK_SUBJECT).fate is Fate.ENFORCED
        assert (world.link().state, world.due(LINK_SUBJECT)) == ("active", 0)


def test_moderators_are_told_of_what_waits_for_them_though_it_fails_at_first(world: World) -> None:
    async def fail() -> None:
        raise LostError

    world.open(decision="flagged")
    world.interruptions["notify"] = fail
    with pytest.raises(LostError):
        run(world)
    assert run(world).fate is Fate.ENFORCED
    [notice] = world.notices.sent
    assert (notice["event_id"], notice["event"]) == (f"notice:{SUBJECT}:1:2", "case_flagged")


def test_a_link_that_was_changed_and_changed_back_need_not_wait(world: World) -> None:
    world.open(LINK_SUBJECT, link_sha256(LINK))
    assert run(world, LINK_SUBJECT).fate is Fate.ENFORCED
    version = world.link().version
    asyncio.run(world.links.change("code", {"state": "pending", "held_from": "disabled"}, version))
    assert run(world, LINK_SUBJECT).fate is Fate.NOTHING_DUE
    assert (world.link().state, world.link().held_from) == ("disabled", "")
    asyncio.run(world.links.change("code", {"state": "pending", "title": "New"}, world.link().version))
    assert run(world, LINK_SUBJECT).fate is Fate.NOTHING_DUE
    assert world.link().state == "pending"
