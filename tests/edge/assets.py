"""What the tests of assets share: an asset and its bytes, put where uploads and moderation put them."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import time
from typing import Any

from assets.record import AssetRecord, is_settled
from assets.types import MEDIA_TYPES
from sharelinks.assets import asset_id_from_hash
from tests.harness.local_edge import LocalEdge, eventually

_numbers = itertools.count(1)
_RUN = os.urandom(6)


def new_bytes(length: int = 1_000) -> bytes:
    """Return bytes that no other test has: the edge remembers assets for a while, and its cache longer."""
    seed = hashlib.sha256(_RUN + next(_numbers).to_bytes(4, "big")).digest()
    return (seed * (length // len(seed) + 1))[:length]


def id_of(content: bytes) -> str:
    """Return the asset id of bytes."""
    return asset_id_from_hash(hashlib.sha256(content).hexdigest())


def reference(account_id: str = "operator", **words: Any) -> dict[str, Any]:
    """Return an account's reference."""
    return {"account_id": account_id, "created_at": time.time(), "visibility": "public", **words}


def file(
    product: LocalEdge,
    content: bytes,
    extension: str = "gif",
    *,
    held_by: dict[str, Any] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Store bytes in quarantine and file their asset, as an upload does; return the object's answer."""
    asset_id = id_of(content)
    key = f"quarantine/incoming/{os.urandom(8).hex()}"
    product.r2_put("MEDIA", key, content)
    wire = {
        "asset_id": asset_id,
        "sha256": hashlib.sha256(content).hexdigest(),
        "content_type": MEDIA_TYPES[extension],
        "extension": extension,
        "bytes": len(content),
        "created_at": 1_700_000_000.5,
        "key": key,
        **fields,
    }
    arrived = json.dumps([wire, held_by or reference(), ""])
    return dict(json.loads(product.object("Asset", asset_id, "file", arrived)))


def decide(product: LocalEdge, asset_id: str, state: str, reason: str = "") -> dict[str, Any]:
    """Decide on an asset, as moderation does."""
    return dict(product.object("Asset", asset_id, "decide", asset_id, state, reason, None))


def publish(product: LocalEdge, content: bytes, extension: str = "gif", **words: Any) -> str:
    """Return the id of an approved asset."""
    asset_id = str(file(product, content, extension, held_by=reference(**words))["record"]["asset_id"])
    assert decide(product, asset_id, "approved")["outcome"] == "changed"
    return asset_id


def in_kv(product: LocalEdge, asset_id: str) -> None:
    """Wait until KV has the newest record, or none where it need not have any: readers go by an older one."""
    owned = product.object("Asset", asset_id, "read", asset_id)["record"]
    may_lack_it = not is_settled(AssetRecord.from_wire(owned))

    def is_newest() -> bool:
        text = product.kv("METADATA", "get", f"asset:{asset_id}")
        return may_lack_it if text is None else bool(json.loads(text) == owned)

    eventually(is_newest)


def add_variant(product: LocalEdge, asset_id: str, extension: str, content: bytes) -> None:
    """Add another format, as a runner does."""
    product.r2_put("MEDIA", f"media/{asset_id}/variant.{extension}", content)
    etag = hashlib.sha256(content).hexdigest()[:32]
    made = {"content_type": MEDIA_TYPES[extension], "bytes": len(content), "etag": etag}
    assert product.object("Asset", asset_id, "add_variant", asset_id, extension, made)
