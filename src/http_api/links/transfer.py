"""Links as files: export in pieces, import row by row."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from http_api.concurrency import map_concurrently
from http_api.errors import ApiError, invalid_request
from http_api.links.batches import Item, create_links, item_results
from http_api.links.lookup import list_codes
from http_api.schemas.links import LinkImport
from http_api.schemas.views import visible_code
from link_transfer import Format, RowError, detect, read, write
from link_transfer.draft import FIELDS
from sharelinks.record import ACTIVE, DELETED, LinkRecord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from http_api.auth import Caller
    from http_api.errors import FieldError
    from http_api.schemas.views import ItemResult, ItemResults
    from link_transfer import DraftResult
    from sharelinks.store import StoredLink

MAX_IMPORTED_ROWS = 5_000
MAX_CODES = 9_000
"""An owner is called for each link and for each alias, and one request may make 10,000 calls."""

# With all the aliases that links may have, these are fewer codes than one file may hold.
_CODES_PER_CALL = 170
_LINKS_PER_PIECE = 100
_DETECTED_BYTES = 16 * 1024


class Selection(NamedTuple):
    """Codes of links, newest first, the aliases of those that have any, and the cursor of what follows."""

    codes: list[str]
    aliases: dict[str, list[str]]
    following: str | None


async def links_to_export(caller: Caller, cursor: str | None, limit: int) -> Selection:
    """Return up to `limit` links, fewer where they have very many aliases."""
    codes: list[str] = []
    aliases: dict[str, list[str]] = {}
    following, count = cursor, 0
    while len(codes) < limit:
        wanted = min(_CODES_PER_CALL, limit - len(codes))
        page = await list_codes(caller, {"limit": wanted, "cursor": following})
        named = await caller.ports.libraries.aliases(caller.account_id, page["codes"])
        count += len(page["codes"]) + sum(map(len, named.values()))
        if codes and count > MAX_CODES:
            break
        codes += page["codes"]
        aliases |= named
        following = page["next"]
        if following is None:
            break
    return Selection(codes, aliases, following)


async def exported(caller: Caller, selected: Selection, kind: Format) -> AsyncIterator[str]:
    """Yield a file of links in pieces, with exact clicks; a link deleted meanwhile is left out."""
    feed = _Feed()
    texts = write(feed, kind)
    codes, aliases, _ = selected
    for start in range(0, len(codes), _LINKS_PER_PIECE):
        some = codes[start : start + _LINKS_PER_PIECE]
        found = await map_concurrently(caller.ports.links.read, some)
        named = await _aliases(caller, [alias for code in some for alias in aliases.get(code, ())])
        links = [
            _fields(link, named.get(link.record.code, []))
            for link in found
            if link is not None and link.record.state != DELETED
        ]
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
    codes = 0
    for row in read(data, kind):
        if isinstance(row, RowError) and row.row == 0:
            raise invalid_request([{"field": "body", "code": row.code, "message": row.message}])
        codes += 1 if isinstance(row, RowError) else 1 + len(row.draft.aliases)
        if len(rows) == MAX_IMPORTED_ROWS or codes > MAX_CODES:
            raise ApiError(
                413,
                "too_many_rows",
                f"A file has at most {MAX_IMPORTED_ROWS} links and {MAX_CODES} codes here; split it.",
            )
        rows.append(row)
    return rows


def _label(row: DraftResult) -> ItemResult:
    if isinstance(row, RowError):
        return {"row": row.row}
    left_out = list(row.left_out)
    if row.draft.has_password and not row.draft.password:
        left_out.append("password")
    return {"row": row.row, "left_out": left_out} if left_out else {"row": row.row}


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
        LinkImport,
        may_be_past=True,
        created_at=created_at if created_at is not None and 0 <= created_at <= now else None,
    )


async def _aliases(caller: Caller, codes: Sequence[str]) -> dict[str, list[LinkRecord]]:
    """Return the records of aliases by the link they are of."""
    found: dict[str, list[LinkRecord]] = {}
    for stored in await map_concurrently(caller.ports.links.read, codes):
        if stored is not None and stored.record.alias_of and stored.record.state != DELETED:
            found.setdefault(stored.record.alias_of, []).append(stored.record)
    return found


def _fields(link: StoredLink, aliases: Sequence[LinkRecord]) -> dict[str, Any]:
    """Return what a file keeps of a link.

    A password cannot leave, not even as a hash, on which words could be tried; the file only says that
    there is one.
    """
    record = link.record
    code = visible_code(record)
    names = {alias.code: alias.expires_at for alias in aliases if alias.code != code}
    if record.renamed_to:
        names[record.code] = record.renamed_until
    values: dict[str, Any] = record.to_wire() | {
        "code": code,
        "aliases": dict(sorted(names.items())),
        "has_password": bool(record.password),
        "disabled": record.state != ACTIVE,
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
