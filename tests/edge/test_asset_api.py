"""Assets through the API and at the edge: what is shown, deleted, signed and taken down."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from cdn.signed_url import SignedURL
from tests.edge.assets import decide, file, id_of, new_bytes, publish, reference
from tests.edge.links import API, EDGE, MODERATOR, OPERATOR, new_code, visit
from tests.harness.local_edge import VARS, LocalEdge, eventually

ASSETS = "/api/v1/assets"
LINKS = "/api/v1/links"
OWN = {"asset_id", "sha256", "url", "created_at"}
"""What tells two files apart that are alike otherwise."""


def ask(product: LocalEdge, method: str, path: str, status: int = 200, **options: Any) -> Any:
    """Ask the API as the operator and return the JSON of the answer."""
    headers = {**OPERATOR, **options.pop("headers", {})}
    answer = product.request(API, method, path, headers=headers, **options)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def media(product: LocalEdge, address: str, **headers: str) -> httpx.Response:
    """Get an asset by its id or a signed URL from the edge."""
    path = f"/a/{address}" if "/" not in address else address[address.index("/a/") :]
    return product.get(EDGE, path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def sign(product: LocalEdge, asset_id: str, **wanted: Any) -> str:
    return str(ask(product, "POST", f"{ASSETS}/{asset_id}/signed-url", json=wanted)["url"])


def refused(answer: httpx.Response) -> str:
    """Return why a signed URL is refused, having checked that no cache keeps the refusal."""
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert "no-store" in answer.headers["cache-control"]
    assert answer.json()["code"] == "signed_url_refused"
    return str(answer.json()["reason"])


def confirm(product: LocalEdge, asset_id: str, account_id: str) -> None:
    """Have moderation look at what an account uploaded, as the queue does."""
    message = {"kind": "asset", "event_id": "one", "asset_id": asset_id, "account_id": account_id}
    assert product.queue(MODERATOR, "gif-distributor-moderation", message)["outcome"] == "ok"


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_assets_are_listed_found_and_described(product: LocalEdge) -> None:
    cat = publish(product, new_bytes(70), title="A cat", tags=["cat"])
    dog = file(product, new_bytes(30), held_by=reference(title="A dög", visibility="private"))["record"]
    publish(product, new_bytes(), account_id="bob", title="Bob's cat")
    states = [("A dög", "pending"), ("A cat", "approved")]
    eventually(
        lambda: [(one["title"], one["status"]) for one in ask(product, "GET", ASSETS)["items"]] == states
    )
    both = ask(product, "GET", ASSETS)["items"]
    assert ask(product, "GET", f"{ASSETS}?search=D%C3%96G&state=pending")["items"] == both[:1]
    assert ask(product, "GET", f"{ASSETS}?tag=cat&visibility=public&limit=1")["items"] == both[1:]
    first = ask(product, "GET", f"{ASSETS}?limit=1")
    assert ask(product, "GET", f"{ASSETS}?limit=1&cursor={first['next_cursor']}")["items"] == both[1:]
    assert ask(product, "GET", f"{ASSETS}/{cat}") == both[1]
    assert both[1]["url"].endswith(f"/a/{cat}")
    usage = ask(product, "GET", f"{ASSETS}/usage")
    assert (usage["assets"], usage["bytes"], usage["tier"]) == (2, 100, "operator")
    guard = {"if-match": '"1"'}
    path = f"{ASSETS}/{dog['asset_id']}"
    changed = ask(product, "PATCH", path, json={"title": "Rex"}, headers=guard)
    assert (changed["title"], changed["visibility"], changed["version"]) == ("Rex", "private", 2)
    assert ask(product, "GET", f"{ASSETS}?search=rex")["items"] == [changed]
    assert ask(product, "PATCH", path, 409, json={"title": "x"}, headers=guard)["code"] == "version_conflict"
    assert ask(product, "GET", f"{ASSETS}/{id_of(new_bytes())}", 404)["code"] == "unknown_asset"


def test_deleting_mine_never_breaks_yours(product: LocalEdge) -> None:
    content = new_bytes()
    asset_id = publish(product, content, visibility="private")
    product.object("Asset", asset_id, "refer", asset_id, reference("bob", visibility="unlisted"))
    confirm(product, asset_id, "bob")
    ask(product, "DELETE", f"{ASSETS}/{asset_id}?grace_seconds=0", 204)
    assert eventually(lambda: ask(product, "GET", f"{ASSETS}/usage")["deleted_assets"] == 0)
    assert media(product, asset_id).content == content
    held = product.object("Asset", asset_id, "read", asset_id)["references"]
    assert [one["account_id"] for one in held] == ["bob"]
    assert ask(product, "GET", f"{ASSETS}?state=deleted")["items"] == []


def test_what_another_keeps_private_looks_pending_until_moderation_had_its_turn(product: LocalEdge) -> None:
    content = new_bytes()
    asset_id = publish(product, content, account_id="ann", visibility="private", title="hush")
    # No message is sent here, so moderation's turn comes when the test says so.
    mine = file(product, content, held_by=reference(title="mine"))
    new = str(file(product, new_bytes(), held_by=reference(title="mine"))["record"]["asset_id"])
    assert (mine["created"], mine["reference"]["confirmed"]) == (False, False)
    assert eventually(lambda: len(ask(product, "GET", f"{ASSETS}?state=pending")["items"]) == 2)
    assert ask(product, "GET", f"{ASSETS}?state=approved")["items"] == []
    assert ask(product, "GET", f"{ASSETS}/usage")["assets"] == 2
    codes = {}
    for one in (asset_id, new):
        codes[one] = new_code()
        ask(product, "POST", LINKS, 201, json={"target": f"asset:{one}", "code": codes[one]})

    def seen(one: str) -> list[Any]:
        path = f"{ASSETS}/{one}"
        view = ask(product, "GET", path)
        shown, linked = media(product, one), visit(product, codes[one])
        return [
            {name: value for name, value in view.items() if name not in OWN},
            ask(product, "POST", f"{path}/signed-url", 409, json={})["code"],
            (shown.status_code, shown.json()),
            code_of(media(product, f"{one}.mp4")),
            linked.status_code,
        ]

    assert seen(asset_id) == seen(new)
    assert code_of(media(product, asset_id)) == (404, "asset_in_review")
    for one in (asset_id, new):
        path = f"{ASSETS}/{one}"
        ask(product, "PATCH", path, json={"visibility": "private"})
        assert code_of(media(product, one)) == (404, "unknown_asset")
        ask(product, "PATCH", path, json={"visibility": "public"})
        ask(product, "DELETE", path, 204)
        assert code_of(media(product, one)) == (404, "unknown_asset")
        assert ask(product, "POST", f"{path}/restore")["status"] == "pending"
    assert seen(asset_id) == seen(new)
    for _ in range(2):
        confirm(product, asset_id, "operator")
    assert ask(product, "GET", f"{ASSETS}/{asset_id}")["status"] == "approved"
    assert media(product, asset_id).content == content
    assert media(product, sign(product, asset_id)).content == content
    states = {asset_id: "approved", new: "pending"}
    assert eventually(
        lambda: {one["asset_id"]: one["status"] for one in ask(product, "GET", ASSETS)["items"]} == states
    )
    # A message about what waits itself decides nothing.
    confirm(product, new, "operator")
    assert ask(product, "GET", f"{ASSETS}/{new}")["status"] == "pending"


def test_the_same_decision_again_confirms_who_came_later(product: LocalEdge) -> None:
    content = new_bytes()
    asset_id = publish(product, content, account_id="ann", visibility="private")
    file(product, content, held_by=reference(visibility="unlisted"))
    assert code_of(media(product, asset_id)) == (404, "asset_in_review")
    path = f"{ASSETS}/{asset_id}/decision"
    assert ask(product, "POST", path, json={"state": "approved"})["visibility"] == "unlisted"
    assert media(product, asset_id).content == content
    assert product.object("Asset", id_of(new_bytes()), "confirm", id_of(new_bytes()), {}) is None


def test_a_grace_period_that_ends_is_told_to_who_let_go_though_another_stays(product: LocalEdge) -> None:
    asset_id = publish(product, new_bytes(50))
    product.object("Asset", asset_id, "refer", asset_id, reference("bob"))
    ask(product, "DELETE", f"{ASSETS}/{asset_id}?grace_seconds=2", 204)
    assert ask(product, "GET", f"{ASSETS}/usage")["deleted_bytes"] == 50
    assert eventually(lambda: ask(product, "GET", f"{ASSETS}/usage")["deleted_bytes"] == 0)
    assert media(product, asset_id).status_code == 200


def test_a_deletion_takes_links_along_and_is_undone_in_time(product: LocalEdge) -> None:
    content = new_bytes()
    asset_id = publish(product, content)
    code = new_code()
    ask(product, "POST", LINKS, 201, json={"target": f"asset:{asset_id}", "code": code})
    answers: list[int] = []

    def answered() -> int:
        answers.append(visit(product, code).status_code)
        return answers[-1]

    assert media(product, asset_id).content == content
    ask(product, "DELETE", f"{ASSETS}/{asset_id}", 204)
    assert code_of(media(product, asset_id)) == (404, "unknown_asset")
    ask(product, "GET", f"{LINKS}/{code}", 404)
    assert eventually(lambda: answered() == 404)
    assert ask(product, "GET", f"{ASSETS}/{asset_id}")["status"] == "deleted"
    assert ask(product, "POST", f"{LINKS}/{code}/restore", 409)["code"] == "asset_deleted"
    assert ask(product, "POST", f"{ASSETS}/{asset_id}/restore")["status"] == "approved"
    assert media(product, asset_id).content == content
    assert eventually(lambda: answered() == 302)
    assert set(answers) == {302, 404}
    counted = answers.count(302)
    assert eventually(lambda: ask(product, "GET", f"{LINKS}/{code}")["clicks"] == counted)


def test_the_last_holder_takes_bytes_and_record_along(product: LocalEdge) -> None:
    content = new_bytes()
    asset_id = publish(product, content)
    assert media(product, asset_id).status_code == 200
    ask(product, "DELETE", f"{ASSETS}/{asset_id}", 204)
    ask(product, "DELETE", f"{ASSETS}/{asset_id}?grace_seconds=0", 204)
    assert eventually(lambda: product.r2_get("MEDIA", f"media/{asset_id}/original.gif") is None)
    assert eventually(lambda: product.object("Asset", asset_id, "read", asset_id) is None)
    assert code_of(media(product, asset_id)) == (404, "unknown_asset")
    assert ask(product, "POST", f"{ASSETS}/{asset_id}/restore", 404)["code"] == "unknown_asset"


def test_what_becomes_private_is_gone_for_everybody_at_once(product: LocalEdge) -> None:
    asset_id = publish(product, new_bytes())
    for _ in range(2):
        assert media(product, asset_id).status_code == 200
    ask(product, "PATCH", f"{ASSETS}/{asset_id}", json={"visibility": "private"})
    assert code_of(media(product, asset_id)) == (404, "unknown_asset")
    assert media(product, sign(product, asset_id)).status_code == 200


def test_a_signed_url_shows_a_private_asset(product: LocalEdge) -> None:
    content = new_bytes()
    asset_id = publish(product, content, visibility="private", title="Grüße")
    url = sign(product, asset_id)
    answer = media(product, url)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "access-control-allow-origin" not in answer.headers
    assert code_of(media(product, asset_id)) == (404, "unknown_asset")
    # A private asset shows none of its words, not even in the name of a file.
    saved = media(product, sign(product, asset_id, download=True)).headers["content-disposition"]
    assert saved == f'attachment; filename="{asset_id}.gif"'
    every = sign(product, asset_id, every_format=True)
    assert media(product, every.replace(f"{asset_id}?", f"{asset_id}.gif?")).content == content
    assert code_of(media(product, every.replace(f"{asset_id}?", f"{asset_id}.mp4?"))) == (
        404,
        "variant_unavailable",
    )
    ask(product, "DELETE", f"{ASSETS}/{asset_id}", 204)
    assert code_of(media(product, url)) == (404, "unknown_asset")


def test_a_signed_url_that_was_tampered_with_is_refused(product: LocalEdge) -> None:
    asset_id = publish(product, new_bytes(), visibility="private")
    other = publish(product, new_bytes(), visibility="private")
    url = sign(product, asset_id)
    start, _, signature = url.rpartition("v1.")
    wrong = "B" if signature[0] == "A" else "A"
    assert refused(media(product, f"{start}v1.{wrong}{signature[1:]}")) == "bad_signature"
    assert refused(media(product, url.replace(asset_id, other))) == "bad_signature"
    assert refused(media(product, url.replace(f"{asset_id}?", f"{asset_id}.gif?"))) == "bad_signature"
    assert refused(media(product, url.replace("?", "?download&"))) == "bad_signature"
    assert refused(media(product, url.replace("kid=k1", "kid=k9"))) == "unknown_key"
    assert refused(media(product, url.partition("&signature")[0])) == "missing_parameter"
    assert refused(media(product, f"{url}&expires=1")) == "duplicate_parameter"
    bound = sign(product, asset_id, every_format=True)
    assert refused(media(product, bound.replace(f"/{asset_id}?", f"/{other}?"))) == "wrong_path"


def test_a_signed_url_ends_to_the_second(product: LocalEdge) -> None:
    asset_id = publish(product, new_bytes(), visibility="private")
    url = sign(product, asset_id, expires_in=1)
    assert eventually(lambda: media(product, url).status_code == 403)
    assert refused(media(product, url)) == "expired"
    soon = sign(product, asset_id, not_before=time.time() + 3_000, expires_in=3_600)
    assert refused(media(product, soon)) == "not_yet_valid"


def test_a_signed_url_is_bound_to_its_address_and_country(product: LocalEdge) -> None:
    asset_id = publish(product, new_bytes(), visibility="private")
    url = sign(product, asset_id, network="203.0.113.77/28", countries=["at", "DE"])
    here = {"cf_connecting_ip": "203.0.113.70", "cf_ipcountry": "DE"}
    assert media(product, url, **here).status_code == 200
    assert refused(media(product, url, **here | {"cf_connecting_ip": "203.0.113.81"})) == "wrong_address"
    assert refused(media(product, url, **here | {"cf_ipcountry": "FR"})) == "wrong_country"
    assert refused(media(product, url, **here | {"cf_ipcountry": "XX"})) == "wrong_country"


def test_two_keys_live_at_once_and_no_third(product: LocalEdge) -> None:
    content = new_bytes()
    asset_id = publish(product, content, visibility="private")
    former = SignedURL("earlier-signing-secret-of-the-tests", key_id="k0")
    leaked = SignedURL("some-other-secret", key_id="k0")
    now = sign(product, asset_id)
    address = now.partition("?")[0]
    assert "kid=k1" in now
    assert (
        now.partition("?")[2]
        == SignedURL(
            VARS["SIGNING_SECRET"], clock=lambda: int(now.partition("expires=")[2].partition("&")[0]) - 3_600
        )
        .generate_signed_url(address)
        .partition("?")[2]
    )
    assert media(product, now).content == content
    assert media(product, former.generate_signed_url(address)).content == content
    assert refused(media(product, leaked.generate_signed_url(address))) == "bad_signature"
    gone = SignedURL("earlier-signing-secret-of-the-tests", key_id="k00")
    assert refused(media(product, gone.generate_signed_url(address))) == "unknown_key"


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [("taken_down", 410, "asset_taken_down"), ("flagged", 404, "asset_in_review")],
)
def test_a_takedown_counts_at_once_here(product: LocalEdge, state: str, status: int, code: str) -> None:
    content = new_bytes()
    asset_id = publish(product, content)
    signed = sign(product, asset_id)
    for _ in range(3):
        assert media(product, asset_id).content == content
    path = f"{ASSETS}/{asset_id}/decision"
    decided = ask(product, "POST", path, json={"state": state, "reason": "somebody said so"})
    for address in (asset_id, signed, f"{asset_id}?download"):
        assert code_of(media(product, address)) == (status, code)
    assert decided == ask(product, "GET", path)
    assert (decided["state"], decided["accounts"]) == (state, ["operator"])
    assert ask(product, "GET", f"{ASSETS}/{asset_id}")["reason"] == "somebody said so"
    ask(product, "POST", path, json={"state": "approved"})
    assert eventually(lambda: media(product, asset_id).status_code == 200)


def test_what_is_rejected_is_not_shown_nor_let_in_again(product: LocalEdge) -> None:
    content = new_bytes()
    asset_id = str(file(product, content)["record"]["asset_id"])
    path = f"{ASSETS}/{asset_id}/decision"
    ask(product, "POST", path, json={"state": "rejected", "reason": "no cats"})
    assert code_of(media(product, asset_id)) == (451, "asset_rejected")
    assert ask(product, "POST", path, 409, json={"state": "flagged"})["code"] == "illegal_decision"
    assert file(product, content, held_by=reference("bob"))["refused"]


def test_what_has_no_bytes_is_not_approved(product: LocalEdge) -> None:
    content = new_bytes()
    filed = file(product, content)
    product.control("r2", bucket="MEDIA", method="delete", key=filed["record"]["key"])
    path = f"{ASSETS}/{id_of(content)}/decision"
    assert ask(product, "POST", path, 409, json={"state": "approved"})["code"] == "bytes_missing"


def test_links_lead_only_to_ones_own_assets_and_to_everybodys(product: LocalEdge) -> None:
    shown = publish(product, new_bytes(), account_id="bob")
    hidden = publish(product, new_bytes(), account_id="bob", visibility="private")
    mine = str(file(product, new_bytes(), held_by=reference(visibility="private"))["record"]["asset_id"])
    links = [{"target": f"asset:{one}"} for one in (shown, hidden, mine, id_of(new_bytes()))]
    results = ask(product, "POST", f"{LINKS}/bulk", 207, json={"links": links})["results"]
    assert [result["status"] for result in results] == [201, 422, 201, 422]
    (error,) = ask(product, "POST", LINKS, 422, json=links[1])["errors"]
    assert (error["field"], error["code"]) == ("body.target", "unknown_asset")
    assert decide(product, shown, "taken_down")["outcome"] == "changed"
    ask(product, "POST", LINKS, 422, json=links[0])
