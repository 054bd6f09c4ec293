"""HTTP/1.1 over a plain socket: what is sent goes out byte for byte, however wrong it is."""

from __future__ import annotations

import http.client
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.harness.local_edge import WAIT_SECONDS

CLOSED = 0
"""The status of a connection that was closed without an answer."""


class RawAnswer(NamedTuple):
    """What came back; names of headers are lower case."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the first value of a header."""
        return next((value for key, value in self.headers if key == name), None)


def exchange(url: str, sent: bytes, *, ends: bool = False) -> RawAnswer:
    """Send bytes to the server of a URL and return its first answer; raise TimeoutError if none comes.

    With `ends` the client says that nothing more will follow, in the middle of a request or not.
    """
    place = urlsplit(url)
    method = sent.partition(b" ")[0].decode("latin-1")
    with socket.create_connection((place.hostname, place.port), timeout=WAIT_SECONDS) as connection:
        try:
            connection.sendall(sent)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # A server may refuse before it has read everything: its answer is what counts.
        answer = http.client.HTTPResponse(connection, method=method)
        try:
            answer.begin()
            body = answer.read()
        except ConnectionResetError:
            return RawAnswer(CLOSED, [], b"")
        finally:
            answer.close()
        return RawAnswer(answer.status, [(name.lower(), value) for name, value in answer.getheaders()], body)
