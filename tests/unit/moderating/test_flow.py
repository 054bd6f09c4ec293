"""One message, from what it names to its owner having heard: whatever comes twice, late or in between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from assets.references import Reference
from casework import BlockList, prove
from moderating.enforcing import enforce
from moderating.errors import MessageError
from moderating.flow import BLOCKED_HASH, SOON_SECONDS, give_up, moderate
from tests.unit.moderating.world import ASSET_ID, LINK, RECORD, SUBJECT, LostError, World

LINK_SUBJECT = "link:code"
ASSET_MESSAGE = {"kind": "asset", "event_id": "a:1", "asset_id": ASSET_ID, "account_id": "ann"}
LINK_MESSAGE = {"kind": "link", "event_id": "l:1", "code": "code"}


@pytest.fixture
def world() -> World:
    made = World()
    made.file(title="A cat")
    made.links.store.claim(LINK)
    return made


def run(world: World, message: Mapping[str, Any] = ASSET_MESSAGE) -> float | None:
    return asyncio.run(moderate(message, world.moderation))


def kinds(world: World, subject: str = SUBJECT) -> list[str]:
    return [event["kind"] for event in reversed(world.ledger.history(subject))]


@pytest.mark.parametrize("decision", ["approved", "flagged", "rejected"])
def test_new_content_is_looked_at_decided_and_its_owner_told(world: World, decision: str) -> None:
    world.verdicts = [decision]
    assert run(world) is None
    assert (world.case()["state"], world.state(), world.due()) == (decision, decision, 0)
    assert kinds(world) == ["opened", "scan"]
    [content] = world.looks[:1]
    assert (content.title, content.content_type, content.size_bytes) == ("A cat", "image/gif", 10)
    assert content.read is not None
    assert asyncio.run(content.read()) == f"quarantine/{ASSET_ID}/original.gif".encode()
    assert prove(world.ledger.trail, {}).ok


def test_a_blocked_file_is_rejected_without_a_look(world: World) -> None:
    BlockList(world.ledger.trail).block(RECORD.sha256, "known", "mo", None)
    assert run(world) is None
    assert (world.case()["state"], world.case()["reason"], world.state()) == (
        "rejected",
        BLOCKED_HASH,
        "rejected",
    )
    assert (world.case()["model"], world.case()["thresholds"]) == ("block_list", {"bits": 6})
    assert world.looks == []


def test_a_message_that_comes_again_records_and_publishes_nothing(world: World) -> None:
    run(world)
    run(world)
    assert kinds(world) == ["opened", "scan"]
    assert len(world.books.page()) == 1


def test_an_outage_waits_as_long_as_asked_and_is_recorded_once(world: World) -> None:
    world.verdicts = ["pending", "pending", "approved"]
    assert run(world) == 7.0
    assert run(world) == 7.0
    assert (kinds(world), world.state()) == (["opened", "scan"], "pending")
    assert run(world) is None
    assert (world.state(), len(world.books.page())) == ("approved", 1)


@pytest.mark.parametrize("message", [ASSET_MESSAGE, LINK_MESSAGE], ids=["asset", "link"])
def test_what_could_not_be_worked_off_is_flagged(world: World, message: Mapping[str, Any]) -> None:
    world.moderation = replace(world.moderation, look=give_up)
    assert run(world, message) is None
    subject = SUBJECT if message["kind"] == "asset" else LINK_SUBJECT
    assert (world.case(subject)["state"], world.case(subject)["reason"]) == ("flagged", "scan_failed")
    assert (world.case(subject)["model"], world.case(subject)["thresholds"]) == ("none", {})
    assert (world.state() == "flagged") or (world.link().state == "pending")


@pytest.mark.parametrize(
    "step", ["open", "look", "scan", "due", "decide_asset", "submit", "enforced", "read_asset"]
)
def test_a_crash_before_any_step_is_made_up_for_by_the_message_coming_again(world: World, step: str) -> None:
    async def crash() -> None:
        raise LostError

    world.interruptions[step] = crash
    with pytest.raises(LostError):
        run(world)
    assert run(world) is None
    assert (world.case()["state"], world.state(), world.due()) == ("approved", "approved", 0)
    assert (kinds(world), len(world.books.page())) == (["opened", "scan"], 1)


class TestWords:
    BOBS: Mapping[str, Any] = {**ASSET_MESSAGE, "event_id": "a:2", "account_id": "bob"}

    def bring(self, world: World, title: str) -> None:
        held = Reference("bob", 2.0, visibility="private", title=title)
        world.assets.store.file(RECORD, held)

    def is_confirmed(self, world: World) -> bool:
        stored = world.assets.store.read(ASSET_ID)
        reference = stored.reference_of("bob") if stored else None
        return reference is not None and reference.confirmed

    def private(self, world: World) -> None:
        """Have the first account keep the asset to itself: only then another's hold has to be confirmed."""
        world.assets.store.amend(ASSET_ID, "ann", {"visibility": "private"}, None, 1.5)

    def test_clean_words_of_another_account_confirm_its_reference(self, world: World) -> None:
        run(world)
        self.private(world)
        self.bring(world, "nice")
        assert not self.is_confirmed(world)
        assert run(world, self.BOBS) is None
        assert self.is_confirmed(world)
        assert world.looks[-1].title == "nice"
        assert world.looks[-1].read is None

    def test_words_that_cannot_be_judged_now_leave_it_unconfirmed(self, world: World) -> None:
        run(world)
        self.private(world)
        self.bring(world, "nice")
        world.verdicts = ["pending"]
        assert run(world, self.BOBS) == 7.0
        assert not self.is_confirmed(world)

    @pytest.mark.parametrize("verdict", ["flagged", "rejected"])
    def test_bad_words_for_an_approved_asset_stay_out_of_sight_and_a_person_looks(
        self, world: World, verdict: str
    ) -> None:
        run(world)
        self.bring(world, "slur")
        world.words = {"slur": verdict}
        assert run(world, self.BOBS) is None
        assert (world.case()["state"], world.case()["standing"], world.state()) == (
            "doubted",
            "approved",
            "approved",
        )
        assert world.shown() == "A cat"
        [notice] = world.notices.sent
        assert (notice["subject"], notice["state"]) == (SUBJECT, "doubted")
        assert run(world, self.BOBS) is None
        assert kinds(world) == ["opened", "scan", "opened", "scan"]
        assert world.ledger.history(SUBJECT)[0]["payload"]["account_id"] == "bob"

    def test_what_could_not_be_judged_hides_what_others_have_from_nobody(self, world: World) -> None:
        run(world)
        self.private(world)
        self.bring(world, "nice")
        world.moderation = replace(world.moderation, look=give_up)
        assert run(world, self.BOBS) is None
        assert (world.case()["state"], world.case()["reason"], world.state()) == (
            "doubted",
            "scan_failed",
            "approved",
        )
        assert not self.is_confirmed(world)

    def test_nobody_elses_words_decide_on_a_file(self, world: World) -> None:
        world.verdicts = ["pending"]
        run(world)
        self.bring(world, "slur")
        world.words = {"slur": "rejected"}
        assert run(world, self.BOBS) is None
        assert (world.case()["state"], world.state()) == ("doubted", "approved")
        assert not self.is_confirmed(world)
        assert run(world) is None
        assert world.shown() == "A cat"

    def test_nobodys_words_confirm_anybody_elses(self, world: World) -> None:
        self.private(world)
        eves = {**self.BOBS, "event_id": "a:3", "account_id": "eve"}
        world.assets.store.file(RECORD, Reference("eve", 2.0, visibility="public", title="slur"))
        run(world)
        assert (world.state(), world.visibility(), world.shown()) == ("approved", "private", "")
        world.words = {"slur": "pending"}
        assert run(world, eves) == 7.0
        self.bring(world, "nice")
        assert run(world, self.BOBS) is None
        assert self.is_confirmed(world)
        assert (world.visibility(), world.shown()) == ("private", "")

    def test_a_person_approves_all_the_words_that_were_there(self, world: World) -> None:
        world.verdicts = ["flagged"]
        run(world)
        self.bring(world, "nice")
        world.step("approve")
        asyncio.run(enforce(SUBJECT, world.enforcement))
        assert (world.state(), world.shown(), self.is_confirmed(world)) == ("approved", "A cat", True)

    def test_a_person_who_finds_a_doubt_right_keeps_the_words_out_and_the_file_in(self, world: World) -> None:
        run(world)
        self.private(world)
        self.bring(world, "slur")
        world.words = {"slur": "flagged"}
        run(world, self.BOBS)
        world.step("uphold")
        asyncio.run(enforce(SUBJECT, world.enforcement))
        assert (world.case()["state"], world.state()) == ("approved", "approved")
        assert not self.is_confirmed(world)

    @pytest.mark.parametrize(("verdict", "shown"), [("approved", "Two cats"), ("rejected", "A cat")])
    def test_changed_words_are_shown_once_they_were_found_fit(
        self, world: World, verdict: str, shown: str
    ) -> None:
        run(world)
        world.assets.store.amend(ASSET_ID, "ann", {"title": "Two cats"}, None, 3.0)
        world.words = {"Two cats": "pending"}
        changed = {**ASSET_MESSAGE, "event_id": "a:2"}
        assert run(world, changed) == 7.0
        assert (world.state(), world.shown()) == ("approved", "A cat")
        assert world.ledger.history(SUBJECT)[0]["payload"]["decision"] == "pending"
        world.words = {"Two cats": verdict}
        assert run(world, changed) is None
        assert (world.state(), world.shown()) == ("approved", shown)

    def test_words_that_changed_during_the_look_were_not_judged(self, world: World) -> None:
        async def changed() -> None:
            world.assets.store.amend(ASSET_ID, "ann", {"title": "slur"}, None, 3.0)

        world.interruptions["look"] = changed
        assert run(world) is None
        assert (world.state(), world.shown()) == ("approved", "")

    def test_bad_words_reject_no_file(self, world: World) -> None:
        self.bring(world, "slur")
        world.words = {"slur": "rejected"}
        run(world, self.BOBS)
        assert world.case()["state"] == "flagged"

    def test_a_bad_file_is_rejected_under_any_words(self, world: World) -> None:
        world.verdicts = ["rejected", "approved"]
        run(world)
        assert world.case()["state"] == "rejected"

    def test_words_are_looked_at_if_somebody_else_decides_meanwhile(self, world: World) -> None:
        async def approved_meanwhile() -> None:
            world.open()

        self.bring(world, "slur")
        world.words = {"slur": "rejected"}
        world.interruptions["scan"] = approved_meanwhile
        assert run(world, self.BOBS) is None
        assert world.case()["state"] == "doubted"

    def test_a_case_that_changes_all_the_time_is_looked_at_later(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def approved_meanwhile() -> None:
            world.open()

        monkeypatch.setattr("moderating.flow.MAX_TRIES", 1)
        world.interruptions["scan"] = approved_meanwhile
        assert run(world) == SOON_SECONDS

    def test_of_refused_content_nobody_reads_the_words(self, world: World) -> None:
        world.verdicts = ["rejected", "approved"]
        run(world)
        before = len(world.looks)
        self.bring(world, "slur")
        run(world, self.BOBS)
        assert len(world.looks) == before

    def test_an_account_that_let_go_has_no_words(self, world: World) -> None:
        run(world, self.BOBS)
        assert world.looks[0].title == ""
        assert world.state() == "approved"


@pytest.mark.parametrize(
    ("state", "case", "reason"),
    [("approved", "approved", ""), ("flagged", "flagged", "hm"), ("taken_down", "rejected", "hm")],
)
def test_what_its_owner_was_told_before_there_was_a_case_stays(
    world: World, state: str, case: str, reason: str
) -> None:
    world.assets.store.decide(ASSET_ID, state, reason, None, 1.0)
    assert run(world) is None
    found = world.case()
    assert (found["state"], found["reason"], found["model"]) == (case, reason, "decided_before")
    assert (world.state(), [content.read for content in world.looks]) == (state, [None] * len(world.looks))


class TestGone:
    def erase(self, world: World) -> None:
        world.assets.store.release(ASSET_ID, "ann", 1.0, 0)
        world.assets.store.expire(2.0)

    def test_content_that_is_gone_opens_no_case(self, world: World) -> None:
        self.erase(world)
        assert run(world) is None
        assert run(world, {**LINK_MESSAGE, "code": "other"}) is None
        assert world.ledger.read(SUBJECT) is world.ledger.read("link:other") is None

    @pytest.mark.parametrize("decision", ["pending", "flagged", "approved"])
    def test_a_case_that_waits_for_it_is_ended(self, world: World, decision: str) -> None:
        world.verdicts = [decision]
        run(world)
        self.erase(world)
        assert run(world) is None
        assert world.case()["state"] == ("approved" if decision == "approved" else "withdrawn")

    @pytest.mark.parametrize("account_id", ["ann", "eve"])
    @pytest.mark.parametrize("decision", ["approved", "flagged"])
    def test_what_comes_again_ends_where_its_case_stands(
        self, world: World, decision: str, account_id: str
    ) -> None:
        world.verdicts = [decision]
        run(world)
        self.erase(world)
        world.file(account_id, title="A cat")
        assert world.state() == "pending"
        assert run(world, {**ASSET_MESSAGE, "event_id": "a:9", "account_id": account_id}) is None
        assert (world.case()["state"], world.case()["round"], world.state()) == (decision, 1, decision)

    def test_it_begins_anew_when_it_comes_again(self, world: World) -> None:
        world.verdicts = ["pending"]
        run(world)
        self.erase(world)
        run(world)
        world.file()
        assert run(world, {**ASSET_MESSAGE, "event_id": "a:9"}) is None
        assert (world.case()["state"], world.case()["round"], world.state()) == ("approved", 2, "approved")


class TestLinks:
    def edit(self, world: World, **fields: Any) -> None:
        record = world.link()
        newer = replace(record, version=record.version + 1, **fields)
        assert world.links.store.replace(newer, record.version)

    def test_a_refused_link_says_why(self, world: World) -> None:
        world.verdicts = ["rejected"]
        assert run(world, LINK_MESSAGE) is None
        assert (world.link().state, world.link().reason) == ("rejected", "it is rejected")
        [content] = world.looks
        assert (content.targets, content.read) == (("https://example.com/",), None)

    def test_other_content_begins_a_new_round(self, world: World) -> None:
        world.verdicts = ["flagged", "approved"]
        run(world, LINK_MESSAGE)
        assert world.link().state == "pending"
        self.edit(world, target="https://better.example/")
        assert run(world, {**LINK_MESSAGE, "event_id": "l:2"}) is None
        assert (world.link().state, world.case(LINK_SUBJECT)["round"]) == ("active", 2)

    def test_editing_is_no_way_around_a_refusal(self, world: World) -> None:
        world.verdicts = ["rejected"]
        run(world, LINK_MESSAGE)
        self.edit(world, target="https://better.example/")
        assert run(world, {**LINK_MESSAGE, "event_id": "l:2"}) is None
        assert world.link().state == "rejected"
        assert len(world.looks) == 1

    def test_what_is_edited_during_the_look_is_looked_at_again(self, world: World) -> None:
        async def edited() -> None:
            self.edit(world, target="https://other.example/")

        world.interruptions["look"] = edited
        assert run(world, LINK_MESSAGE) == SOON_SECONDS
        assert world.link().state == "active"
        assert run(world, LINK_MESSAGE) is None
        assert world.case(LINK_SUBJECT)["round"] == 2

    def test_a_scan_of_what_a_newer_round_replaced_does_not_count(self, world: World) -> None:
        async def newer() -> None:
            world.ledger.open("newer", LINK_SUBJECT, "ann", "6b" * 32)

        world.interruptions["look"] = newer
        assert run(world, LINK_MESSAGE) == SOON_SECONDS
        assert world.case(LINK_SUBJECT)["state"] == "pending"

    def test_an_alias_is_looked_at_with_its_link(self, world: World) -> None:
        world.links.store.claim(replace(LINK, code="alias", alias_of="code"))
        assert run(world, {**LINK_MESSAGE, "code": "alias"}) is None
        assert world.looks == []


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"kind": "link", "event_id": "1"},
        {"kind": "link", "event_id": "", "code": "code"},
        {"kind": "asset", "event_id": "1", "asset_id": 5, "account_id": "ann"},
        {"kind": "film", "event_id": "1"},
    ],
)
def test_a_message_without_sense_is_told_from_one_that_may_work_later(
    world: World, message: dict[str, Any]
) -> None:
    with pytest.raises(MessageError):
        run(world, message)
