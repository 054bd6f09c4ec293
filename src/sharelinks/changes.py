"""Changing a record: which fields may change, and the version that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharelinks.errors import WireFormatError
from sharelinks.record import LinkRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIXED = frozenset({"code", "created_at", "version", "updated_at", "account_id"})


def changed(record: LinkRecord, changes: Mapping[str, Any], now: float) -> LinkRecord:
    """Return the record with some fields of its wire form replaced, one version later.

    None puts a field back to its default. Raises WireFormatError for a field that no change may touch, for
    one that does not exist, and for a value of the wrong type.
    """
    refused = sorted(name for name in changes if name in _FIXED or name not in LinkRecord.__slots__)
    if refused:
        raise WireFormatError(f"no change may touch {', '.join(refused)}")
    kept = {name: value for name, value in record.to_wire().items() if name not in changes}
    given = {name: value for name, value in changes.items() if value is not None}
    if "target" in changes and "target" not in given:
        raise WireFormatError("a link needs a target")
    return LinkRecord.from_wire({**kept, **given, "version": record.version + 1, "updated_at": now})
