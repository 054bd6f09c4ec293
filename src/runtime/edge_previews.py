"""Previews through the `EDGE` binding: one call, answered from the edge's memory or KV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.record import AssetRecord
from http_api.services import UnavailableError
from oembed.description import Preview
from runtime.object_calls import answer_of

if TYPE_CHECKING:
    from collections.abc import Awaitable

EDGE = "the edge Worker"


class EdgePreviews:
    """Asks the edge Worker, which has what is popular at hand; the owners are left alone."""

    def __init__(self, edge: Any) -> None:  # noqa: ANN401 - a binding
        self._edge = edge

    async def of_link(self, code: str) -> Preview | None:
        """Return what may be told of a link, None for nothing."""
        return await _preview(self._edge.preview_link(code))

    async def of_asset(self, asset_id: str, extension: str | None) -> Preview | None:
        """Return what may be told of an asset in one of its formats, None for nothing."""
        return await _preview(self._edge.preview_asset(asset_id, extension))


async def _preview(call: Awaitable[Any]) -> Preview | None:
    answer = await answer_of(call, EDGE)
    match answer["outcome"]:
        case "found":
            wire = answer["asset"]
            return Preview(answer["title"], None if wire is None else AssetRecord.from_wire(wire))
        case "unknown":
            return None
        case _:
            raise UnavailableError(f"{EDGE} could not look it up")
