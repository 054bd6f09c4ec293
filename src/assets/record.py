"""The record of an asset: what its bytes are, in the form that travels over RPC and KV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from assets import wire as read
from assets.errors import AssetWireError
from assets.states import APPROVED, FLAGGED, PENDING, STATES
from assets.types import MEDIA_TYPES

PUBLIC = "public"
UNLISTED = "unlisted"
PRIVATE = "private"
VISIBILITIES = (PUBLIC, UNLISTED, PRIVATE)
"""The most open first."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Another format of an asset, made from it. `etag` is what stands between the quotes."""

    content_type: str
    bytes: int
    etag: str
    width: int | None = None
    height: int | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the variant as a plain dict; sizes that are unknown are left out."""
        made = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in made.items() if value is not None}

    @classmethod
    def from_wire(cls, extension: str, value: object) -> Variant:
        """Return the variant of a plain dict, or raise AssetWireError."""
        known = _read(value, _VARIANT_READERS, ("content_type", "bytes", "etag"), "variant")
        variant = cls(**known)
        _check_type(extension, variant.content_type)
        return variant


@dataclass(frozen=True, slots=True)
class AssetRecord:
    """One asset. Times are in seconds since the epoch; `version` grows with every change.

    `visibility` and the texts follow from the references (`assets.references`), and so does `held`: False
    while nobody holds the asset any more and its bytes wait for the end of the grace period. `key` is where
    the original lies; empty where its state says it. `awaited` is the visibility that accounts ask for whose
    references moderation has not confirmed yet. `decided_at` is when moderation decided so.
    """

    asset_id: str
    sha256: str
    content_type: str
    extension: str
    bytes: int
    created_at: float
    version: int = 1
    updated_at: float | None = None
    width: int | None = None
    height: int | None = None
    frames: int | None = None
    duration_ms: int | None = None
    loop_count: int | None = None
    state: str = PENDING
    reason: str = ""
    visibility: str = PRIVATE
    held: bool = True
    title: str = ""
    tags: tuple[str, ...] = ()
    description: str = ""
    variants: Mapping[str, Variant] = field(default_factory=dict)
    key: str = ""
    awaited: str = PRIVATE
    decided_at: float | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the record as a plain dict of JSON values; fields at their default are left out."""
        wire: dict[str, Any] = {}
        for name in _READERS:
            value = getattr(self, name)
            if name in _REQUIRED or value != _DEFAULTS[name]:
                wire[name] = _WRITERS[name](value) if name in _WRITERS else value
        return wire

    @classmethod
    def from_wire(cls, wire: object) -> AssetRecord:
        """Return the record of a plain dict, or raise AssetWireError.

        Keys it does not know are ignored and missing optional ones get their default, so that readers and
        writers of neighbouring versions understand each other.
        """
        record = cls(**_read(wire, _READERS, _REQUIRED, "asset record"))
        _check_type(record.extension, record.content_type)
        return record


def changed(record: AssetRecord, now: float, **values: Any) -> AssetRecord:  # noqa: ANN401 - fields of any type
    """Return the record with some fields replaced, one version later."""
    return replace(record, **values, version=record.version + 1, updated_at=now)


def is_open(record: AssetRecord) -> bool:
    """Tell whether an asset is delivered to whoever knows its address."""
    return record.held and record.state == APPROVED and record.visibility != PRIVATE


def is_settled(record: AssetRecord) -> bool:
    """Tell whether readers go by a copy of a record; of any other the owner is asked each time."""
    return record.visibility != PRIVATE and record.state not in (PENDING, FLAGGED)


def _variants(value: object) -> dict[str, Variant]:
    if not isinstance(value, Mapping):
        raise AssetWireError("variants by extension are expected")
    return {read.extension(name): Variant.from_wire(name, one) for name, one in value.items()}


def _check_type(extension: str, content_type: str) -> None:
    if content_type != MEDIA_TYPES[extension]:
        raise AssetWireError(f"{content_type!r} is not the media type of .{extension}")


_READERS: dict[str, Callable[[object], Any]] = {
    "asset_id": read.text,
    "sha256": read.sha256,
    "content_type": read.text,
    "extension": read.extension,
    "bytes": read.count,
    "created_at": read.number,
    "version": read.count,
    "updated_at": read.optional(read.number),
    "width": read.optional(read.count),
    "height": read.optional(read.count),
    "frames": read.optional(read.count),
    "duration_ms": read.optional(read.count),
    "loop_count": read.optional(read.count),
    "state": read.one_of(*STATES),
    "reason": read.text,
    "visibility": read.one_of(*VISIBILITIES),
    "held": read.switch,
    "title": read.text,
    "tags": read.texts,
    "description": read.text,
    "variants": _variants,
    "key": read.text,
    "awaited": read.one_of(*VISIBILITIES),
    "decided_at": read.optional(read.number),
}
_VARIANT_READERS: dict[str, Callable[[object], Any]] = {
    "content_type": read.text,
    "bytes": read.count,
    "etag": read.opaque_tag,
    "width": read.optional(read.count),
    "height": read.optional(read.count),
}
_WRITERS: dict[str, Callable[[Any], Any]] = {
    "tags": list,
    "variants": lambda variants: {name: one.to_wire() for name, one in variants.items()},
}
_REQUIRED = ("asset_id", "sha256", "content_type", "extension", "bytes", "created_at")
_DEFAULTS: dict[str, Any] = {
    one.name: {} if one.name == "variants" else one.default for one in fields(AssetRecord)
}


def _read(
    wire: object, readers: Mapping[str, Callable[[object], Any]], required: tuple[str, ...], kind: str
) -> dict[str, Any]:
    if not isinstance(wire, Mapping):
        raise AssetWireError(f"the {kind} must be a mapping")
    for name in required:
        if name not in wire:
            raise AssetWireError(f"the {kind} lacks {name!r}")
    known = {}
    for name in readers.keys() & wire.keys():
        try:
            known[name] = readers[name](wire[name])
        except AssetWireError as error:
            raise AssetWireError(f"the {kind}'s {name!r}: {error}") from error
    return known
