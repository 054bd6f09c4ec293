"""Codes' owners through the `SHORT_LINK` binding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharelinks.record import LinkRecord
from sharelinks.store import StoredLink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.clicks import Click


class ShortLinkOwners:
    """One `ShortLink` object per code."""

    def __init__(self, namespace: Any) -> None:  # noqa: ANN401 - a binding
        self._namespace = namespace

    async def claim(self, record: LinkRecord) -> bool:
        """Claim the record's code; False when it is taken."""
        answer = await self._namespace.getByName(record.code).claim(record.to_wire())
        return bool(answer["claimed"])

    async def read(self, code: str) -> StoredLink | None:
        """Return a claimed link with its clicks, or None."""
        answer = await self._namespace.getByName(code).read(code)
        if answer is None:
            return None
        return StoredLink(LinkRecord.from_wire(answer["record"]), int(answer["clicks"]))

    async def count(self, code: str, batch_id: str, clicks: Sequence[Click]) -> bool:
        """Count a batch once; True means that the owner has committed it."""
        wire = [click.to_wire() for click in clicks]
        answer = await self._namespace.getByName(code).count(code, batch_id, wire)
        return bool(answer["counted"])
