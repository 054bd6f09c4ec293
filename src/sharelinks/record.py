"""The record of a link: what a code leads to, in the form that travels over RPC and KV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sharelinks.errors import WireFormatError

ACTIVE = "active"
ASSET_SCHEME = "asset:"
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})


def asset_target(asset_id: str) -> str:
    """Return the target that names an asset of ours."""
    return ASSET_SCHEME + asset_id


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """One link. `target` is an http(s) URL or `asset:<id>`; any `state` but "active" does not redirect.

    `created_at` is in seconds since the epoch. Clicks are counted elsewhere: the record changes rarely, the
    counter all the time.
    """

    code: str
    target: str
    created_at: float
    status: int = 302
    state: str = ACTIVE
    asset_id: str | None = None
    title: str = ""
    tags: tuple[str, ...] = ()

    def to_wire(self) -> dict[str, Any]:
        """Return the record as a plain dict of JSON values."""
        return asdict(self) | {"tags": list(self.tags)}

    @classmethod
    def from_wire(cls, wire: object) -> LinkRecord:
        """Return the record of a plain dict, or raise WireFormatError.

        Keys it does not know are ignored and missing optional ones get their default, so that readers and
        writers of neighbouring versions understand each other.
        """
        if not isinstance(wire, Mapping):
            raise WireFormatError("a link record must be a mapping")
        for name in ("code", "target", "created_at"):
            if name not in wire:
                raise WireFormatError(f"the link record lacks {name!r}")
        known = {name: wire[name] for name in cls.__slots__ if name in wire}
        for name, value in known.items():
            if not _fits(name, value):
                raise WireFormatError(f"the link record's {name!r} has the wrong type or value")
        if "tags" in known:
            known["tags"] = tuple(known["tags"])
        if "status" in known:
            known["status"] = int(known["status"])
        return cls(**known)


def _fits(name: str, value: object) -> bool:
    match name:
        case "created_at":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "status":
            return isinstance(value, (int, float)) and value in REDIRECT_STATUSES
        case "asset_id":
            return value is None or isinstance(value, str)
        case "tags":
            return isinstance(value, (list, tuple)) and all(isinstance(tag, str) for tag in value)
        case _:
            return isinstance(value, str)
