"""The `Asset` object: bytes in their place, readers told, nothing left behind."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.edge.assets import add_variant, decide, file, id_of, new_bytes, publish, reference
from tests.harness.local_edge import LocalEdge, eventually


def projected(product: LocalEdge, asset_id: str) -> dict[str, Any] | None:
    text = product.kv("METADATA", "get", f"asset:{asset_id}")
    return None if text is None else dict(json.loads(text))


def listed(product: LocalEdge, account_id: str, **query: Any) -> list[dict[str, Any]]:
    return list(product.object("Library", account_id, "asset_page", query)["assets"])


def test_a_filed_asset_waits_in_quarantine_and_readers_hear_of_it(product: LocalEdge) -> None:
    content = new_bytes()
    answer = file(product, content, held_by=reference("ann", title="A cat"))
    asset_id = id_of(content)
    assert (answer["created"], answer["mine_was_there"], answer["refused"]) == (True, False, False)
    assert answer["record"]["visibility"] == "public"
    assert eventually(lambda: [one["title"] for one in listed(product, "ann")] == ["A cat"])
    assert projected(product, asset_id) is None, "readers ask its owner"
    assert product.r2_get("MEDIA", f"media/{asset_id}/original.gif") is None


def test_approval_moves_the_bytes_before_anybody_hears_of_it(product: LocalEdge) -> None:
    content = new_bytes(300_000)
    filed = file(product, content)
    asset_id = id_of(content)
    decided = decide(product, asset_id, "approved")
    assert (decided["outcome"], decided["record"]["state"]) == ("changed", "approved")
    assert product.r2_get("MEDIA", f"media/{asset_id}/original.gif") == content
    assert eventually(lambda: product.r2_get("MEDIA", filed["record"]["key"]) is None)
    assert eventually(lambda: (projected(product, asset_id) or {}).get("state") == "approved")
    assert eventually(lambda: [one["state"] for one in listed(product, "operator")] == ["approved"])
    assert decide(product, asset_id, "approved")["outcome"] == "unchanged"
    assert decide(product, asset_id, "rejected")["outcome"] == "illegal"


def test_bytes_that_are_not_what_was_scanned_are_not_published(product: LocalEdge) -> None:
    content = new_bytes()
    filed = file(product, content)
    product.r2_put("MEDIA", filed["record"]["key"], new_bytes())
    with pytest.raises(Exception, match="10037|checksum|SHA-256|sha256|Bad|digest"):
        decide(product, id_of(content), "approved")
    assert product.object("Asset", id_of(content), "read", id_of(content))["record"].get("state") is None


def test_an_asset_without_bytes_is_not_published(product: LocalEdge) -> None:
    content = new_bytes()
    filed = file(product, content)
    product.control("r2", bucket="MEDIA", method="delete", key=filed["record"]["key"])
    decided = decide(product, id_of(content), "approved")
    assert (decided["outcome"], decided["cause"]) == ("illegal", "bytes_missing")


def test_the_last_release_takes_bytes_record_and_entries_along(product: LocalEdge) -> None:
    content = new_bytes()
    asset_id = publish(product, content, account_id="ann")
    add_variant(product, asset_id, "mp4", new_bytes())
    product.object("Asset", asset_id, "refer", asset_id, reference("bob"))
    assert eventually(lambda: len(listed(product, "bob")) == 1)
    release = product.object("Asset", asset_id, "release", asset_id, "ann", time.time(), 0)
    assert release == {"left": 1}
    assert eventually(lambda: listed(product, "ann") == listed(product, "ann", state="deleted") == [])
    assert product.r2_get("MEDIA", f"media/{asset_id}/original.gif") == content
    product.object("Asset", asset_id, "release", asset_id, "bob", time.time(), 0)
    assert eventually(lambda: product.r2_get("MEDIA", f"media/{asset_id}/original.gif") is None)
    assert eventually(lambda: product.r2_get("MEDIA", f"media/{asset_id}/variant.mp4") is None)
    assert eventually(lambda: projected(product, asset_id) is None)
    assert eventually(lambda: listed(product, "bob") == [])
    assert product.object("Asset", asset_id, "read", asset_id) is None
    again = file(product, content)
    assert again["created"]
    assert eventually(lambda: projected(product, asset_id) is not None)


def test_a_release_waits_for_its_grace_period_and_can_be_undone(product: LocalEdge) -> None:
    content = new_bytes()
    asset_id = publish(product, content, account_id="ann")
    product.object("Asset", asset_id, "release", asset_id, "ann", time.time(), 3_600)
    assert eventually(
        lambda: [one["state"] for one in listed(product, "ann", state="deleted")] == ["deleted"]
    )
    assert product.object("Asset", asset_id, "restore", asset_id, "ann") == {"restored": True}
    assert eventually(lambda: [one["state"] for one in listed(product, "ann")] == ["approved"])
    product.object("Asset", asset_id, "release", asset_id, "ann", time.time(), 2)
    assert product.object("Asset", asset_id, "read", asset_id) is not None
    assert eventually(lambda: product.object("Asset", asset_id, "read", asset_id) is None)


def test_a_takedown_outlives_its_bytes(product: LocalEdge) -> None:
    content = new_bytes()
    asset_id = publish(product, content, account_id="ann")
    assert decide(product, asset_id, "taken_down", "a court said so")["outcome"] == "changed"
    product.object("Asset", asset_id, "release", asset_id, "ann", time.time(), 0)
    assert eventually(lambda: product.r2_get("MEDIA", f"media/{asset_id}/original.gif") is None)
    again = file(product, content, held_by=reference("bob"))
    assert (again["created"], again["refused"]) == (False, True)
    assert again["record"]["state"] == "taken_down"
    assert (projected(product, asset_id) or {})["state"] == "taken_down"


@pytest.mark.parametrize(("visibility", "is_told"), [("unlisted", True), ("private", False)])
def test_kv_hears_of_what_readers_go_by_there_and_then_of_every_change(
    product: LocalEdge, visibility: str, is_told: bool
) -> None:
    content = new_bytes()
    asset_id = publish(product, content, account_id="ann", visibility=visibility)
    assert eventually(lambda: [one["state"] for one in listed(product, "ann")] == ["approved"])
    assert (projected(product, asset_id) is not None) is is_told
    other = "public" if visibility == "private" else "private"
    product.object("Asset", asset_id, "amend", asset_id, "ann", {"visibility": other}, None)
    # "private" is what a record says nothing of.
    assert eventually(lambda: (projected(product, asset_id) or {}).get("visibility", "private") == other)


def test_asking_for_an_asset_nobody_filed_leaves_no_storage(product: LocalEdge) -> None:
    asset_id = id_of(new_bytes())
    assert product.object("Asset", asset_id, "read", asset_id) is None
    assert product.object("Asset", asset_id, "release", asset_id, "ann", 1.0, 0) == {"left": 0}
    tables = product.sql("Asset", asset_id, "SELECT name FROM sqlite_master WHERE type = 'table'")
    assert [row["name"] for row in tables if not row["name"].startswith("_")] == []
