"""Signed URLs, made with the same code that the edge checks them with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from assets.projection import DELETED, status
from assets.states import PENDING
from cdn.errors import SigningError
from delivery.signing import signed_asset_url
from http_api.assets.lookup import asset_deleted, asset_in_review, find_asset
from http_api.errors import invalid_field
from http_api.moments import write_moment

if TYPE_CHECKING:
    from http_api.auth import Caller
    from http_api.schemas.assets import SignedUrlCreate, SignedUrlView


async def sign_asset(caller: Caller, asset_id: str, wanted: SignedUrlCreate) -> SignedUrlView:
    """Return a URL that shows an asset to whoever holds it; 409 for one that is deleted or pending.

    The edge does not know for whom a URL was made: one for an asset that only looks pending, because others
    hold it, would show it at once.
    """
    seen = await find_asset(caller, asset_id)
    stands = status(seen.record, seen.reference)
    if stands == DELETED:
        raise asset_deleted()
    if stands == PENDING:
        raise asset_in_review()
    ports = caller.ports
    try:
        made = signed_asset_url(
            ports.signer,
            ports.public_base_url,
            seen.record.asset_id,
            expires_in=wanted.expires_in,
            extension=wanted.format,
            is_download=wanted.download,
            every_format=wanted.every_format,
            not_before=None if wanted.not_before is None else math.ceil(wanted.not_before),
            network=wanted.network,
            countries=wanted.countries,
        )
    except SigningError as error:
        raise invalid_field("body", error.code, str(error)) from error
    return {"url": made.url, "expires_at": write_moment(made.expires_at)}
