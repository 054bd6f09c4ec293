"""A service on loopback that speaks Tenor's contract in the shapes of its v2 API."""

from __future__ import annotations

import itertools

from tests.stubs.http_server import Answer, Recorded, Reply, StubServer, json_reply

API_KEY = "tenor-key-0123456789"


def _error(code: int, message: str, status: str) -> Reply:
    return json_reply({"error": {"code": code, "message": message, "status": status}}, code)


FAILURES: dict[str, Answer] = {
    "invalid_api_key": _error(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT"),
    "unauthenticated": _error(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED"),
    "exhausted": _error(429, "Quota exceeded for this project.", "RESOURCE_EXHAUSTED"),
    "bad_field": _error(400, "The media could not be fetched.", "INVALID_ARGUMENT"),
    "old_style": json_reply({"code": 1, "error": "Please use a registered API Key"}, 400),
    "internal": _error(500, "Internal error encountered.", "INTERNAL"),
    "internal_about_a_key": _error(500, "Could not look up the API key.", "INTERNAL"),
    "html": Reply(200, (("content-type", "text/html"),), b"<html>parked</html>"),
    "truncated_json": Reply(200, (("content-type", "application/json"),), b'{"results":[{"id":"1'),
    "no_results": json_reply({"results": []}),
    "no_id": json_reply({"results": [{"id": None}]}),
    "not_a_post": json_reply({"results": ["1"]}),
}


class TenorStub(StubServer):
    """Takes uploads with the right key and numbers them."""

    def __init__(self, api_key: str = API_KEY) -> None:
        super().__init__()
        self._api_key = api_key
        self._numbers = itertools.count(9_000_000_001)

    def respond(self, request: Recorded) -> Answer:
        if request.method != "POST" or request.path != "/upload":
            return _error(404, "Requested entity was not found.", "NOT_FOUND")
        parts = {part.name: part for part in request.multipart()}
        if parts["key"].content.decode() != self._api_key:
            return FAILURES["invalid_api_key"]
        if ("file" in parts) == ("media_url" in parts):
            return FAILURES["bad_field"]
        post_id = str(next(self._numbers))
        return json_reply(
            {
                "results": [
                    {
                        "id": post_id,
                        "title": parts["title"].content.decode(),
                        "itemurl": f"https://tenor.com/view/uploaded-gif-{post_id}",
                    }
                ]
            }
        )
