"""The base of the stub services: a real HTTP/1.1 server on loopback that records and misbehaves on demand.

    class Greeter(StubServer):
        def respond(self, request):
            return json_reply({"hello": request.query.get("name", [""])[0]})

    with Greeter() as stub:
        stub.script(json_reply({}, status=503), Disconnect())  # the next two answers, then respond() again
        ... client(base_url=stub.url) ...
        assert stub.requests[0].path == "/hello"

Leaving the block ends every open connection, joins every thread and re-raises what a handler raised.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections import deque
from dataclasses import dataclass, field
from email.parser import HeaderParser
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from types import TracebackType

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Part:
    """One part of a multipart body."""

    name: str
    filename: str | None
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Recorded:
    """A request as it arrived."""

    method: str
    target: str
    headers: Headers
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def header(self, name: str) -> str | None:
        """Return the first header of that name, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, list[str]]:
        """Return a form-encoded body."""
        return parse_qs(self.body.decode(), keep_blank_values=True, strict_parsing=bool(self.body))

    def multipart(self) -> list[Part]:
        """Return the parts of a multipart/form-data body, in order; assert that it is well formed."""
        parsed = HeaderParser().parsestr(f"Content-Type: {self.header('content-type')}\r\n\r\n")
        assert parsed.get_content_type() == "multipart/form-data", parsed.get_content_type()
        boundary = parsed.get_boundary()
        assert boundary, "the boundary is missing"
        before, *sections, end = (b"\r\n" + self.body).split(b"\r\n--" + boundary.encode())
        assert before == b"", "text before the first part"
        assert end in (b"--", b"--\r\n"), "the last boundary is missing"
        return [_part(section) for section in sections]


def _part(section: bytes) -> Part:
    assert section.startswith(b"\r\n"), "a boundary must end its line"
    head, separator, content = section[2:].partition(b"\r\n\r\n")
    assert separator, "a part without a blank line"
    parsed = HeaderParser().parsestr(head.decode() + "\r\n\r\n")
    name = parsed.get_param("name", header="content-disposition")
    filename = parsed.get_param("filename", header="content-disposition")
    assert isinstance(name, str), "a part without a name"
    return Part(
        name,
        filename if isinstance(filename, str) else None,
        parsed.get("content-type", "text/plain"),
        content,
    )


@dataclass(frozen=True)
class Reply:
    """An ordinary response; `content-length` is added unless a header names one."""

    status: int = 200
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True)
class Drip:
    """A response whose body arrives `step_bytes` at a time with a pause before each piece."""

    reply: Reply
    pause_seconds: float
    step_bytes: int = 1


@dataclass(frozen=True)
class Raw:
    """Bytes sent as they stand (garbage, a broken status line, a body cut short), then the end."""

    data: bytes


@dataclass(frozen=True)
class Disconnect:
    """The connection ends without a byte of answer."""


@dataclass(frozen=True)
class Silence:
    """The connection stays open, and nothing comes until the client or the server gives up."""


Answer = Reply | Drip | Raw | Disconnect | Silence


def json_reply(value: object, status: int = 200, headers: Headers = ()) -> Reply:
    """Return a JSON response."""
    return Reply(status, (("content-type", "application/json"), *headers), json.dumps(value).encode())


def cut_short(reply: Reply, keep_bytes: int) -> Raw:
    """Return the response with a body that ends after `keep_bytes`, against its own content-length."""
    head, _, body = _encode(reply, with_body=True).partition(b"\r\n\r\n")
    return Raw(head + b"\r\n\r\n" + body[:keep_bytes])


