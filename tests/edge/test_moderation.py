"""From an upload or a link to what visitors get: the queue, the moderator, the ledger and the owners."""

from __future__ import annotations

import base64
import itertools
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from assets.references import Reference
from link_safety.shards import compile_shards
from moderating.messages import asset_message
from moderating.notices import signature
from tests.edge.assets import file, reference
from tests.edge.conftest import ENGINE
from tests.edge.links import API, MODERATOR, OPERATOR, new_code, visit
from tests.edge.media import ask
from tests.harness.local_edge import LocalEdge, eventually
from tests.stubs.http_server import Answer, Drip, Raw, Recorded, Reply, Silence, json_reply
from tests.stubs.openai import API_KEY, OpenAIStub, Scores, error_reply, png_pixels
from tests.unit.gif.gif_writer import Gif, Image, loop

ASSETS, LINKS = "/api/v1/assets", "/api/v1/links"
QUEUE, DEAD = "gif-distributor-moderation", "gif-distributor-moderation-dead"
PUBLISHING = "gif-distributor-publishing"
CRON = "*/5 * * * *"
KEY = "a key of the tests for checkpoints"
HOOK, HOOK_SECRET = "/hook", "a secret of the tests for notices"
IMPATIENT = {"maxBatchTimeout": 0}
SAFE, UNSAFE, BORDERLINE = (9, 99, 9), (255, 0, 0), (128, 128, 0)
SCORES: dict[tuple[int, ...], Scores] = {UNSAFE: {"sexual": 0.99}, BORDERLINE: {"violence": 0.5}}
OUTAGES: dict[tuple[int, int, int], Answer] = {
    (0, 0, 1): error_reply(429, "Slow down.", "rate_limit_exceeded"),
    (0, 0, 2): Reply(429, (("retry-after", "1"),), b"{}"),
    (0, 0, 3): error_reply(500, "The server had an error.", None, "server_error"),
    (0, 0, 4): Silence(),
    (0, 0, 5): Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\ngarbage"),
    (0, 0, 6): Drip(json_reply({"results": []}), pause_seconds=0.5),
}

_numbers = itertools.count(1)


class Judge(OpenAIStub):
    """Judges pictures by their colour; some colours bring it into trouble."""

    def __init__(self) -> None:
        self.is_down = False
        super().__init__({"slur": {"hate": 0.99}}, lambda data: SCORES.get(colour_of(data), {}))

    def respond(self, request: Recorded) -> Answer:
        if request.path == HOOK:
            return Reply(204)
        if self.is_down:
            return error_reply(500, "The server had an error.", None, "server_error")
        return super().respond(request)

    def _moderate_image(self, url: str, number: int) -> Answer:
        told = super()._moderate_image(url, number)
        return OUTAGES.get(colour_of(base64.b64decode(url.partition(",")[2])), told)


def colour_of(data: bytes) -> tuple[int, ...]:
    return tuple(png_pixels(data)[2][:3])


def gif(colour: tuple[int, int, int]) -> bytes:
    """Return an animation of one colour that no other test has: it differs in a colour that is not shown."""
    unused = (*os.urandom(2), next(_numbers) % 256)
    frames = [Image(8, 8, bytes(64)), Image(8, 8, bytes(64))]
    return bytes(Gif(8, 8, [loop(0), *frames], palette=[colour, unused]))


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge() as stub:
        yield stub


@pytest.fixture(scope="module")
def moderated_engine(judge: Judge) -> Iterator[LocalEdge]:
    engine = LocalEdge(
        queues={QUEUE: {**IMPATIENT, "maxRetries": 1}, DEAD: IMPATIENT, PUBLISHING: IMPATIENT},
        faults=True,
        vars={
            "OPENAI_API_KEY": API_KEY,
            "OPENAI_BASE_URL": judge.base_url,
            "LEDGER_KEY": KEY,
            "APPEAL_CONTACT": "appeals@example.com",
            "MODERATION_RETRY_SECONDS": "1",
            "MODERATION_WEBHOOK_URL": f"{judge.url}{HOOK}",
            "MODERATION_WEBHOOK_SECRET": HOOK_SECRET,
            "SCAN_TIMEOUT_SECONDS": "3",
        },
    )
    yield engine
    engine.close()


@pytest.fixture
def edge(moderated_engine: LocalEdge, judge: Judge, request: pytest.FixtureRequest) -> LocalEdge:
    moderated_engine.reset()
    judge.is_down = False
    request.node.stash[ENGINE] = moderated_engine
    moderated_engine.faults(MODERATOR)
    return moderated_engine


def call(edge: LocalEdge, method: str, *arguments: Any) -> dict[str, Any]:
    told = dict(edge.object("ModerationLedger", "ledger", method, *arguments))
    assert "error" not in told, told
    return told


