"""A site of somebody else, on another host and port, whose pages a test writes."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


class OtherSite:
    """Serves what `put` was given; to be used in a `with`."""

    def __init__(self) -> None:
        pages: dict[str, tuple[bytes, dict[str, str]]] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body, headers = pages.get(self.path, (b"", {}))
                self.send_response(200 if self.path in pages else 204)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_said: Any) -> None:
                """Say nothing."""

        self._pages = pages
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.origin = f"http://localhost:{self._server.server_address[1]}"

    def put(self, path: str, body: str, **headers: str) -> str:
        """Publish a page and return its address; a header is named with underscores."""
        text = f'<!DOCTYPE html><html lang="en"><title>Somebody else</title>{body}</html>'
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._pages[path] = (text.encode(), named)
        return self.origin + path

    def __enter__(self) -> OtherSite:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
