"""A variable of the moderator that makes no sense: it is named, nothing is lost and nothing approved."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.edge.conftest import ENGINE
from tests.edge.links import MODERATOR
from tests.edge.test_moderation import (
    CRON,
    DEAD,
    IMPATIENT,
    QUEUE,
    SAFE,
    case_of,
    gif,
    link_to,
    settled,
    state_of,
    upload,
)
from tests.harness.local_edge import LocalEdge

NOTICES = "gif-distributor-notices"


@pytest.fixture(scope="module")
def misconfigured(request: pytest.FixtureRequest) -> Iterator[LocalEdge]:
    engine = LocalEdge(
        queues={QUEUE: {**IMPATIENT, "maxRetries": 1}, DEAD: IMPATIENT},
        vars={
            "UNSEEN_PICTURES": "flagged",
            "MODERATION_RETRY_SECONDS": "1",
            "MODERATION_WEBHOOK_URL": "http://moderators.example/",
        },
    )
    request.node.stash[ENGINE] = engine
    yield engine
    engine.close()


def test_content_ends_flagged_and_the_log_names_the_variable(misconfigured: LocalEdge) -> None:
    started = time.monotonic()
    asset_id = upload(misconfigured, gif(SAFE))
    code = link_to(misconfigured, "https://example.com/")
    for subject in (f"asset:{asset_id}", f"link:{code}"):
        case = settled(misconfigured, subject)
        assert (case["state"], case["reason"]) == ("flagged", "scan_failed")
    assert state_of(misconfigured, asset_id) == "flagged"
    # The message waited before it was tried again.
    assert time.monotonic() - started > 1
    said = [line for line in misconfigured.logs() if "moderation_misconfigured" in line]
    assert said
    assert all("UNSEEN_PICTURES must be" in line for line in said)


def test_each_message_comes_again_by_itself_and_later(misconfigured: LocalEdge) -> None:
    messages = [{"kind": "link", "event_id": f"w:{number}", "code": f"none-{number}"} for number in range(2)]
    outcome = misconfigured.queue(MODERATOR, QUEUE, *messages)
    assert (outcome["outcome"], outcome["explicitAcks"]) == ("ok", [])
    assert [(one["msgId"], one["delaySeconds"]) for one in outcome["retryMessages"]] == [("0", 1), ("1", 1)]
    assert misconfigured.queue(MODERATOR, DEAD, *messages)["explicitAcks"] == ["0", "1"]


def test_notices_wait_for_an_address_that_makes_sense(misconfigured: LocalEdge) -> None:
    notice = {"kind": "notice", "event_id": "n:1", "subject": "asset:a"}
    outcome = misconfigured.queue(MODERATOR, NOTICES, notice, notice)
    assert (outcome["outcome"], outcome["explicitAcks"]) == ("ok", [])
    assert [one["delaySeconds"] for one in outcome["retryMessages"]] == [10, 10]
    assert any("MODERATION_WEBHOOK_URL must be" in line for line in misconfigured.logs())


def test_the_sweep_enforces_what_people_decide(misconfigured: LocalEdge) -> None:
    asset_id = upload(misconfigured, gif(SAFE))
    subject = f"asset:{asset_id}"
    settled(misconfigured, subject)
    wanted = {"step": "approve", "moderator": "mo"}
    misconfigured.object("ModerationLedger", "ledger", "decide", "d:1", subject, wanted)
    assert misconfigured.scheduled(MODERATOR, CRON)["outcome"] == "ok"
    assert (case_of(misconfigured, subject)["state"], state_of(misconfigured, asset_id)) == (
        "approved",
        "approved",
    )
