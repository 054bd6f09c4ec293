"""Offenders, blocked hashes, statistics, and the ledger's export, proof and checkpoints."""

from __future__ import annotations

import csv
import io
import json

from moderating.ledger_keys import LedgerKeys
from tests.unit.http_api.casework import bring, decide, post, sha256_of
from tests.unit.http_api.ports import World
from tests.unit.http_api.test_links import problem

MODERATION = "/api/v1/moderation"
SHA = "5a" * 32


def get(world: World, path: str):
    answer = world.request("GET", f"{MODERATION}/{path}")
    assert answer.status_code == 200, answer.text
    return answer


def test_repeat_offenders_are_listed_with_their_cases(world: World):
    for name in ("cat", "dog"):
        decide(world, bring(world, name, account_id="bob"), "reject")
    bring(world, "owl", account_id="ann")
    (bob,) = get(world, "accounts").json()["items"]
    assert (bob["account_id"], bob["refused"], bob["last_at"]) == ("bob", 2, "2027-01-15T08:00:00.000Z")
    assert get(world, "accounts?least_refused=3").json() == {"items": []}
    seen = get(world, "accounts/bob").json()
    assert [case["state"] for case in seen["cases"]] == ["rejected", "rejected"]
    nobody = get(world, "accounts/nobody").json()
    assert (nobody["held"], nobody["last_at"], nobody["cases"]) == (0, None, [])


def test_content_that_many_brought_is_listed_with_who_did(world: World):
    decide(world, bring(world), "reject")
    (one,) = get(world, "hashes?least_accounts=1").json()["items"]
    assert one["sha256"] == sha256_of("cat")
    assert get(world, "hashes").json() == {"items": []}
    seen = get(world, f"hashes/{sha256_of('cat')}").json()
    assert [upload["account_id"] for upload in seen["uploads"]] == ["operator"]
    assert seen["blocked"] is None
    assert problem(world.request("GET", f"{MODERATION}/hashes/abc"), 422)["code"] == "invalid_request"


def test_hashes_are_blocked_and_let_in_again(world: World):
    blocked = {"value": SHA, "reason": "known", "subject": "asset:cat"}
    made = post(world, f"{MODERATION}/blocked-hashes", blocked, moderator="mo")
    assert (made.status_code, made.json()) == (201, {"hash": SHA, "changed": True})
    assert post(world, f"{MODERATION}/blocked-hashes", blocked).status_code == 200
    post(world, f"{MODERATION}/blocked-hashes", {"value": "00ff00ff00ff00ff", "reason": "alike"})
    first = get(world, "blocked-hashes?limit=1").json()
    assert (first["items"][0]["hash"], first["next"]) == ("00ff00ff00ff00ff", "00ff00ff00ff00ff")
    rest = get(world, f"blocked-hashes?limit=2&after={first['next']}").json()
    assert (rest["items"][0]["moderator"], rest["next"]) == ("operator:mo", None)
    assert get(world, f"hashes/{SHA}").json()["blocked"]["reason"] == "known"
    path = f"{MODERATION}/blocked-hashes/{SHA}"
    assert world.request("DELETE", f"{path}?reason=mistake").json() == {"hash": SHA, "changed": True}
    assert problem(world.request("DELETE", path), 404)["code"] == "unknown_hash"
    wrong = {"value": "xyz", "reason": "", "subject": None}
    assert len(problem(post(world, f"{MODERATION}/blocked-hashes", wrong), 422)["errors"]) == 2


def test_statistics_count_scans_and_cases(world: World):
    bring(world, "cat")
    bring(world, "dog", "approved")
    seen = get(world, "statistics").json()
    assert (seen["cases"]["flagged"], seen["total_scans"]) == (1, 2)


def test_the_trail_is_exported_page_by_page(world: World, monkeypatch):
    monkeypatch.setattr("casework.exporting.PAGE_RECORDS", 3)
    decide(world, bring(world), "reject", reason="=dogs")
    page = get(world, "ledger/export")
    assert page.headers["content-type"] == "application/jsonl; charset=utf-8"
    assert [json.loads(line)["seq"] for line in page.text.splitlines()] == [1, 2, 3]
    link = page.headers["link"]
    assert page.headers["next-record"] == "3"
    rest = world.request("GET", link[1 : link.index(">")])
    assert [json.loads(line)["kind"] for line in rest.text.splitlines()] == ["enforced"]
    assert "link" not in rest.headers
    table = get(world, "ledger/export?format=csv&start=2027-01-15&end=2027-01-15")
    (row, *_) = csv.DictReader(io.StringIO(table.text))
    assert (row["seq"], table.headers["content-type"]) == ("1", "text/csv; charset=utf-8")
    more = get(world, "ledger/export?format=csv&after=2").text
    assert "'=dogs" in more
    assert get(world, "ledger/export?start=2028-01-01").text == ""
    for query in ("start=then", "start=2028-01-02&end=2028-01-01"):
        answer = world.request("GET", f"{MODERATION}/ledger/export?{query}")
        assert problem(answer, 422)["code"] == "invalid_casework_input"


def test_the_ledger_is_proved_and_the_first_broken_record_named(world: World):
    decide(world, bring(world), "reject", reason="dogs")
    kept = post(world, f"{MODERATION}/ledger/checkpoints")
    assert (kept.status_code, kept.json()["seq"], kept.json()["key_id"]) == (201, 4, "k1")
    proof = post(world, f"{MODERATION}/ledger/verify", {"checkpoint": kept.json()}).json()
    assert (proof["ok"], proof["records"], proof["signed_seq"]) == (True, 5, 4)
    forged = post(world, f"{MODERATION}/ledger/verify", {"checkpoint": kept.json() | {"signature": "x"}})
    assert problem(forged, 422)["code"] == "invalid_casework_input"
    world.ledger_namespace.database.execute("UPDATE cases SET reason = 'cats'")
    broken = post(world, f"{MODERATION}/ledger/verify").json()
    assert (broken["ok"], broken["broken_seq"]) == (False, 4)
    assert "cases" in broken["row"]


def test_a_kept_checkpoint_shows_a_ledger_that_was_written_anew(world: World):
    bring(world)
    kept = post(world, f"{MODERATION}/ledger/checkpoints").json()
    anew = World()
    bring(anew, "dog")
    assert post(anew, f"{MODERATION}/ledger/verify").json()["ok"]
    assert not post(anew, f"{MODERATION}/ledger/verify", {"checkpoint": kept}).json()["ok"]


def test_there_may_be_nothing_to_sign_or_to_sign_with(world: World):
    assert problem(post(world, f"{MODERATION}/ledger/checkpoints"), 409)["code"] == "empty_ledger"
    without = World(ledger_keys=LedgerKeys("k1", {}))
    assert problem(post(without, f"{MODERATION}/ledger/checkpoints"), 409)["code"] == "no_ledger_key"
    assert post(without, f"{MODERATION}/ledger/verify").json()["ok"]
