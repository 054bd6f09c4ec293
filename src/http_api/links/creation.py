"""Claiming codes for new links."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from http_api.errors import ApiError
from http_api.links.validating import check_record, wire_fields
from http_api.schemas.links import LinkImport
from sharelinks.codes import CODE_LENGTH, parse_code
from sharelinks.projection import library_entry
from sharelinks.record import DISABLED, PENDING, LinkRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from http_api.auth import Caller
    from http_api.schemas.links import LinkCreate
    from http_api.services import Services

MAX_CLAIM_TRIES = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked request: the record in its wire form but for what creating adds."""

    wire: dict[str, Any]
    slug: str | None
    password: str | None = field(repr=False)
    aliases: Mapping[str, float | None] = field(default_factory=dict)
    place: Sequence[object] = ("body",)


def plan_link(
    wanted: LinkCreate, caller: Caller, place: Sequence[object] = ("body",), created_at: float | None = None
) -> Plan:
    """Return what a request asks for, or raise ApiError if its fields do not fit together."""
    ports = caller.ports
    wire = {name: value for name, value in wire_fields(wanted).items() if value is not None}
    wire["created_at"] = ports.now() if created_at is None else created_at
    wire["account_id"] = caller.account_id
    slug = None if wanted.code is None else ports.canonical_code(wanted.code)
    check_record(LinkRecord.from_wire({"code": slug or "", **wire}), place)
    named = (wanted.aliases if isinstance(wanted, LinkImport) else None) or {}
    aliases = {ports.canonical_code(code): end for code, end in named.items()}
    return Plan(wire, slug, wanted.password, aliases, place)


async def create_link(plan: Plan, ports: Services) -> LinkRecord:
    """Claim a code for a plan and return the record; nobody but the owner has been told of it yet."""
    secret = {} if plan.password is None else {"password": await ports.passwords.hash(plan.password)}
    fields = {**plan.wire, **secret, **(held(plan.wire.get("state")) if ports.links_wait else {})}
    return await claim(lambda code: LinkRecord.from_wire({"code": code, **fields}), plan.slug, ports)


def held(state: str | None) -> dict[str, str]:
    """Return the fields of a link that waits for moderation, and then is as its owner wants it."""
    return {"state": PENDING, "held_from": DISABLED if state == DISABLED else ""}


async def claim(make: Callable[[str], LinkRecord], slug: str | None, ports: Services) -> LinkRecord:
    """Claim the slug, or without one a random code that grows after each collision; return the record."""
    if slug is not None:
        record = make(ports.canonical_code(slug))
        if not await ports.links.claim(record):
            raise ApiError(409, "code_taken", "This code is taken.")
        return record
    for extra in range(MAX_CLAIM_TRIES):
        code = ports.canonical_code(ports.new_code(CODE_LENGTH + extra))
        record = make(code)
        if parse_code(code) is not None and await ports.links.claim(record):
            return record
    raise ApiError(503, "no_free_code", "No free code was found; try again.")


async def announce(records: Sequence[LinkRecord], ports: Services) -> None:
    """Tell the library of links that were claimed or changed, so that the next list is right.

    The owner has committed by then, so a failure is noted and not answered: the owner's own outbox brings the
    library up to date, as it asks moderation for a look.
    """
    by_account: dict[str, list[LinkRecord]] = {}
    for record in records:
        by_account.setdefault(record.account_id, []).append(record)
    for account_id, theirs in by_account.items():
        try:
            await ports.libraries.add(account_id, [library_entry(record) for record in theirs])
        except Exception as error:  # noqa: BLE001 - whatever it is, the links exist
            ports.incidents.note("library_behind", error)
