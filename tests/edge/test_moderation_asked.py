"""Owners ask moderation for a look themselves: at all that is new, at nothing else, and until it is heard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.edge.conftest import ENGINE
from tests.edge.links import API, OPERATOR, claim, new_code
from tests.edge.test_moderation import (
    ASSETS,
    IMPATIENT,
    LINKS,
    QUEUE,
    SAFE,
    call,
    gif,
    link_to,
    settled,
    upload,
)
from tests.harness.local_edge import LocalEdge, eventually

OBJECTS = "gif-distributor-objects"


@pytest.fixture(scope="module")
def asking_engine() -> Iterator[LocalEdge]:
    engine = LocalEdge(queues={QUEUE: IMPATIENT}, faults=True, vars={"UNSEEN_PICTURES": "approve"})
    yield engine
    engine.close()


@pytest.fixture
def edge(asking_engine: LocalEdge, request: pytest.FixtureRequest) -> LocalEdge:
    asking_engine.reset()
    request.node.stash[ENGINE] = asking_engine
    asking_engine.faults(OBJECTS)
    return asking_engine


def change(edge: LocalEdge, path: str, **fields: Any) -> None:
    answer = edge.request(API, "PATCH", path, json=fields, headers=OPERATOR)
    assert answer.status_code == 200, answer.text


def asked(edge: LocalEdge, subject: str) -> list[str]:
    """Return the ids of the messages that were worked off, the oldest first."""
    events = call(edge, "history", subject, 100)["events"]
    return [str(one["event_id"]) for one in reversed(events) if one["kind"] == "opened"]


def test_only_a_link_with_other_content_is_looked_at_again(edge: LocalEdge) -> None:
    code = link_to(edge, "https://example.com/")
    subject = f"link:{code}"
    settled(edge, subject)
    for fields in ({"max_clicks": 5}, {"state": "disabled"}, {"title": "A look"}, {"state": "active"}):
        change(edge, f"{LINKS}/{code}", **fields)
    assert eventually(lambda: len(asked(edge, subject)) == 2)
    settled(edge, subject)
    change(edge, f"{LINKS}/{code}", title="Another look")
    assert eventually(lambda: len(asked(edge, subject)) == 3)
    assert len(set(asked(edge, subject))) == 3


def test_only_an_asset_with_other_words_is_looked_at_again(edge: LocalEdge) -> None:
    asset_id = upload(edge, gif(SAFE), title="A cat")
    subject = f"asset:{asset_id}"
    settled(edge, subject)
    change(edge, f"{ASSETS}/{asset_id}", visibility="private")
    change(edge, f"{ASSETS}/{asset_id}", visibility="public", title="A cat")
    change(edge, f"{ASSETS}/{asset_id}", title="Two cats")
    assert eventually(lambda: len(asked(edge, subject)) == 2)
    change(edge, f"{ASSETS}/{asset_id}", title="Three cats")
    assert eventually(lambda: len(asked(edge, subject)) == 3)
    assert len(set(asked(edge, subject))) == 3


def test_an_alias_is_not_looked_at_apart_from_its_link(edge: LocalEdge) -> None:
    home = claim(edge)
    alias = claim(edge, alias_of=home)
    settled(edge, f"link:{home}")
    assert eventually(lambda: edge.kv("METADATA", "get", f"link:{alias}"))
    table = "SELECT version FROM link_outbox WHERE destination = 'moderation'"
    assert eventually(lambda: edge.sql("ShortLink", alias, table))
    assert call(edge, "read", f"link:{alias}")["case"] is None


def test_a_queue_that_takes_nothing_for_a_while_delays_the_look_and_nothing_else(edge: LocalEdge) -> None:
    edge.faults(OBJECTS, {"call": "MODERATION.send", "mode": "fail", "times": 2})
    code = new_code()
    wanted = {"target": "https://example.com/", "code": code}
    assert edge.request(API, "POST", LINKS, json=wanted, headers=OPERATOR).status_code == 201
    asset_id = upload(edge, gif(SAFE))
    assert eventually(lambda: edge.kv("METADATA", "get", f"link:{code}"))
    assert settled(edge, f"link:{code}")["state"] == "approved"
    assert settled(edge, f"asset:{asset_id}")["state"] == "approved"
    assert edge.faults_met(OBJECTS) == ["MODERATION.send"] * 2
