"""A link on its way in or out: what a request to create it takes, and what its source knew besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from link_transfer import shapes
from link_transfer.errors import MISSING_TARGET, UNKNOWN_FIELD, TransferError, named

IMPORTED_CLICKS = "imported_clicks"
IMPORTED_ARCHIVED = "imported_archived"


@dataclass(frozen=True, slots=True)
class LinkDraft:
    """One link before anything about it was validated but the types of its fields.

    Times are in seconds since the epoch. Without a `code` a random one is wanted; `aliases` are its other
    codes, each with the time it ends or None. `password` is the plain word, or empty; `has_password` says
    that there is one, even where the source did not tell it. A `disabled` link leads nowhere; an `archived`
    one still leads on, its source only hid it from lists. `clicks` is what the source had counted, and
    `max_clicks` counts them too.
    """

    target: str
    code: str = ""
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    created_at: float | None = None
    starts_at: float | None = None
    expires_at: float | None = None
    max_clicks: int | None = None
    password: str = field(default="", repr=False)
    has_password: bool = False
    status: int | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    forward_query: bool = False
    forward_path: bool = False
    rules: tuple[Mapping[str, Any], ...] = ()
    split: tuple[Mapping[str, Any], ...] = ()
    mode: str = ""
    aliases: Mapping[str, float | None] = field(default_factory=dict)
    disabled: bool = False
    archived: bool = False
    clicks: int | None = None

    def to_fields(self) -> dict[str, Any]:
        """Return the fields as JSON values; those at their default are left out."""
        values = {name: getattr(self, name) for name in FIELDS}
        return {name: _plain(value) for name, value in values.items() if value != _DEFAULTS[name]}

    @classmethod
    def from_fields(cls, values: Mapping[str, Any]) -> LinkDraft:
        """Return the draft with these fields, or raise TransferError; None stands for a field's default."""
        unknown = [name for name in values if name not in _READERS]
        if unknown:
            raise TransferError(UNKNOWN_FIELD, f"a link has no field {named(unknown[0])}")
        read = {name: _read(name, value) for name, value in values.items() if value is not None}
        if not read.get("target"):
            raise TransferError(MISSING_TARGET, "the link has no target")
        return cls(**read)

    def to_request(self) -> dict[str, Any]:
        """Return the fields of a request to create the link; what only informs goes into its metadata.

        Clicks that an earlier move left there are added to those counted since. The new link counts from
        none, so of a limit it gets what remains; a link that has used up its limit, or whose password is not
        known, comes disabled: moving it must not open it.
        """
        request = self.to_fields()
        clicks, archived = request.pop("clicks", 0), request.pop("archived", False)
        metadata = dict(self.metadata)
        if clicks > 0:
            earlier = metadata.get(IMPORTED_CLICKS)
            metadata[IMPORTED_CLICKS] = clicks + (earlier if type(earlier) is int else 0)
            if self.max_clicks is not None and clicks < self.max_clicks:
                request["max_clicks"] = self.max_clicks - clicks
            elif self.max_clicks is not None:
                request["disabled"] = True
        if archived:
            metadata[IMPORTED_ARCHIVED] = True
        if request.pop("has_password", False) and not self.password:
            request["disabled"] = True
        return request | {"metadata": metadata} if metadata else request


@dataclass(frozen=True, slots=True)
class RowDraft:
    """A row that was read.

    `left_out` names what the source said of the link's behaviour or history that the draft does not hold.
    """

    row: int
    draft: LinkDraft
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that was not read, with one of the codes of `link_transfer.errors`; row 0 is the file itself."""

    row: int
    code: str
    message: str


DraftResult = RowDraft | RowError

_READERS: dict[str, Callable[[object], Any]] = {
    "target": shapes.text,
    "code": shapes.text,
    "title": shapes.text,
    "description": shapes.text,
    "tags": shapes.texts,
    "metadata": shapes.mapping,
    "created_at": shapes.moment,
    "starts_at": shapes.moment,
    "expires_at": shapes.moment,
    "max_clicks": shapes.whole,
    "password": shapes.text,
    "has_password": shapes.switch,
    "status": shapes.whole,
    "utm": shapes.text_mapping,
    "forward_query": shapes.switch,
    "forward_path": shapes.switch,
    "rules": shapes.objects,
    "split": shapes.objects,
    "mode": shapes.text,
    "aliases": shapes.names,
    "disabled": shapes.switch,
    "archived": shapes.switch,
    "clicks": shapes.whole,
}
FIELDS = tuple(_READERS)
_DEFAULTS: dict[str, Any] = {
    one.name: {} if one.name in {"metadata", "utm", "aliases"} else one.default for one in fields(LinkDraft)
}


def _read(name: str, value: object) -> Any:  # noqa: ANN401 - each field has its own type
    try:
        return _READERS[name](value)
    except TransferError as error:
        raise TransferError(error.code, f"{name}: {error}") from error


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
