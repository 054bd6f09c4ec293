"""The record of a link: what a code leads to, in the form that travels over RPC and KV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sharelinks.errors import WireFormatError
from sharelinks.routing import Rule, Variant

ACTIVE = "active"
DISABLED = "disabled"
PENDING = "pending"
REJECTED = "rejected"
TAKEN_DOWN = "taken_down"
DELETED = "deleted"
STATES = frozenset({ACTIVE, DISABLED, PENDING, REJECTED, TAKEN_DOWN, DELETED})

REDIRECT = "redirect"
PAGE = "page"
MODES = frozenset({REDIRECT, PAGE})

OPERATOR_ACCOUNT = "operator"
ASSET_SCHEME = "asset:"
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})


def asset_target(asset_id: str) -> str:
    """Return the target that names an asset of ours."""
    return ASSET_SCHEME + asset_id


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """One link. `target` is an http(s) URL or `asset:<id>`; any `state` but "active" does not redirect.

    Times are in seconds since the epoch; `version` grows with every change, so that a late writer can be told
    from a newer one. Clicks are counted elsewhere: the record changes rarely, the counter all the time.

    An alias is a record of its own code with `alias_of`, the code whose record counts. A link that was
    renamed keeps its first code as its home: `renamed_to` is the alias that people see, and the old code
    leads on until `renamed_until`. `held_from` is the state in which moderation found a link that it held,
    empty for active, and `decided_at` when it decided what visitors read. `password` is the line that
    `sharelinks.passwords` makes, never the word.
    """

    code: str
    target: str
    created_at: float
    status: int = 302
    state: str = ACTIVE
    asset_id: str | None = None
    title: str = ""
    tags: tuple[str, ...] = ()
    account_id: str = OPERATOR_ACCOUNT
    version: int = 1
    updated_at: float | None = None
    description: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    starts_at: float | None = None
    expires_at: float | None = None
    max_clicks: int | None = None
    password: str = ""
    forward_query: bool = False
    forward_path: bool = False
    utm: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    split: tuple[Variant, ...] = ()
    mode: str = REDIRECT
    reason: str = ""
    alias_of: str | None = None
    renamed_to: str | None = None
    renamed_until: float | None = None
    held_from: str = ""
    decided_at: float | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the record as a plain dict of JSON values; fields at their default are left out."""
        wire: dict[str, Any] = {"code": self.code, "target": self.target, "created_at": self.created_at}
        for one in _OPTIONAL:
            value = getattr(self, one)
            if value != _DEFAULTS[one]:
                wire[one] = _WRITERS[one](value) if one in _WRITERS else value
        return wire

    @classmethod
    def from_wire(cls, wire: object) -> LinkRecord:
        """Return the record of a plain dict, or raise WireFormatError.

        Keys it does not know are ignored and missing optional ones get their default, so that readers and
        writers of neighbouring versions understand each other.
        """
        if not isinstance(wire, Mapping):
            raise WireFormatError("a link record must be a mapping")
        for name in _REQUIRED:
            if name not in wire:
                raise WireFormatError(f"the link record lacks {name!r}")
        known = {name: _read(name, wire[name]) for name in _READERS if name in wire}
        return cls(**known)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise WireFormatError("text is expected")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise WireFormatError("a number is expected")
    return value


def _whole(value: object) -> int:
    number = _number(value)
    if number != int(number):
        raise WireFormatError("a whole number is expected")
    return int(number)


def _status(value: object) -> int:
    status = _whole(value)
    if status not in REDIRECT_STATUSES:
        raise WireFormatError("a redirect status is expected")
    return status


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise WireFormatError("true or false is expected")
    return value


def _mode(value: object) -> str:
    if value not in MODES:
        raise WireFormatError("the mode is unknown")
    return str(value)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        raise WireFormatError("a list of texts is expected")
    return tuple(map(_text, value))


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise WireFormatError("an object is expected")
    return value


def _text_mapping(value: object) -> Mapping[str, str]:
    return {key: _text(one) for key, one in _mapping(value).items()}


def _optional(read: Callable[[object], Any]) -> Callable[[object], Any]:
    return lambda value: None if value is None else read(value)


def _rules(value: object) -> tuple[Rule, ...]:
    if not isinstance(value, (list, tuple)):
        raise WireFormatError("a list of rules is expected")
    return tuple(map(Rule.from_wire, value))


def _variants(value: object) -> tuple[Variant, ...]:
    if not isinstance(value, (list, tuple)):
        raise WireFormatError("a list of variants is expected")
    return tuple(map(Variant.from_wire, value))


_READERS: dict[str, Callable[[object], Any]] = {
    "code": _text,
    "target": _text,
    "created_at": _number,
    "status": _status,
    "state": _text,
    "asset_id": _optional(_text),
    "title": _text,
    "tags": _texts,
    "account_id": _text,
    "version": _whole,
    "updated_at": _optional(_number),
    "description": _text,
    "metadata": _mapping,
    "starts_at": _optional(_number),
    "expires_at": _optional(_number),
    "max_clicks": _optional(_whole),
    "password": _text,
    "forward_query": _switch,
    "forward_path": _switch,
    "utm": _text_mapping,
    "rules": _rules,
    "split": _variants,
    "mode": _mode,
    "reason": _text,
    "alias_of": _optional(_text),
    "renamed_to": _optional(_text),
    "renamed_until": _optional(_number),
    "held_from": _text,
    "decided_at": _optional(_number),
}
_WRITERS: dict[str, Callable[[Any], Any]] = {
    "tags": list,
    "metadata": dict,
    "utm": dict,
    "rules": lambda rules: [rule.to_wire() for rule in rules],
    "split": lambda variants: [variant.to_wire() for variant in variants],
}
_REQUIRED = ("code", "target", "created_at")
_OPTIONAL = tuple(name for name in _READERS if name not in _REQUIRED)
_DEFAULTS: dict[str, Any] = {
    one.name: {} if one.name in {"metadata", "utm"} else one.default for one in fields(LinkRecord)
}


def _read(name: str, value: object) -> Any:  # noqa: ANN401 - each field has its own type
    try:
        return _READERS[name](value)
    except (WireFormatError, OverflowError, ValueError) as error:
        raise WireFormatError(f"the link record's {name!r} has the wrong type or value") from error