class StubServer:
    """A server for the length of a `with` block; subclasses say what they `respond`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[Recorded] = []
        self._script: deque[Answer] = deque()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def respond(self, request: Recorded) -> Answer:
        """Return the service's own answer; called outside the script, in the connection's thread."""
        return json_reply({"error": f"no answer for {request.method} {request.target}"}, status=404)

    def script(self, *answers: Answer) -> None:
        """Give these answers to the next requests, in order, before `respond` is asked again."""
        with self._lock:
            self._script.extend(answers)

    @property
    def requests(self) -> list[Recorded]:
        """Return a copy of what has arrived so far."""
        with self._lock:
            return list(self._requests)

    @property
    def url(self) -> str:
        """Return the base URL, without a slash at the end."""
        assert self._server is not None, "the stub runs only inside its with block"
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, request: Recorded) -> Answer:
        """Record the request and choose its answer."""
        with self._lock:
            self._requests.append(request)
            if self._script:
                return self._script.popleft()
        return self.respond(request)

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        server, thread = self._server, self._thread
        assert server is not None
        assert thread is not None
        server.shutdown()
        thread.join()
        server.end_connections()
        server.server_close()
        self._server = self._thread = None
        if error is None and server.errors:
            raise server.errors[0]


class _Server(ThreadingHTTPServer):
    # Not daemon: server_close() joins handler threads only then, so no socket outlives the test.
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, stub: StubServer) -> None:
        self.stub = stub
        self.closing = threading.Event()
        self.errors: list[BaseException] = []
        self._sockets: set[socket.socket] = set()
        self._sockets_lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._sockets_lock:
            self._sockets.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._sockets_lock:
            self._sockets.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        """Wake the handlers that wait for a client's next request or for their next drip."""
        self.closing.set()
        with self._sockets_lock:
            for connection in self._sockets:
                # The client may have closed it first; then there is nobody to wake.
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Swallow the client's hanging up, keep everything else for the end of the block."""
        error = sys.exception()
        if error is not None and not isinstance(error, (ConnectionError, TimeoutError)):
            self.errors.append(error)


@dataclass
class _Body:
    """Reads a request body that is counted or chunked."""

    stream: Any
    headers: Any
    read: bytearray = field(default_factory=bytearray)

    def all(self) -> bytes:
        if "chunked" not in self.headers.get("transfer-encoding", "").lower():
            return self._exactly(int(self.headers.get("content-length", "0")))
        while size := int(self.stream.readline().split(b";")[0], 16):
            self.read += self._exactly(size)
            self.stream.readline()
        while self.stream.readline().strip():
            continue
        return bytes(self.read)

    def _exactly(self, size: int) -> bytes:
        data: bytes = self.stream.read(size)
        if len(data) < size:
            raise ConnectionResetError("the client ended in the middle of a body")
        return data


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    # The inherited name; the class always belongs to a _Server.
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Keep the test's output clean."""

    def _serve(self) -> None:
        request = Recorded(
            self.command, self.path, tuple(self.headers.items()), _Body(self.rfile, self.headers).all()
        )
        answer = self.server.stub.answer(request)
        match answer:
            case Reply():
                self.wfile.write(_encode(answer, with_body=self.command != "HEAD"))
                if any(name.lower() == "connection" and value == "close" for name, value in answer.headers):
                    self.close_connection = True
            case Drip():
                self._drip(answer)
            case Raw(data):
                self.wfile.write(data)
                self.close_connection = True
            case Disconnect():
                self.close_connection = True
            case Silence():
                self._until_somebody_leaves()

    def _drip(self, drip: Drip) -> None:
        head, _, body = _encode(drip.reply, with_body=True).partition(b"\r\n\r\n")
        self.wfile.write(head + b"\r\n\r\n")
        for start in range(0, len(body), drip.step_bytes):
            if self.server.closing.wait(drip.pause_seconds):
                self.close_connection = True
                return
            self.wfile.write(body[start : start + drip.step_bytes])

    def _until_somebody_leaves(self) -> None:
        self.close_connection = True
        # Returns b"" when the client closes or end_connections() shuts the socket down.
        self.connection.recv(1)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815 - as inherited


def _encode(reply: Reply, *, with_body: bool) -> bytes:
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = "Unknown"
    names = {name.lower() for name, _ in reply.headers}
    headers = reply.headers
    if "content-length" not in names and "transfer-encoding" not in names and reply.status != 204:
        headers = (*headers, ("content-length", str(len(reply.body))))
    lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (reply.body if with_body else b"")
