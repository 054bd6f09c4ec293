"""Links as their owners see them. Moments are ISO 8601 in UTC with milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from http_api.moments import write_moment
from sharelinks.record import ACTIVE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from http_api.services import Services
    from library import Miss
    from sharelinks.record import LinkRecord
    from sharelinks.store import StoredLink


class LinkView(TypedDict):
    """A link. `code` is the one people see; after a rename, `renamed_from` works until `renamed_until`."""

    code: str
    short_url: str
    target: str
    asset_id: str | None
    title: str
    description: str
    tags: list[str]
    metadata: dict[str, Any]
    status: int
    mode: str
    state: str
    reason: str
    created_at: str | None
    updated_at: str | None
    version: int
    clicks: int
    starts_at: str | None
    expires_at: str | None
    max_clicks: int | None
    has_password: bool
    forward_query: bool
    forward_path: bool
    utm: dict[str, str]
    rules: list[dict[str, Any]]
    split: list[dict[str, Any]]
    aliases: list[str]
    renamed_from: str | None
    renamed_until: str | None


class LinkPage(TypedDict):
    """Links, newest first; `next_cursor` asks for what follows."""

    items: list[LinkView]
    next_cursor: str | None


class AliasView(TypedDict):
    """One more code of a link."""

    code: str
    short_url: str
    alias_of: str
    created_at: str | None


class MissView(TypedDict):
    """A code that visitors asked for and that leads nowhere."""

    code: str
    count: int
    first_at: str | None
    last_at: str | None


class ShortenView(TypedDict):
    """A short URL, in the words of other shorteners."""

    short_code: str
    short_url: str
    original_url: str
    created_at: str | None
    expires_at: str | None
    is_active: bool
    metadata: dict[str, Any]
    clicks: int


class ItemResult(TypedDict, total=False):
    """What became of one link of many: `link` with status 201, `problem` where it failed.

    `left_out` names what the row of a file says and a link does not hold.
    """

    index: int
    row: int
    status: int
    link: LinkView
    problem: dict[str, Any]
    left_out: list[str]


class ItemResults(TypedDict):
    """What became of many links, in their order."""

    created: int
    failed: int
    results: list[ItemResult]


def visible_code(record: LinkRecord) -> str:
    """Return the code people see."""
    return record.renamed_to or record.code


def link_view(stored: StoredLink, aliases: Sequence[str], ports: Services) -> LinkView:
    """Return a link as its owner sees it."""
    record = stored.record
    code = visible_code(record)
    return {
        "code": code,
        "short_url": ports.short_url(code),
        "target": record.target,
        "asset_id": record.asset_id,
        "title": record.title,
        "description": record.description,
        "tags": list(record.tags),
        "metadata": dict(record.metadata),
        "status": record.status,
        "mode": record.mode,
        "state": record.state,
        "reason": record.reason,
        "created_at": write_moment(record.created_at),
        "updated_at": write_moment(record.updated_at or record.created_at),
        "version": record.version,
        "clicks": stored.clicks,
        "starts_at": write_moment(record.starts_at),
        "expires_at": write_moment(record.expires_at),
        "max_clicks": record.max_clicks,
        "has_password": bool(record.password),
        "forward_query": record.forward_query,
        "forward_path": record.forward_path,
        "utm": dict(record.utm),
        "rules": [_rule_view(rule.to_wire()) for rule in record.rules],
        "split": [variant.to_wire() for variant in record.split],
        "aliases": [alias for alias in aliases if alias != code],
        "renamed_from": record.code if record.renamed_to else None,
        "renamed_until": write_moment(record.renamed_until),
    }


def alias_view(record: LinkRecord, home: LinkRecord, ports: Services) -> AliasView:
    """Return an alias as the owner of its link sees it."""
    return {
        "code": record.code,
        "short_url": ports.short_url(record.code),
        "alias_of": visible_code(home),
        "created_at": write_moment(record.created_at),
    }


def miss_view(miss: Miss) -> MissView:
    """Return a miss with its moments as clients read them."""
    return {
        "code": miss["code"],
        "count": miss["count"],
        "first_at": write_moment(miss["first_at"]),
        "last_at": write_moment(miss["last_at"]),
    }


def shorten_view(record: LinkRecord, ports: Services) -> ShortenView:
    """Return a new link in the words of other shorteners."""
    return {
        "short_code": record.code,
        "short_url": ports.short_url(record.code),
        "original_url": record.target,
        "created_at": write_moment(record.created_at),
        "expires_at": write_moment(record.expires_at),
        "is_active": record.state == ACTIVE,
        "metadata": dict(record.metadata),
        "clicks": 0,
    }


def statistics_view(code: str, statistics: Mapping[str, Any]) -> dict[str, Any]:
    """Return a link's statistics with their moments as clients read them."""
    recent = [{**click, "timestamp": write_moment(click["timestamp"])} for click in statistics["recent"]]
    last = write_moment(statistics["last_click_at"])
    return {"short_code": code, **statistics, "last_click_at": last, "recent": recent}


def _rule_view(wire: dict[str, Any]) -> dict[str, Any]:
    dates = {name: write_moment(wire[name]) for name in ("starts_at", "ends_at") if name in wire}
    return wire | dates
