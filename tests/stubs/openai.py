"""OpenAI's moderation endpoint as its documentation describes it, failures included."""

from __future__ import annotations

import base64
import binascii
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

from tests.stubs.http_server import Answer, Drip, Recorded, Reply, StubServer, json_reply

API_KEY = "sk-test-0123456789"
MODEL = "omni-moderation-2024-09-26"
IMAGE_CATEGORIES = (
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "violence",
    "violence/graphic",
)
TEXT_ONLY_CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "sexual/minors",
)
SAFE_SCORE = 0.01
MAX_IMAGE_BYTES = 20_000_000

Scores = dict[str, float]


def error_reply(status: int, message: str, code: str | None, kind: str = "invalid_request_error") -> Reply:
    """Return an error in the service's envelope."""
    error = {"message": message, "type": kind, "param": "input", "code": code}
    return json_reply({"error": error}, status)


def result(scores: Scores | None = None, *, image: bool = False) -> dict[str, Any]:
    """Return one result; categories that are not named score as safe."""
    found = scores or {}
    low = dict.fromkeys(IMAGE_CATEGORIES, SAFE_SCORE)
    low |= dict.fromkeys(TEXT_ONLY_CATEGORIES, 0.0 if image else SAFE_SCORE)
    all_scores = {**low, **found}
    categories = {name: score >= 0.5 for name, score in all_scores.items()}
    kind = "image" if image else "text"
    return {
        "flagged": any(categories.values()),
        "categories": categories,
        "category_scores": all_scores,
        "category_applied_input_types": {
            name: [] if image and name in TEXT_ONLY_CATEGORIES else [kind] for name in all_scores
        },
    }


def answer(*results: dict[str, Any], number: int = 1) -> dict[str, Any]:
    """Return the body of a success."""
    return {"id": f"modr-{number}", "model": MODEL, "results": list(results)}


def png_pixels(data: bytes) -> tuple[int, int, bytes]:
    """Return (width, height, RGB) of an 8-bit RGB PNG with unfiltered rows; assert that it is one."""
    width, height, depth, colour, *_ = struct.unpack_from(">IIBBBBB", data, 16)
    assert (depth, colour) == (8, 2), "not 8-bit RGB"
    compressed, at = b"", 8
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        if data[at + 4 : at + 8] == b"IDAT":
            compressed += data[at + 8 : at + 8 + size]
        at += 12 + size
    rows = zlib.decompress(compressed)
    step = 3 * width + 1
    assert {rows[at] for at in range(0, len(rows), step)} == {0}, "filtered rows"
    return width, height, b"".join(rows[at + 1 : at + step] for at in range(0, len(rows), step))


def garbage() -> Reply:
    """Return a success that is no JSON."""
    return Reply(200, (("content-type", "application/json"),), b'{"id": "modr-1", "results": [')


def slow_drip(pause_seconds: float = 0.05) -> Drip:
    """Return a clean answer that comes byte by byte and takes half a minute."""
    return Drip(json_reply(answer(result())), pause_seconds)


def busy(retry_after: str | None = None, status: int = 429) -> Reply:
    """Return a refusal that may pass, with the pause the service asks for."""
    reply = error_reply(status, "Rate limit reached.", "rate_limit_exceeded", "requests")
    asked = () if retry_after is None else (("retry-after", retry_after),)
    return Reply(reply.status, (*reply.headers, *asked), reply.body)


class OpenAIStub(StubServer):
    """Scores words by `words` and pictures by `judge_image`; everything else is safe."""

    def __init__(
        self,
        words: dict[str, Scores] | None = None,
        judge_image: Callable[[bytes], Scores] | None = None,
        api_key: str = API_KEY,
    ) -> None:
        super().__init__()
        self.words = words or {}
        self.judge_image = judge_image or (lambda _: {})
        self.api_key = api_key

    @property
    def base_url(self) -> str:
        return self.url + "/v1"

    @property
    def texts(self) -> list[list[str]]:
        """Return the texts of each text request."""
        inputs = [request.json()["input"] for request in self.requests]
        return [content for content in inputs if all(isinstance(item, str) for item in content)]

    @property
    def images(self) -> list[bytes]:
        """Return the picture of each picture request."""
        inputs = [request.json()["input"] for request in self.requests]
        return [
            base64.b64decode(item["image_url"]["url"].partition(",")[2])
            for content in inputs
            for item in content
            if isinstance(item, dict) and item["type"] == "image_url"
        ]

    def respond(self, request: Recorded) -> Answer:
        if (request.method, request.path) != ("POST", "/v1/moderations"):
            return error_reply(404, f"Invalid URL ({request.method} {request.path})", None)
        if request.header("authorization") != f"Bearer {self.api_key}":
            # The real message quotes part of the key.
            message = f"Incorrect API key provided: {request.header('authorization')}."
            return error_reply(401, message, "invalid_api_key")
        try:
            body = request.json()
        except json.JSONDecodeError:
            return error_reply(400, "We could not parse the JSON body of your request.", None)
        if body.get("model") != "omni-moderation-latest":
            return error_reply(404, f"The model {body.get('model')} does not exist", "model_not_found")
        return self._moderate(body.get("input"))

    def _moderate(self, content: object) -> Answer:
        number = len(self.requests)
        if isinstance(content, str):
            content = [content]
        if not isinstance(content, list) or not content:
            return error_reply(400, "Invalid value for 'input'", "invalid_value")
        if all(isinstance(item, str) for item in content):
            return json_reply(answer(*(result(self._score_text(text)) for text in content), number=number))
        images = [item for item in content if item["type"] == "image_url"]
        if len(images) > 1:
            message = f"Number of images ({len(images)}) exceeds maximum of 1"
            return error_reply(400, message, "too_many_images")
        return self._moderate_image(images[0]["image_url"]["url"], number)

    def _moderate_image(self, url: str, number: int) -> Answer:
        if not url.startswith("data:image/"):
            return error_reply(400, f"Failed to download image from {url}.", "image_url_unavailable")
        try:
            data = base64.b64decode(url.partition(";base64,")[2], validate=True)
        except binascii.Error:
            return error_reply(400, "Invalid base64 image.", "invalid_base64")
        if data[:3] == b"GIF" or len(data) > MAX_IMAGE_BYTES:
            return error_reply(400, "Unsupported image.", "invalid_image")
        if data[:4] == b"\x89PNG" and data[25] == 4:
            # Deterministic, and so it stays after every retry.
            return error_reply(500, "The server had an error.", None, "server_error")
        return json_reply(answer(result(self.judge_image(data), image=True), number=number))

    def _score_text(self, text: str) -> Scores:
        lowered = text.lower()
        found: Scores = {}
        for word, scores in self.words.items():
            if word in lowered:
                found |= scores
        return found
