"""Many visitors at once, who know what they sent and what was answered."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Tally:
    """What a crowd has sent, and how often each status came back."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def unanswered(self) -> int:
        """Return how many requests got no answer, which their server may have worked on all the same."""
        return self.sent - self.statuses.total()


async def visit_often(
    url: str, headers: Callable[[], Mapping[str, str]], tally: Tally, goes_on: Callable[[], bool]
) -> None:
    """GET a URL again and again, until it is enough or the server is gone.

    What a server wrote before it was killed is still read: an answer is unanswered only if it never came.
    Each request has a connection of its own: docs/local-edge.md says why.
    """
    place = urlsplit(url)
    while goes_on():
        try:
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
        except ConnectionError:
            return
        try:
            lines = [f"GET {place.path} HTTP/1.1", f"host: {place.netloc}"]
            lines += [f"{name}: {value}" for name, value in headers().items()]
            tally.sent += 1
            writer.write("\r\n".join([*lines, "", ""]).encode())
            tally.statuses[await _status_of_answer(reader)] += 1
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


async def _status_of_answer(reader: asyncio.StreamReader) -> int:
    """Read one answer to its end and return its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    fields = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
    if fields.get("transfer-encoding") == "chunked":
        while (size := int(await reader.readuntil(b"\r\n"), 16)) > 0:
            await reader.readexactly(size + 2)
        await reader.readuntil(b"\r\n")
    else:
        await reader.readexactly(int(fields.get("content-length", 0)))
    return int(head[0].split(" ", 2)[1])
