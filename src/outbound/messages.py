"""HTTP messages as plain values."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class HttpRequest:
    """A request that is ready to send. Headers and body may hold secrets, so its repr leaves them out."""

    method: str
    url: str
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    timeout_seconds: float = 30.0


@dataclass(frozen=True)
class HttpResponse:
    """A response read to its end."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first header of that name, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def json(self) -> Any:  # noqa: ANN401 - foreign data; the parser that asks for it checks it
        """Return the body as JSON; raise ValueError when it is not."""
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("the JSON is nested too deeply") from error


@dataclass(frozen=True)
class FilePart:
    """One file of a multipart body."""

    filename: str
    content_type: str
    content: bytes


def json_body(value: object) -> tuple[bytes, Headers]:
    """Return a JSON body and its headers."""
    # Escaped to ASCII, because text from a client may hold lone surrogates, which have no UTF-8 form.
    body = json.dumps(value, separators=(",", ":")).encode()
    return body, (("content-type", "application/json"),)


def form_body(fields: Mapping[str, str]) -> tuple[bytes, Headers]:
    """Return a form-encoded body and its headers; what UTF-8 cannot hold becomes a question mark."""
    return urlencode(fields, errors="replace").encode(), (
        ("content-type", "application/x-www-form-urlencoded"),
    )


def multipart_body(
    fields: Mapping[str, str], files: Sequence[tuple[str, FilePart]] = ()
) -> tuple[bytes, Headers]:
    """Return a multipart body and its headers.

    The boundary is a digest of the parts: the same parts give the same bytes, and no part can contain it
    except by a hash collision. What UTF-8 cannot hold becomes a question mark.
    """
    parts = [
        (_utf8(f'Content-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n'), _utf8(value))
        for name, value in fields.items()
    ]
    for name, file in files:
        head = (
            f'Content-Disposition: form-data; name="{_quoted(name)}"; filename="{_quoted(file.filename)}"\r\n'
            f"Content-Type: {file.content_type}\r\n\r\n"
        )
        parts.append((_utf8(head), file.content))
    digest = hashlib.sha256()
    for head_bytes, content in parts:
        digest.update(head_bytes)
        digest.update(content)
    boundary = digest.hexdigest()
    chunks: list[bytes] = []
    for head_bytes, content in parts:
        chunks += [f"--{boundary}\r\n".encode(), head_bytes, content, b"\r\n"]
    chunks.append(f"--{boundary}--\r\n".encode())
    return b"".join(chunks), (("content-type", f"multipart/form-data; boundary={boundary}"),)


def _quoted(text: str) -> str:
    """Escape a name for a Content-Disposition header the way browsers do."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _utf8(text: str) -> bytes:
    return text.encode(errors="replace")
