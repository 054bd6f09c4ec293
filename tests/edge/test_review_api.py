"""Moderators, owners and the public at work: the API, the ledger's object and what visitors get."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.edge.assets import file, new_bytes, publish, reference
from tests.edge.links import API, MODERATOR, OPERATOR, TARGET, address, clicks, new_code, visit
from tests.edge.media import ask
from tests.edge.test_moderation import SAFE
from tests.edge.test_moderation import gif as coloured
from tests.harness.local_edge import LocalEdge, eventually

ASSETS, LINKS, MODERATION = "/api/v1/assets", "/api/v1/links", "/api/v1/moderation"


def send(
    product: LocalEdge, method: str, path: str, *, status: int = 200, who: str = "mo", **options: Any
) -> httpx.Response:
    headers = {**OPERATOR, "moderator": who, **options.pop("headers", {})}
    answer = product.request(API, method, path, headers=headers, **options)
    assert answer.status_code == status, answer.text
    return answer


def decide(product: LocalEdge, subject: str, step: str, **more: Any) -> dict[str, Any]:
    path = f"{MODERATION}/cases/{subject}/decisions"
    return dict(send(product, "POST", path, json={"step": step, **more}).json())


def report(product: LocalEdge, subject: str) -> httpx.Response:
    body = {"subject": subject, "category": "violence", "text": "it bites"}
    return product.request(API, "POST", "/api/v1/reports", json=body, headers=address())


def gif() -> bytes:
    return coloured(SAFE)


def waiting(product: LocalEdge, content: bytes) -> str:
    """Return the id of an asset that was uploaded and waits for a person."""
    asset_id = str(file(product, content, held_by=reference())["record"]["asset_id"])
    decide(product, f"asset:{asset_id}", "reopen")
    return asset_id


def test_two_moderators_cannot_claim_one_case(product: LocalEdge) -> None:
    subject = f"asset:{waiting(product, new_bytes())}"

    def claim(who: str) -> int:
        headers = {**OPERATOR, "moderator": who}
        return product.request(
            API, "POST", f"{MODERATION}/cases/{subject}/claim", headers=headers
        ).status_code

    names = [f"mo-{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as crowd:
        outcomes = list(crowd.map(claim, names))
    assert sorted(outcomes) == [200] + [409] * 7
    (case,) = send(product, "GET", f"{MODERATION}/cases").json()["items"]
    assert case["claimed_by"] == f"operator:{names[outcomes.index(200)]}"
    assert (case["round"], case["reports"]) == (1, 0)


def test_a_reviewer_sees_the_file_before_anybody_else_and_decides(product: LocalEdge) -> None:
    content = new_bytes(300_000)
    asset_id = waiting(product, content)
    case = send(product, "GET", f"{MODERATION}/cases/asset:{asset_id}").json()
    assert case["case"]["state"] == "flagged"
    path = case["media"]["url"].partition("/api/")[2]
    seen = send(product, "GET", f"/api/{path}")
    assert seen.content == content
    assert seen.headers["cache-control"] == "private, no-store"
    assert product.request(API, "GET", f"/api/{path}").status_code == 401
    assert ask(product, asset_id).status_code == 404
    assert decide(product, f"asset:{asset_id}", "approve")["enforced"]
    assert ask(product, asset_id).content == content
    decide(product, f"asset:{asset_id}", "take_down", reason="a court said so")
    refused = ask(product, asset_id)
    told = refused.json()
    assert (refused.status_code, told["code"]) == (410, "asset_taken_down")
    assert (told["reason"], told["automated"]) == ("a court said so", False)
    assert told["decided_at"]


@pytest.mark.parametrize("mode", ["redirect", "page"])
@pytest.mark.parametrize("step", ["reject", "take_down"])
def test_every_link_to_what_is_withheld_states_why(product: LocalEdge, mode: str, step: str) -> None:
    asset_id = waiting(product, new_bytes())
    code, direct = new_code(), new_code()
    links = [{"target": f"asset:{asset_id}", "code": code, "mode": mode}]
    links += [{"target": TARGET, "code": direct, "mode": mode}]
    for link in links:
        send(product, "POST", LINKS, status=201, json=link)
    decide(product, f"asset:{asset_id}", step, reason="it shows <b>a wound</b>")
    decide(product, f"link:{direct}", step, reason="it shows <b>a wound</b>")
    for stopped, what in ((code, "What is behind the short link"), (direct, "The short link")):
        page = visit(product, stopped)
        assert (page.status_code, "location" in page.headers) == (451, False)
        for words in (what, "it shows &lt;b&gt;a wound", "A person who decides", "<time", "How to appeal"):
            assert words in page.text
        assert asset_id not in page.text
        assert (visit(product, stopped, "HEAD").status_code, clicks(product, stopped)) == (451, 0)


def test_three_reports_take_an_asset_away_until_somebody_looks(product: LocalEdge) -> None:
    content = new_bytes()
    asset_id = publish(product, content)
    code = new_code()
    send(product, "POST", LINKS, status=201, json={"target": f"asset:{asset_id}", "code": code})
    known, unknown = report(product, asset_id), report(product, "nothing-like-it")
    assert (known.status_code, unknown.status_code) == (202, 202)
    assert sorted(known.json()) == sorted(unknown.json())
    report(product, f"http://127.0.0.1:8787/s/{code}")
    assert ask(product, asset_id).content == content
    report(product, f"http://127.0.0.1:8787/a/{asset_id}.gif")
    assert ask(product, asset_id).status_code == 404
    file_of = send(product, "GET", f"{MODERATION}/cases/asset:{asset_id}").json()
    assert (file_of["case"]["state"], len(file_of["reports"])) == ("flagged", 3)
    decide(product, f"asset:{asset_id}", "approve")
    assert eventually(lambda: ask(product, asset_id).content == content)
    # A person looked: now reports bring it before a person once more, and hide it from nobody.
    for _ in range(4):
        report(product, asset_id)
    (case,) = send(product, "GET", f"{MODERATION}/cases").json()["items"]
    assert (case["state"], case["standing"], case["reports"]) == ("doubted", "approved", 4)
    assert case["steps"] == ["approve", "take_down", "reopen", "uphold"]
    assert ask(product, asset_id).content == content
    decide(product, f"asset:{asset_id}", "uphold")
    assert send(product, "GET", f"{MODERATION}/cases").json()["items"] == []


def test_whoever_brings_refused_content_again_is_counted_and_words_are_no_upload(product: LocalEdge) -> None:
    def account() -> dict[str, Any]:
        return dict(send(product, "GET", f"{MODERATION}/accounts/operator").json())

    def upload(content: bytes) -> httpx.Response:
        return product.request(API, "POST", ASSETS, content=content, headers=OPERATOR)

    content, blocked, others = gif(), gif(), gif()
    asset_id = upload(content).json()["asset_id"]
    for version in (1, 2, 3):
        message = {"kind": "asset", "event_id": str(version), "asset_id": asset_id, "account_id": "operator"}
        assert product.queue(MODERATOR, "gif-distributor-moderation", message)["explicitAcks"] == ["0"]
    assert (account()["uploads"], account()["returns"]) == (1, 0)
    decide(product, f"asset:{asset_id}", "reject", reason="no cats")
    for _ in range(2):
        assert upload(content).json()["status"] == "rejected"
    assert (account()["refused"], account()["uploads"], account()["returns"]) == (1, 3, 2)

    theirs = str(file(product, others, held_by=reference("ann"))["record"]["asset_id"])
    decide(product, f"asset:{theirs}", "reject", reason="no cats")
    sha256 = hashlib.sha256(blocked).hexdigest()
    body = {"value": sha256, "reason": "known"}
    send(product, "POST", f"{MODERATION}/blocked-hashes", status=201, json=body)
    for refused in (others, blocked):
        assert upload(refused).status_code == 451
    seen = account()
    assert (seen["held"], seen["refused"], seen["uploads"], seen["returns"]) == (1, 3, 5, 4)
    assert [case["subject"] for case in seen["cases"]] == [f"asset:{asset_id}"]
    (turned_away,) = send(product, "GET", f"{MODERATION}/hashes/{sha256}").json()["uploads"]
    assert (turned_away["account_id"], turned_away["standing"]) == ("operator", "turned_away")
    assert send(product, "POST", f"{MODERATION}/ledger/verify", json={}).json()["ok"]


def test_an_appeal_brings_a_link_back(product: LocalEdge) -> None:
    code = new_code()
    send(product, "POST", LINKS, status=201, json={"target": TARGET, "code": code})
    assert decide(product, f"link:{code}", "reject", reason="a scam")["enforced"]
    assert visit(product, code).status_code == 451
    stated = send(product, "GET", f"{LINKS}/{code}/moderation").json()
    assert (stated["status"], stated["reason"], stated["can_appeal"]) == ("rejected", "a scam", True)
    send(product, "POST", f"{LINKS}/{code}/appeal", json={"text": "it is a cat"})
    (case,) = send(product, "GET", f"{MODERATION}/cases").json()["items"]
    assert (case["state"], case["appeal"]) == ("appealed", "it is a cat")
    decide(product, f"link:{code}", "reinstate")
    assert visit(product, code).status_code == 302


@pytest.mark.parametrize("step", ["reject", "take_down"])
def test_a_link_that_was_visited_stops_at_once_under_every_code(product: LocalEdge, step: str) -> None:
    code, alias = new_code(), new_code()
    send(product, "POST", LINKS, status=201, json={"target": TARGET, "code": code})
    send(product, "POST", f"{LINKS}/{code}/aliases", status=201, json={"code": alias})
    for _ in range(3):
        assert [visit(product, one).status_code for one in (code, alias)] == [302, 302]
    assert decide(product, f"link:{code}", step, reason="a scam")["enforced"]
    assert [visit(product, one).status_code for one in (code, alias)] == [451, 451]
    decide(product, f"link:{code}", "reinstate")
    assert [visit(product, one).status_code for one in (code, alias)] == [302, 302]


def test_the_ledger_proves_itself_to_whoever_kept_a_checkpoint(product: LocalEdge) -> None:
    for _ in range(2):
        decide(product, f"asset:{waiting(product, new_bytes())}", "reject", reason="=no")
    kept = send(product, "POST", f"{MODERATION}/ledger/checkpoints", status=201).json()

    def proof(checkpoint: dict[str, Any] | None = None) -> dict[str, Any]:
        body = {"checkpoint": checkpoint}
        return dict(send(product, "POST", f"{MODERATION}/ledger/verify", json=body).json())

    proved = proof(kept)
    assert (proved["ok"], proved["signed_seq"]) == (True, kept["seq"])
    lines = send(product, "GET", f"{MODERATION}/ledger/export").text.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, proved["records"] + 1))
    table = send(product, "GET", f"{MODERATION}/ledger/export?format=csv").text
    reviews = [row for row in csv.DictReader(io.StringIO(table)) if row["kind"] == "review"]
    assert [row["reason"] for row in reviews if row["decision"] == "rejected"] == ["'=no", "'=no"]
    product.sql("ModerationLedger", "ledger", "UPDATE moderation_audit SET payload = '{}' WHERE seq = 3")
    broken = proof()
    assert (broken["ok"], broken["broken_seq"]) == (False, 3)
    product.reset()
    decide(product, f"asset:{waiting(product, new_bytes())}", "reject")
    assert proof()["ok"]
    assert not proof(kept)["ok"]