def case_of(edge: LocalEdge, subject: str) -> dict[str, Any]:
    return call(edge, "read", subject)["case"] or {}


def settled(edge: LocalEdge, subject: str) -> dict[str, Any]:
    """Return a case once it was decided and its owner has heard of it."""

    def probe() -> dict[str, Any] | None:
        due = call(edge, "due", subject)
        return due["case"] if due["case"] and due["case"]["state"] != "pending" and not due["seq"] else None

    return dict(eventually(probe))


def upload(edge: LocalEdge, content: bytes, **query: str) -> str:
    answer = edge.request(API, "POST", ASSETS, params=query, content=content, headers=OPERATOR)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["asset_id"])


def state_of(edge: LocalEdge, asset_id: str) -> str:
    record = edge.object("Asset", asset_id, "read", asset_id)["record"]
    return str(record.get("state", "pending"))


def link_to(edge: LocalEdge, target: str, **fields: Any) -> str:
    code = new_code()
    wanted = {"target": target, "code": code, **fields}
    answer = edge.request(API, "POST", LINKS, json=wanted, headers=OPERATOR)
    assert answer.status_code == 201, answer.text
    return code


def message_about(edge: LocalEdge, asset_id: str, account_id: str = "operator") -> dict[str, str]:
    """Return the message by which an asset's owner asked for a look."""
    references = edge.object("Asset", asset_id, "read", asset_id)["references"]
    [mine] = [one for one in references if one["account_id"] == account_id]
    return asset_message(asset_id, account_id, Reference.from_wire(mine).worded)


def keys(edge: LocalEdge, prefix: str) -> list[str]:
    return list(edge.control("r2", bucket="MEDIA", method="list", options={"prefix": prefix}))


def publications(edge: LocalEdge) -> list[dict[str, Any]]:
    return list(edge.object("Library", "operator", "publications", 0, 100))


def test_what_is_clean_is_approved_moved_delivered_and_filed_for_publishing(edge: LocalEdge) -> None:
    content = gif(SAFE)
    asset_id = upload(edge, content, title="A cat")
    case = settled(edge, f"asset:{asset_id}")
    assert (case["state"], case["decided_by"]) == ("approved", "automatic"), case
    assert case["model"] == "omni-moderation-2024-09-26"
    assert case["thresholds"]
    assert ask(edge, asset_id).content == content
    assert eventually(lambda: keys(edge, "quarantine/") == [])
    assert keys(edge, "media/") == [f"media/{asset_id}/original.gif"]
    [filed] = eventually(lambda: publications(edge))
    assert (filed["subject"], filed["state"], filed["round"]) == (f"asset:{asset_id}", "ready", 1)
    assert call(edge, "verify", {}, None)["ok"]


def test_what_is_unsafe_is_rejected_and_shown_nowhere(edge: LocalEdge) -> None:
    asset_id = upload(edge, gif(UNSAFE))
    code = link_to(edge, f"asset:{asset_id}", mode="page")
    case = settled(edge, f"asset:{asset_id}")
    assert case["state"] == "rejected", case
    assert state_of(edge, asset_id) == "rejected"
    assert ask(edge, asset_id).status_code == 451
    assert visit(edge, code).status_code == 451
    assert keys(edge, "media/") == []
    assert [one for one in publications(edge) if one["subject"] == f"asset:{asset_id}"] == []


def test_what_is_doubtful_waits_for_a_person(edge: LocalEdge) -> None:
    asset_id = upload(edge, gif(BORDERLINE))
    assert settled(edge, f"asset:{asset_id}")["state"] == "flagged"
    assert ask(edge, asset_id).status_code == 404
    [waiting] = call(edge, "page", {})["cases"]
    assert waiting["subject"] == f"asset:{asset_id}"


def test_moderators_are_told_of_what_waits_for_them(edge: LocalEdge, judge: Judge) -> None:
    subject = f"asset:{upload(edge, gif(BORDERLINE))}"

    def told() -> Recorded | None:
        sent = [one for one in judge.requests if one.path == HOOK]
        return next((one for one in sent if json.loads(one.body)["subject"] == subject), None)

    notice = eventually(told)
    body = json.loads(notice.body)
    assert (body["event"], body["state"]) == ("case_flagged", "flagged")
    stated = str(notice.header("x-gif-distributor-signature"))
    moment = int(stated.partition(",")[0].removeprefix("t="))
    assert stated == f"t={moment},v1={signature(HOOK_SECRET, moment, notice.body)}"


def rename(edge: LocalEdge, asset_id: str, title: str) -> None:
    answer = edge.request(API, "PATCH", f"{ASSETS}/{asset_id}", json={"title": title}, headers=OPERATOR)
    assert (answer.status_code, answer.json()["title"]) == (200, title)


