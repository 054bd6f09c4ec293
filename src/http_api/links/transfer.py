"""Links as files: export in pieces, import row by row."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from http_api.concurrency import map_concurrently
from http_api.errors import ApiError, invalid_request
from http_api.links.batches import Item, create_links, item_results
from http_api.links.lookup import list_codes
from http_api.schemas.views import visible_code
from link_transfer import Format, RowError, detect, read, write
from link_transfer.draft import FIELDS
from sharelinks.record import ACTIVE, DELETED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from http_api.auth import Caller
    from http_api.errors import FieldError
    from http_api.schemas.views import ItemResult, ItemResults
    from link_transfer import DraftResult
    from sharelinks.store import StoredLink

MAX_IMPORTED_ROWS = 5_000
"""An owner is called for each link, and one request may make 10,000 calls."""

_CODES_PER_CALL = 1_000
_LINKS_PER_PIECE = 100
_DETECTED_BYTES = 16 * 1024


async def codes_to_export(caller: Caller, cursor: str | None, limit: int) -> tuple[list[str], str | None]:
    """Return up to `limit` codes, newest first, and the cursor of what follows."""
    codes: list[str] = []
    following = cursor
    while len(codes) < limit:
        wanted = min(_CODES_PER_CALL, limit - len(codes))
        page = await list_codes(caller, {"limit": wanted, "cursor": following})
        codes += page["codes"]
        following = page["next"]
        if following is None:
            break
    return codes, following


async def exported(caller: Caller, codes: Sequence[str], kind: Format) -> AsyncIterator[str]:
    """Yield a file of links in pieces, with exact clicks; a link deleted meanwhile is left out."""
    feed = _Feed()
    texts = write(feed, kind)
    for start in range(0, len(codes), _LINKS_PER_PIECE):
        found = await map_concurrently(caller.ports.links.read, codes[start : start + _LINKS_PER_PIECE])
        links = [_fields(link) for link in found if link is not None and link.record.state != DELETED]
        feed.links.extend(links)
        # The writer takes one link for each text at most, so it never runs out of links here.
        yield "".join(next(texts) for _ in links)
    feed.is_complete = True
    yield "".join(texts)


async def imported(
    data: bytes, kind: Format | None, content_type: str | None, caller: Caller, *, dry_run: bool
) -> ItemResults:
    """Create the links of a file and tell what became of each row; with `dry_run` nothing is claimed."""
    kind = detect(None, content_type, data[:_DETECTED_BYTES], kind)
    if kind is None:
        raise ApiError(415, "unknown_format", "The format cannot be told from the file; name it in `format`.")
    rows = _rows(data, kind)
    now = caller.ports.now()
    labels: list[ItemResult] = [_label(row) for row in rows]
    outcomes = await create_links([_item(row, now) for row in rows], caller, dry_run=dry_run)
    return item_results(outcomes, labels, caller.ports)


def _rows(data: bytes, kind: Format) -> list[DraftResult]:
    rows: list[DraftResult] = []
    for row in read(data, kind):
        if isinstance(row, RowError) and row.row == 0:
            raise invalid_request([{"field": "body", "code": row.code, "message": row.message}])
        if len(rows) == MAX_IMPORTED_ROWS:
            raise ApiError(
                413, "too_many_rows", f"A file has at most {MAX_IMPORTED_ROWS} links here; split it."
            )
        rows.append(row)
    return rows


def _label(row: DraftResult) -> ItemResult:
    if isinstance(row, RowError) or not row.left_out:
        return {"row": row.row}
    return {"row": row.row, "left_out": list(row.left_out)}


def _item(row: DraftResult, now: float) -> Item | ApiError:
    """Return a row as a request to create its link, with the age and the end it had."""
    if isinstance(row, RowError):
        field: FieldError = {"field": "row", "code": row.code, "message": row.message}
        return ApiError(422, "invalid_row", "The row cannot be read.", errors=[field])
    request = row.draft.to_request()
    created_at = request.pop("created_at", None)
    if request.pop("disabled", False):
        request["state"] = "disabled"
    return Item(
        request,
        ("row",),
        may_be_past=True,
        created_at=created_at if created_at is not None and 0 <= created_at <= now else None,
    )


def _fields(link: StoredLink) -> dict[str, Any]:
    """Return what a file keeps of a link.

    A password cannot leave, so a link that has one is written as disabled: who reads the file back must not
    open what was closed.
    """
    record = link.record
    values: dict[str, Any] = record.to_wire() | {
        "code": visible_code(record),
        "disabled": record.state != ACTIVE or bool(record.password),
        "clicks": link.clicks,
    }
    return {name: values[name] for name in FIELDS if name in values and name != "password"}


class _Feed:
    """Links for a writer that pulls, from a source that pushes."""

    def __init__(self) -> None:
        self.links: deque[Mapping[str, Any]] = deque()
        self.is_complete = False

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        while self.links or not self.is_complete:
            yield self.links.popleft()
