"""Codes' owners through the `SHORT_LINK` binding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from runtime.object_calls import answer_of
from sharelinks.record import LinkRecord
from sharelinks.store import StoredLink

if TYPE_CHECKING:
    from collections.abc import Mapping

OWNER = "the owner of the code"


class ShortLinkOwners:
    """One `ShortLink` object per code."""

    def __init__(self, namespace: Any) -> None:  # noqa: ANN401 - a binding
        self._namespace = namespace

    async def claim(self, record: LinkRecord) -> bool:
        """Claim the record's code; False when it is taken."""
        answer = await answer_of(self._namespace.getByName(record.code).claim(record.to_wire()), OWNER)
        return bool(answer["claimed"])

    async def read(self, code: str) -> StoredLink | None:
        """Return a claimed link with its clicks, or None."""
        answer = await answer_of(self._namespace.getByName(code).read(code), OWNER)
        return None if answer is None else _stored(answer)

    async def change(
        self, code: str, changes: Mapping[str, Any], expected_version: int | None
    ) -> StoredLink | Literal["unknown", "conflict"]:
        """Change fields of the wire form (None resets one) if the version is as expected."""
        answer = await answer_of(
            self._namespace.getByName(code).change(code, dict(changes), expected_version), OWNER
        )
        match answer["outcome"]:
            case "unknown":
                return "unknown"
            case "conflict":
                return "conflict"
            case _:
                return _stored(answer)

    async def statistics(self, code: str) -> dict[str, Any] | None:
        """Return what is known of a link's clicks, or None for a code nobody claimed."""
        found: dict[str, Any] | None = await answer_of(
            self._namespace.getByName(code).statistics(code), OWNER
        )
        return found


def _stored(answer: Mapping[str, Any]) -> StoredLink:
    return StoredLink(LinkRecord.from_wire(answer["record"]), int(answer["clicks"]))