def titles(edge: LocalEdge, asset_id: str) -> tuple[str, str]:
    """Return the title that everybody may read, and that of KV, which the edge reads."""
    record = edge.object("Asset", asset_id, "read", asset_id)["record"]
    copy = json.loads(edge.kv("METADATA", "get", f"asset:{asset_id}") or "{}")
    return str(record.get("title", "")), str(copy.get("title", ""))


def test_words_alone_flag_a_new_file_and_hide_no_approved_one(edge: LocalEdge) -> None:
    first = upload(edge, gif(SAFE), title="a slur")
    assert settled(edge, f"asset:{first}")["state"] == "flagged"
    second = upload(edge, gif(SAFE), title="A cat")
    assert settled(edge, f"asset:{second}")["state"] == "approved"
    rename(edge, second, "slurs")
    assert eventually(lambda: case_of(edge, f"asset:{second}")["state"] == "doubted")
    assert settled(edge, f"asset:{second}")["standing"] == "approved"
    assert ask(edge, second).status_code == 200
    assert eventually(lambda: titles(edge, second) == ("A cat", "A cat"))
    waiting = [one["subject"] for one in call(edge, "page", {})["cases"]]
    assert waiting == [f"asset:{first}", f"asset:{second}"]


def test_changed_words_are_shown_once_they_were_judged(edge: LocalEdge, judge: Judge) -> None:
    asset_id = upload(edge, gif(SAFE), title="A cat", visibility="public")
    subject = f"asset:{asset_id}"
    assert settled(edge, subject)["state"] == "approved"
    assert eventually(lambda: titles(edge, asset_id) == ("A cat", "A cat"))
    judge.is_down = True
    rename(edge, asset_id, "Two cats")

    def pending() -> bool:
        events = call(edge, "history", subject, 10)["events"]
        return "pending" in {event["payload"].get("decision") for event in events}

    assert eventually(pending)
    seen = titles(edge, asset_id)
    judge.is_down = False
    assert seen == ("A cat", "A cat")
    assert eventually(lambda: titles(edge, asset_id) == ("Two cats", "Two cats"))
    assert case_of(edge, subject)["state"] == "approved"


def test_words_that_an_outage_outlasts_stay_out_of_sight(edge: LocalEdge, judge: Judge) -> None:
    asset_id = upload(edge, gif(SAFE), title="A cat", visibility="public")
    assert settled(edge, f"asset:{asset_id}")["state"] == "approved"
    judge.is_down = True
    rename(edge, asset_id, "Two cats")
    assert eventually(lambda: case_of(edge, f"asset:{asset_id}")["state"] == "doubted")
    assert case_of(edge, f"asset:{asset_id}")["reason"] == "scan_failed"
    assert (ask(edge, asset_id).status_code, titles(edge, asset_id)[0]) == (200, "A cat")


def test_somebody_elses_bad_words_take_nothing_from_anybody(edge: LocalEdge) -> None:
    content = gif(SAFE)
    asset_id = upload(edge, content, title="A cat", visibility="public")
    assert settled(edge, f"asset:{asset_id}")["state"] == "approved"
    assert not file(edge, content, held_by={**reference("eve", title="a slur"), "shown": None})["created"]
    assert eventually(lambda: case_of(edge, f"asset:{asset_id}")["state"] == "doubted")
    assert ask(edge, asset_id).status_code == 200
    assert titles(edge, asset_id)[0] == "A cat"
    gone = edge.request(API, "DELETE", f"{ASSETS}/{asset_id}?grace_seconds=0", headers=OPERATOR)
    assert gone.status_code == 204
    assert eventually(lambda: titles(edge, asset_id) == ("", ""))


@pytest.mark.parametrize("account_id", ["operator", "eve"])
@pytest.mark.parametrize(("colour", "state"), [(SAFE, "approved"), (BORDERLINE, "flagged")])
def test_what_was_erased_and_comes_again_ends_where_its_case_stands(
    edge: LocalEdge, colour: tuple[int, int, int], state: str, account_id: str
) -> None:
    content = gif(colour)
    asset_id = upload(edge, content)
    assert settled(edge, f"asset:{asset_id}")["state"] == state
    path = f"{ASSETS}/{asset_id}?grace_seconds=0"
    assert edge.request(API, "DELETE", path, headers=OPERATOR).status_code == 204
    assert eventually(lambda: edge.object("Asset", asset_id, "read", asset_id) is None)
    again = file(edge, content, held_by=reference(account_id))
    assert again["record"].get("state", "pending") == "pending"
    assert eventually(lambda: state_of(edge, asset_id) == state)
    case = case_of(edge, f"asset:{asset_id}")
    assert (case["state"], case["round"]) == (state, 1)
    assert eventually(lambda: ask(edge, asset_id).status_code == (200 if state == "approved" else 404))
    waiting = [one["subject"] for one in call(edge, "page", {})["cases"]]
    assert waiting == ([f"asset:{asset_id}"] if state == "flagged" else [])


