"""Late clicks are counted once, or kept where an operator finds them; nothing is lost without a word."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytics.click_wire import collect, pack
from analytics.clicks import Click
from tests.harness.local_edge import ADMIN_TOKEN, LocalEdge, eventually

CONFIG = Path(__file__).parent / "reliability" / "wrangler.toml"
QUEUE, DEAD_QUEUE = "gif-distributor-clicks", "gif-distributor-clicks-dead"
API, MODERATOR = "gif-distributor-api", "gif-distributor-moderator"
OPERATOR = {"authorization": f"Bearer {ADMIN_TOKEN}"}
CRON = "*/5 * * * *"


def message(code: str, batch_id: str = "b1", clicks: int = 2) -> dict[str, Any]:
    payload = pack(collect([Click(timestamp=time.time() - 600)] * clicks))
    return {"kind": "clicks", "code": code, "batch_id": batch_id, "payload": payload}


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEdge]:
    opened = LocalEdge(configs=[str(CONFIG)])
    yield opened
    opened.close()


@pytest.fixture
def late(engine: LocalEdge) -> LocalEdge:
    """Owners that count, all of them well."""
    engine.reset()
    faults(engine)
    engine.logs()
    return engine


def ask(engine: LocalEdge, what: str, body: Any) -> Any:
    response = engine.request("reliability", "POST", f"/{what}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


def faults(engine: LocalEdge, **beginnings: str) -> None:
    ask(engine, "faults", beginnings)


def total(engine: LocalEdge, code: str) -> int:
    return int(ask(engine, "total", {"code": code}))


def keys(engine: LocalEdge, prefix: str = "dead/") -> list[str]:
    return list(engine.control("r2", bucket="MEDIA", method="list", options={"prefix": prefix}))


def events(engine: LocalEdge, name: str) -> list[dict[str, Any]]:
    said = [json.loads(line) for line in engine.logs() if line.startswith("{")]
    return [event for event in said if event["event"] == name]


def sweep(engine: LocalEdge) -> None:
    assert engine.scheduled("reliability", CRON)["outcome"] == "ok"


def keep(engine: LocalEdge, body: dict[str, Any], day: str) -> str:
    key = f"dead/clicks/{day}/{body['code']}.{body['batch_id']}.json"
    engine.r2_put("MEDIA", key, json.dumps(body).encode())
    return key


def test_a_batch_is_counted_once_however_often_it_comes(late: LocalEdge) -> None:
    outcome = late.queue("reliability", QUEUE, message("cat"), message("cat"), message("cat", "b2", 3))
    assert sorted(outcome["explicitAcks"]) == ["0", "1", "2"]
    assert total(late, "cat") == 5
    (event,) = events(late, "clicks_replayed")
    assert (event["recorded"], event["recorded_clicks"]) == (2, 5)
    assert (event["repeated"], event["repeated_clicks"]) == (1, 2)
    late.queue("reliability", QUEUE, message("cat"))
    assert total(late, "cat") == 5
    assert keys(late) == []


@pytest.mark.parametrize("fault", ["fails", "sleeps", "babbles"])
def test_a_batch_whose_owner_fails_comes_again_and_the_others_do_not(late: LocalEdge, fault: str) -> None:
    faults(late, broken=fault)
    outcome = late.queue("reliability", QUEUE, message("broken"), message("cat"))
    assert outcome["explicitAcks"] == ["1"]
    assert [(one["msgId"], one["delaySeconds"]) for one in outcome["retryMessages"]] == [("0", 10)]
    assert total(late, "cat") == 2
    (failed,) = events(late, "clicks_failed")
    assert failed["error"]


@pytest.mark.parametrize(("queue", "most"), [(QUEUE, 600), (DEAD_QUEUE, 3600)])
def test_each_attempt_waits_twice_as_long_up_to_a_cap(late: LocalEdge, queue: str, most: int) -> None:
    faults(late, broken="fails", dead="unwritable")
    bodies = [
        {"id": str(attempts), "attempts": attempts, "body": message("broken")} for attempts in (1, 2, 4, 30)
    ]
    outcome = late.control("queue", worker="reliability", queue=queue, messages=bodies)
    delays = {one["msgId"]: one["delaySeconds"] for one in outcome["retryMessages"]}
    assert delays == {"1": 10, "2": 20, "4": 80, "30": most}


@pytest.mark.parametrize("queue", [QUEUE, DEAD_QUEUE])
@pytest.mark.parametrize(
    "body", [None, "clicks", [1], {"kind": "link"}, {**message("cat"), "payload": "[]"}, {"": "\x00"}]
)
def test_a_message_that_is_no_batch_is_put_aside_whole(late: LocalEdge, queue: str, body: Any) -> None:
    outcome = late.queue("reliability", queue, body, message("cat"))
    assert sorted(outcome["explicitAcks"]) == ["0", "1"]
    (key,) = keys(late, "dead/malformed/")
    kept = late.r2_get("MEDIA", key)
    assert kept is not None
    assert json.loads(kept) == body
    assert [event["key"] for event in events(late, "clicks_malformed")] == [key]


def test_a_malformed_message_that_cannot_be_kept_comes_again(late: LocalEdge) -> None:
    faults(late, **{"dead/malformed": "unwritable"})
    outcome = late.queue("reliability", QUEUE, {"kind": "link"})
    assert [one["msgId"] for one in outcome["retryMessages"]] == ["0"]


def test_clicks_of_a_code_without_an_owner_are_put_aside(late: LocalEdge) -> None:
    outcome = late.queue("reliability", QUEUE, message("gone"))
    assert outcome["explicitAcks"] == ["0"]
    (key,) = keys(late)
    assert key.startswith("dead/unclaimed/")
    assert key.endswith("/gone.b1.json")
    assert [(event["code"], event["clicks"]) for event in events(late, "clicks_unclaimed")] == [("gone", 2)]


def test_a_batch_older_than_the_owners_memory_is_named_and_not_doubled(late: LocalEdge) -> None:
    late.queue("reliability", QUEUE, message("cat"))
    ask(late, "forget-batches", {"code": "cat"})
    late.logs()
    outcome = late.queue("reliability", QUEUE, message("cat"), message("cat", "never-seen", 7))
    assert sorted(outcome["explicitAcks"]) == ["0", "1"]
    assert total(late, "cat") == 2
    (event,) = events(late, "clicks_replayed")
    assert (event["stale"], event["stale_clicks"]) == (2, 9)
    assert [key.rpartition("/")[2] for key in keys(late, "dead/stale/")] == [
        "cat.b1.json",
        "cat.never-seen.json",
    ]


def test_a_stale_batch_that_cannot_be_put_aside_comes_again(late: LocalEdge) -> None:
    late.queue("reliability", QUEUE, message("cat"))
    ask(late, "forget-batches", {"code": "cat"})
    faults(late, **{"dead/stale": "unwritable"})
    outcome = late.queue("reliability", QUEUE, message("cat"))
    assert [one["msgId"] for one in outcome["retryMessages"]] == ["0"]
    assert total(late, "cat") == 2


def test_a_dead_letter_is_kept_before_it_is_acknowledged(late: LocalEdge) -> None:
    faults(late, unlucky="unwritable")
    body = message("cat", "a/b c")
    outcome = late.queue("reliability", DEAD_QUEUE, body, message("unlucky"))
    assert outcome["explicitAcks"] == ["0"]
    assert [one["msgId"] for one in outcome["retryMessages"]] == ["1"]
    (key,) = keys(late)
    assert key.startswith("dead/clicks/20")
    assert key.endswith("/cat.a%2Fb%20c.json")
    kept = late.r2_get("MEDIA", key)
    assert kept is not None
    assert json.loads(kept) == body
    assert total(late, "cat") == 0


def test_a_batch_travels_from_the_queue_through_the_dead_letters_to_its_owner(late: LocalEdge) -> None:
    faults(late, broken="fails")
    ask(late, "send", message("broken", clicks=4))
    assert eventually(lambda: keys(late, "dead/clicks/"))
    sweep(late)
    assert len(keys(late, "dead/clicks/")) == 1
    faults(late)
    sweep(late)
    assert keys(late) == []
    assert total(late, "broken") == 4


def test_the_sweep_counts_deletes_and_says_so(late: LocalEdge) -> None:
    for number in range(3):
        keep(late, message("cat", f"b{number}"), "2026-01-01")
    late.queue("reliability", QUEUE, message("cat", "b0"))
    late.logs()
    sweep(late)
    assert keys(late) == []
    assert total(late, "cat") == 6
    (event,) = events(late, "dead_clicks_replayed")
    assert (event["recorded"], event["recorded_clicks"], event["repeated"]) == (2, 4, 1)


def test_the_sweep_keeps_what_fails_and_goes_on_with_other_codes(late: LocalEdge) -> None:
    faults(late, broken="fails")
    kept = [keep(late, message("broken", f"b{number}"), "2026-01-01") for number in range(3)]
    keep(late, message("cat"), "2026-01-02")
    sweep(late)
    assert keys(late) == kept
    assert total(late, "cat") == 2
    said = [json.loads(line) for line in late.logs() if line.startswith("{")]
    assert [event["event"] for event in said].count("dead_clicks_failed") == 1


def test_the_sweep_gives_up_when_every_owner_fails(late: LocalEdge) -> None:
    faults(late, broken="fails")
    for number in range(25):
        keep(late, message(f"broken{number}"), "2026-01-01")
    sweep(late)
    assert len(keys(late)) == 25
    (event,) = events(late, "dead_clicks_replayed")
    assert event["failed"] == 20


def test_the_sweep_tries_the_oldest_day_first_and_the_first_come_of_a_day(late: LocalEdge) -> None:
    for code, day in [("new", "2026-02-01"), ("second", "2026-01-01"), ("first", "2026-01-01")]:
        keep(late, message(f"broken-{code}"), day)
        time.sleep(0.01)
    faults(late, broken="fails")
    sweep(late)
    tried = [event["key"].rpartition("/")[2] for event in events(late, "dead_clicks_failed")]
    assert tried == ["broken-second.b1.json", "broken-first.b1.json", "broken-new.b1.json"]


def test_the_sweep_puts_aside_what_will_never_be_counted(late: LocalEdge) -> None:
    keep(late, message("gone"), "2026-01-01")
    late.r2_put("MEDIA", "dead/clicks/2026-01-01/cat.torn.json", b'{"kind": "cli')
    sweep(late)
    assert keys(late, "dead/clicks/") == []
    assert len(keys(late, "dead/unclaimed/")) == 1
    (torn,) = keys(late, "dead/malformed/")
    assert late.r2_get("MEDIA", torn) == b'{"kind": "cli'


def test_the_sweep_keeps_what_it_cannot_put_aside(late: LocalEdge) -> None:
    faults(late, **{"dead/unclaimed": "unwritable"})
    kept = keep(late, message("gone"), "2026-01-01")
    sweep(late)
    assert keys(late) == [kept]


def test_a_batch_that_could_not_be_deleted_is_not_counted_again(late: LocalEdge) -> None:
    kept = keep(late, message("cat"), "2026-01-01")
    faults(late, cat="undeletable")
    sweep(late)
    assert keys(late) == [kept]
    faults(late)
    sweep(late)
    assert keys(late) == []
    assert total(late, "cat") == 2


def test_a_run_of_the_sweep_is_bounded_and_the_next_goes_on(late: LocalEdge) -> None:
    for number in range(503):
        keep(late, message("cat", f"b{number}", 1), "2026-01-01")
    sweep(late)
    assert (total(late, "cat"), len(keys(late))) == (500, 3)
    sweep(late)
    assert (total(late, "cat"), len(keys(late))) == (503, 0)


def test_a_quiet_sweep_says_nothing(late: LocalEdge) -> None:
    sweep(late)
    assert events(late, "dead_clicks_replayed") == []


def clicks(product: LocalEdge, code: str) -> int:
    return int(product.get(API, f"/api/v1/links/{code}", headers=OPERATOR).json()["clicks"])


def create(product: LocalEdge, code: str) -> None:
    body = {"target": "https://example.com/", "code": code}
    response = product.request(API, "POST", "/api/v1/links", json=body, headers=OPERATOR)
    assert response.status_code == 201, response.text


def test_the_moderator_hands_late_clicks_to_the_links_owner(product: LocalEdge) -> None:
    create(product, "late")
    outcome = product.queue(MODERATOR, QUEUE, message("late"), message("late"), message("nobody"))
    assert sorted(outcome["explicitAcks"]) == ["0", "1", "2"]
    assert clicks(product, "late") == 2
    assert [key.rpartition("/")[2] for key in keys(product)] == ["nobody.b1.json"]


def test_the_moderator_keeps_dead_clicks_and_its_sweep_counts_them(product: LocalEdge) -> None:
    create(product, "dead")
    assert product.queue(MODERATOR, DEAD_QUEUE, message("dead", clicks=3))["explicitAcks"] == ["0"]
    assert (clicks(product, "dead"), len(keys(product, "dead/clicks/"))) == (0, 1)
    assert product.scheduled(MODERATOR, CRON)["outcome"] == "ok"
    assert (clicks(product, "dead"), keys(product)) == (3, [])
