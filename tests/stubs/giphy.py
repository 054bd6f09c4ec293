"""GIPHY on loopback, as its contract says: upload.giphy.com and api.giphy.com in one server.

Pass `stub.url` for both base URLs. The failures in `FAILURES` are bodies seen from the real service; put them
in with `stub.script(FAILURES["banned"])`.
"""

from __future__ import annotations

import itertools

from tests.stubs.http_server import Answer, Recorded, Reply, StubServer, json_reply

API_KEY = "giphy-key-0123456789"
APPROVED_USERNAME = "your-giphy-username"


def _meta(
    status: int, message: str, data: object = None, http_status: int | None = None, **more: str
) -> Reply:
    meta = {"status": status, "msg": message, "response_id": "", **more}
    return json_reply({"data": [] if data is None else data, "meta": meta}, http_status or status)


FAILURES: dict[str, Answer] = {
    "invalid_api_key": _meta(401, "Unauthorized", error_code="invalid_api_key"),
    "no_source_url": _meta(400, "No Source Url"),
    "rate_limited": json_reply({"message": "API rate limit exceeded"}, 429),
    "rate_limited_with_wait": json_reply(
        {"message": "API rate limit exceeded"}, 429, (("retry-after", "3600"),)
    ),
    "wrong_credentials": json_reply({"message": "Invalid authentication credentials"}, 403),
    "locked": _meta(423, "Locked"),
    "banned": json_reply(
        {"data": [], "meta": {"status": 403, "msg": "BANNED", "response_id": ""}},
        403,
        (("retry-after", "0"),),
    ),
    "inner_failure": _meta(401, "Unauthorized", http_status=200, error_code="invalid_api_key"),
    "empty_response_id": _meta(200, "OK", {"id": "abc123"}),
    "too_large": Reply(413, (("content-type", "text/html"),), b"<html>Request Entity Too Large</html>"),
    "gateway": Reply(502, (("content-type", "text/html"),), b"<html>Bad Gateway</html>"),
    "html": Reply(200, (("content-type", "text/html"),), b"<!doctype html><title>Sign in</title>"),
    "truncated_json": Reply(
        200, (("content-type", "application/json"),), b'{"data":{"id":"abc123"},"meta":{"sta'
    ),
    "garbage": Reply(200, (), b"\x00\xff\xfe garbage"),
    "redirect": Reply(302, (("location", "https://giphy.com/login"),)),
    "not_an_object": json_reply(["data"]),
    "deep_json": Reply(200, (("content-type", "application/json"),), b"[" * 200_000),
}


class GiphyStub(StubServer):
    """Takes uploads with the right key, remembers them, and answers for their ids."""

    def __init__(self, api_key: str = API_KEY) -> None:
        super().__init__()
        self._api_key = api_key
        self._numbers = itertools.count(1)
        self._ratings: dict[str, str] = {}

    def respond(self, request: Recorded) -> Answer:
        if request.method == "POST" and request.path == "/v1/gifs":
            return self._upload(request)
        if request.method == "GET" and request.path.startswith("/v1/gifs/"):
            return self._gif(request)
        return json_reply({"message": "no Route matched with those values"}, 404)

    def _upload(self, request: Recorded) -> Answer:
        parts = {part.name: part for part in request.multipart()}
        if parts["api_key"].content.decode() != self._api_key:
            return FAILURES["invalid_api_key"]
        if "username" in parts and parts["username"].content.decode() != APPROVED_USERNAME:
            return _meta(403, "This username is not approved for this app")
        if ("file" in parts) == ("source_image_url" in parts):
            return FAILURES["no_source_url"]
        giphy_id = f"giphy{next(self._numbers):04d}"
        self._ratings[giphy_id] = "g"
        return json_reply(
            {"data": {"id": giphy_id}, "meta": {"status": 200, "msg": "OK", "response_id": f"r-{giphy_id}"}}
        )

    def _gif(self, request: Recorded) -> Answer:
        if request.query.get("api_key") != [self._api_key]:
            return FAILURES["invalid_api_key"]
        giphy_id = request.path.rsplit("/", 1)[1]
        if giphy_id not in self._ratings:
            return _meta(404, "Not Found")
        data = {
            "type": "gif",
            "id": giphy_id,
            "url": f"https://giphy.com/gifs/{giphy_id}",
            "rating": self._ratings[giphy_id],
        }
        return json_reply({"data": data, "meta": {"status": 200, "msg": "OK", "response_id": "r-status"}})