def test_no_outage_approves_anything(edge: LocalEdge) -> None:
    uploaded = [upload(edge, gif(colour)) for colour in OUTAGES]
    seen: set[str] = set()

    def all_flagged() -> bool:
        states = [state_of(edge, asset_id) for asset_id in uploaded]
        seen.update(states)
        return set(states) == {"flagged"}

    assert eventually(all_flagged)
    assert seen == {"pending", "flagged"}
    for asset_id in uploaded:
        case = settled(edge, f"asset:{asset_id}")
        # An answer that makes no sense is a decision: it would be the same again.
        assert case["reason"] in {"scan_failed", "bad_answer: picture"}
        events = call(edge, "history", f"asset:{asset_id}", 100)["events"]
        assert "approved" not in {event["payload"].get("to") for event in events}
        assert ask(edge, asset_id).status_code == 404


def test_without_a_service_a_picture_waits_for_a_person(product: LocalEdge) -> None:
    asset_id = upload(product, gif(SAFE))
    message = {"kind": "asset", "event_id": "1", "asset_id": asset_id, "account_id": "operator"}
    assert product.queue(MODERATOR, QUEUE, message)["explicitAcks"] == ["0"]
    assert case_of(product, f"asset:{asset_id}")["state"] == state_of(product, asset_id) == "flagged"
    assert ask(product, asset_id).status_code == 404


def test_a_link_to_a_listed_domain_answers_451_with_its_reason(edge: LocalEdge) -> None:
    for key, shard in compile_shards(b"phish.example\n").items():
        edge.kv("METADATA", "put", key, shard)
    bad, good = link_to(edge, "https://www.phish.example/login"), link_to(edge, "https://example.com/")
    assert settled(edge, f"link:{bad}")["state"] == "rejected"
    assert settled(edge, f"link:{good}")["state"] == "approved"

    # Who visits before may be answered from an isolate's memory for as long as the docs say.
    assert eventually(lambda: '"rejected"' in (edge.kv("METADATA", "get", f"link:{bad}") or ""))
    page = visit(edge, bad)
    assert page.status_code == 451
    assert "blocked_domain: www.phish.example is below" in case_of(edge, f"link:{bad}")["reason"]
    for words in ("a site that this service does not link to", "An automated check", "appeals@example.com"):
        assert words in page.text
    for secret in ("blocked_domain", "phish", "(list"):
        assert secret not in page.text
    assert visit(edge, good).status_code == 302


def test_messages_that_come_again_change_nothing_and_publish_once(edge: LocalEdge) -> None:
    asset_id = upload(edge, gif(SAFE))
    subject = f"asset:{asset_id}"
    case = settled(edge, subject)
    [filed] = eventually(lambda: publications(edge))
    again = message_about(edge, asset_id)
    outcome = edge.queue(MODERATOR, QUEUE, again, again)
    assert outcome["explicitAcks"] == ["0", "1"]
    publish = {
        "kind": "publish",
        "event_id": filed["event_id"],
        "subject": subject,
        "account_id": "operator",
        "round": 1,
        "seq": case["standing_seq"],
    }
    assert edge.queue(MODERATOR, PUBLISHING, publish, publish)["explicitAcks"] == ["0", "1"]
    assert publications(edge) == [filed]
    assert [event["kind"] for event in call(edge, "history", subject, 10)["events"]] == ["scan", "opened"]


def test_what_fails_comes_again_alone_and_the_sweep_makes_up_for_it(edge: LocalEdge) -> None:
    edge.faults(MODERATOR, {"call": "ASSET.decide", "mode": "fail"})
    asset_id = upload(edge, gif(SAFE))
    subject = f"asset:{asset_id}"
    assert eventually(lambda: case_of(edge, subject).get("state") == "approved")
    assert state_of(edge, asset_id) == "pending"
    lost = {"kind": "asset", "event_id": "lost", "asset_id": asset_id, "account_id": "operator"}
    gone = {"kind": "link", "event_id": "gone", "code": new_code()}
    outcome = edge.queue(MODERATOR, QUEUE, lost, gone, {"kind": "link"})
    assert outcome["explicitAcks"] == ["1", "2"]
    assert [message["msgId"] for message in outcome["retryMessages"]] == ["0"]
    edge.faults(MODERATOR)
    assert edge.scheduled(MODERATOR, CRON)["outcome"] == "ok"
    assert state_of(edge, asset_id) == "approved"
    [key] = keys(edge, "ledger/checkpoints/")
    assert call(edge, "verify", {"k1": KEY}, None)["signed_seq"] == 4
    assert edge.get("gif-distributor-edge", f"/a/{key}").status_code == 404
