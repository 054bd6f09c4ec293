"""The engine dies between two steps of an approval: afterwards the case ends in exactly one final state."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.edge.links import API, MODERATOR, OPERATOR
from tests.edge.media import ask
from tests.edge.test_moderation import (
    ASSETS,
    CRON,
    IMPATIENT,
    LINKS,
    PUBLISHING,
    QUEUE,
    SAFE,
    call,
    case_of,
    gif,
    keys,
    link_to,
    message_about,
    publications,
    settled,
    state_of,
    upload,
)
from tests.harness.local_edge import LocalEdge, eventually

OBJECTS = "gif-distributor-objects"

BY_MESSAGE, BY_SWEEP = "the message comes again", "the sweep finds it"
"""Before the ledger has decided, only the message knows what to do; afterwards the sweep does as well."""


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEdge]:
    engine = LocalEdge(
        persist=str(tmp_path_factory.mktemp("state")),
        queues={QUEUE: IMPATIENT, PUBLISHING: IMPATIENT},
        faults=True,
        vars={"UNSEEN_PICTURES": "approve", "MODERATION_RETRY_SECONDS": "1"},
    )
    yield engine
    engine.close()


@pytest.mark.parametrize(
    ("worker", "before", "healed"),
    [
        (MODERATOR, "MODERATION_LEDGER.open", BY_MESSAGE),
        (MODERATOR, "MODERATION_LEDGER.scan", BY_MESSAGE),
        (MODERATOR, "MODERATION_LEDGER.due", BY_SWEEP),
        (MODERATOR, "ASSET.decide", BY_MESSAGE),
        (OBJECTS, "MEDIA.put", BY_SWEEP),
        (OBJECTS, "METADATA.put", BY_MESSAGE),
        (MODERATOR, "PUBLISHING.send", BY_SWEEP),
        (MODERATOR, "MODERATION_LEDGER.enforced", BY_SWEEP),
    ],
)
def test_an_approval_that_was_cut_off_ends_as_one_approval(
    mortal: LocalEdge, worker: str, before: str, healed: str
) -> None:
    already = len(publications(mortal))
    mortal.faults(worker, {"call": before, "mode": "hang"})
    content = gif(SAFE)
    answer = mortal.request(API, "POST", ASSETS, content=content, headers=OPERATOR)
    assert answer.status_code == 201, answer.text
    asset_id = answer.json()["asset_id"]
    subject = f"asset:{asset_id}"
    assert eventually(lambda: mortal.faults_met(worker))
    mortal.kill()
    mortal.restart()

    message = message_about(mortal, asset_id)

    def heal() -> dict[str, Any]:
        if healed == BY_SWEEP:
            mortal.scheduled(MODERATOR, CRON)
        else:
            mortal.queue(MODERATOR, QUEUE, message)
        return call(mortal, "due", subject)

    assert eventually(lambda: heal()["seq"] == 0)
    heal()
    assert case_of(mortal, subject)["state"] == state_of(mortal, asset_id) == "approved"
    assert eventually(lambda: ask(mortal, asset_id).content == content)
    assert keys(mortal, f"media/{asset_id}/") == [f"media/{asset_id}/original.gif"]
    assert eventually(lambda: keys(mortal, f"quarantine/{asset_id}/") == [])
    assert eventually(lambda: len(publications(mortal)) == already + 1)
    events = call(mortal, "history", subject, 100)["events"]
    assert [event["kind"] for event in events] == ["scan", "opened"]
    assert call(mortal, "verify", {}, None)["ok"]


@pytest.mark.parametrize("kind", ["link", "changed link", "asset", "changed asset"])
def test_content_whose_message_was_cut_off_is_looked_at_all_the_same(mortal: LocalEdge, kind: str) -> None:
    asset_id = code = ""
    if kind == "changed link":
        code = link_to(mortal, "https://example.com/")
        settled(mortal, f"link:{code}")
    elif kind == "changed asset":
        asset_id = upload(mortal, gif(SAFE), title="A cat")
        settled(mortal, f"asset:{asset_id}")
    mortal.faults(OBJECTS, {"call": "MODERATION.send", "mode": "hang"})
    change = {"title": "click here to win viagra"}
    if kind == "link":
        code = link_to(mortal, "https://example.com/", **change)
    elif kind == "asset":
        asset_id = upload(mortal, gif(SAFE), **change)
    else:
        path = f"{LINKS}/{code}" if code else f"{ASSETS}/{asset_id}"
        assert mortal.request(API, "PATCH", path, json=change, headers=OPERATOR).status_code == 200
    assert eventually(lambda: mortal.faults_met(OBJECTS))
    mortal.kill()
    mortal.restart()
    subject = f"link:{code}" if code else f"asset:{asset_id}"
    assert eventually(lambda: case_of(mortal, subject).get("state") in {"flagged", "rejected", "doubted"})
    assert eventually(lambda: call(mortal, "due", subject)["seq"] == 0)


@pytest.mark.parametrize("before", ["ASSET.decide", "PUBLISHING.send", "MODERATION_LEDGER.enforced"])
def test_a_persons_approval_that_was_cut_off_is_carried_out_by_the_sweep(
    mortal: LocalEdge, before: str
) -> None:
    asset_id = upload(mortal, gif(SAFE), title="click here to win viagra")
    subject = f"asset:{asset_id}"
    assert settled(mortal, subject)["state"] == "flagged"
    already = len(publications(mortal))
    mortal.faults(API, {"call": before, "mode": "hang"})

    def approve() -> None:
        path = f"/api/v1/moderation/cases/{subject}/decisions"
        with contextlib.suppress(httpx.HTTPError):
            mortal.request(API, "POST", path, json={"step": "approve"}, headers=OPERATOR)

    moderator = threading.Thread(target=approve, daemon=True)
    moderator.start()
    assert eventually(lambda: mortal.faults_met(API))
    mortal.kill()
    mortal.restart()
    moderator.join()
    assert case_of(mortal, subject)["state"] == "approved"
    assert mortal.scheduled(MODERATOR, CRON)["outcome"] == "ok"
    assert (state_of(mortal, asset_id), call(mortal, "due", subject)["seq"]) == ("approved", 0)
    assert eventually(lambda: len(publications(mortal)) == already + 1)
    assert eventually(lambda: ask(mortal, asset_id).status_code == 200)


@pytest.mark.parametrize("before", ["SHORT_LINK.change", "NOTICES.send", "MODERATION_LEDGER.enforced"])
def test_a_link_whose_refusal_was_cut_off_is_held_by_the_sweep(mortal: LocalEdge, before: str) -> None:
    mortal.faults(MODERATOR, {"call": before, "mode": "hang"})
    # A name that imitates another one is for a person to look at.
    code = link_to(mortal, "https://paypa1.com/login")
    subject = f"link:{code}"
    assert eventually(lambda: mortal.faults_met(MODERATOR))
    mortal.kill()
    mortal.restart()
    assert mortal.scheduled(MODERATOR, CRON)["outcome"] == "ok"
    assert case_of(mortal, subject)["state"] == "flagged"
    assert mortal.object("ShortLink", code, "read", code)["record"]["state"] == "pending"
    assert call(mortal, "due", subject)["seq"] == 0
    kinds = [event["kind"] for event in call(mortal, "history", subject, 100)["events"]]
    assert kinds == ["scan", "opened"]
