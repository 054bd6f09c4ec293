"""The file of a case: everything that a review page shows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assets.names import original_key
from http_api.moderation.owners import asset_of, find_case, link_of
from http_api.moderation.refusals import unknown_case
from http_api.moments import write_moment
from http_api.schemas.case_views import case_view, event_view, report_view
from moderating.digests import link_content

if TYPE_CHECKING:
    from assets.record import AssetRecord
    from assets.store import StoredAsset
    from http_api.schemas.case_views import CaseFile, MediaView
    from http_api.services import Services
    from sharelinks.store import StoredLink

PREFIX = "/api/v1/moderation/cases"
SHOWN_EVENTS = 100
SHOWN_REPORTS = 100


async def file_of(ports: Services, subject: str) -> CaseFile:
    """Return a case and what belongs to it; 404 if there is neither the case nor its content."""
    case = await find_case(ports, subject)
    if case is None:
        raise unknown_case()
    ledger = ports.ledger
    history, reports, uploads, account, asset, link = await asyncio.gather(
        ledger.history(subject, SHOWN_EVENTS),
        ledger.reports(subject, SHOWN_REPORTS),
        ledger.brought(case["sha256"]),
        ledger.account(case["account_id"]),
        asset_of(ports, subject),
        link_of(ports, subject),
    )
    return {
        "case": case_view(case),
        "history": [event_view(one) for one in history],
        "reports": [report_view(one) for one in reports],
        "uploads": [_upload_view(one) for one in uploads],
        "account": with_moments(account),
        "asset": None if asset is None else _asset_view(asset),
        "link": None if link is None else _link_view(link, ports),
        "media": None if asset is None else await _media_view(asset.record, subject, ports),
    }


def with_moments(counts: dict[str, Any]) -> dict[str, Any]:
    """Return counts of an account or a hash with their moment as clients read it."""
    return {**counts, "last_at": write_moment(counts["last_at"])}


def _upload_view(upload: dict[str, Any]) -> dict[str, Any]:
    moments = {name: write_moment(upload[name]) for name in ("first_at", "last_at")}
    return {**upload, **moments}


def _asset_view(stored: StoredAsset) -> dict[str, Any]:
    """Return an asset with the words of everybody who holds it: they are part of what is judged."""
    record = stored.record
    names = ("state", "reason", "visibility", "content_type", "bytes", "width", "height", "frames")
    return {
        "asset_id": record.asset_id,
        **{name: getattr(record, name) for name in names},
        "duration_ms": record.duration_ms,
        "version": record.version,
        "created_at": write_moment(record.created_at),
        "references": [
            {
                "account_id": one.account_id,
                "title": one.title,
                "description": one.description,
                "tags": list(one.tags),
                "visibility": one.visibility,
                "confirmed": one.confirmed,
                "judged": not one.waits,
                "created_at": write_moment(one.created_at),
                "deleted_at": write_moment(one.deleted_at),
            }
            for one in stored.references
        ],
    }


def _link_view(stored: StoredLink, ports: Services) -> dict[str, Any]:
    record = stored.record
    return {
        "code": record.code,
        "short_url": ports.short_url(record.renamed_to or record.code),
        "account_id": record.account_id,
        "state": record.state,
        "reason": record.reason,
        "clicks": stored.clicks,
        "version": record.version,
        "created_at": write_moment(record.created_at),
        **link_content(record),
    }


async def _media_view(record: AssetRecord, subject: str, ports: Services) -> MediaView | None:
    length = await ports.stored_media.length(original_key(record))
    if length is None:
        return None
    url = f"{ports.public_base_url}{PREFIX}/{quote(subject)}/media"
    return {"url": url, "content_type": record.content_type, "bytes": length}
