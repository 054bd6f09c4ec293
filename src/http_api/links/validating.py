"""From JSON values to checked requests, with every bad field told at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from http_api.errors import field_errors, invalid_field, invalid_request
from http_api.schemas.fields import Checks
from http_api.schemas.links import ENDS_BEFORE_START
from sharelinks.record import ASSET_SCHEME, LinkRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from http_api.errors import FieldError
    from http_api.schemas.links import LinkFields
    from http_api.services import Services

Model = TypeVar("Model", bound=BaseModel)

MAX_RECORD_BYTES = 20 * 1024

_NOT_ON_THE_RECORD = {"code", "version", "password", "aliases"}


def validated(
    model: type[Model],
    value: Any,  # noqa: ANN401 - JSON values
    ports: Services,
    *,
    may_be_past: bool = False,
    place: Sequence[object] = ("body",),
    known_errors: Sequence[FieldError] = (),
) -> Model:
    """Return the request that a JSON value is, or raise ApiError with every field that is not valid.

    `known_errors` are those of the request that lie outside of the value.
    """
    checks = Checks(ports.own_host, None if may_be_past else ports.now())
    try:
        request = model.model_validate(value, context=checks)
    except ValidationError as error:
        found = field_errors(error.errors(include_url=False), place)
        raise invalid_request([*found, *known_errors]) from None
    if known_errors:
        raise invalid_request(known_errors)
    return request


def wire_fields(fields: LinkFields) -> dict[str, Any]:
    """Return what was given as fields of the record's wire form, None for a default; the password apart."""
    wire = fields.model_dump(exclude_unset=True, exclude=_NOT_ON_THE_RECORD)
    if "target" in wire:
        target = wire["target"]
        wire["asset_id"] = target.removeprefix(ASSET_SCHEME) if target.startswith(ASSET_SCHEME) else None
    for rule in wire.get("rules") or ():
        for name in [name for name, value in rule.items() if value is None]:
            del rule[name]
    return wire


def check_record(record: LinkRecord, place: Sequence[object] = ("body",)) -> LinkRecord:
    """Return a record whose fields fit together, or raise ApiError."""
    prefix = ".".join(map(str, place))
    starts_at, expires_at = record.starts_at, record.expires_at
    if starts_at is not None and expires_at is not None and expires_at <= starts_at:
        raise invalid_field(f"{prefix}.expires_at", *ENDS_BEFORE_START)
    size = len(json.dumps(record.to_wire(), ensure_ascii=False, separators=(",", ":")).encode())
    if size > MAX_RECORD_BYTES:
        raise invalid_field(
            prefix, "record_too_large", f"a link has at most {MAX_RECORD_BYTES} bytes, not {size}"
        )
    return record
