"""Google Safe Browsing v4's `threatMatches:find` as its documentation describes it, failures included."""

from __future__ import annotations

import json
from typing import Any

from tests.stubs.http_server import Answer, Recorded, Reply, StubServer, json_reply

API_KEY = "AIza-test-key"
MAX_ENTRIES = 500
THREAT_TYPES = {"MALWARE", "SOCIAL_ENGINEERING", "UNWANTED_SOFTWARE", "POTENTIALLY_HARMFUL_APPLICATION"}


def error_reply(status: int, kind: str, message: str, reason: str | None = None) -> Reply:
    """Return an error in the envelope of Google's APIs."""
    error: dict[str, Any] = {"code": status, "message": message, "status": kind}
    if reason:
        info = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": info, "reason": reason, "domain": "googleapis.com"}]
    return json_reply({"error": error}, status)


def match(url: str, kind: str, duration: str = "300s") -> dict[str, Any]:
    """Return one match."""
    return {
        "threatType": kind,
        "platformType": "ANY_PLATFORM",
        "threatEntryType": "URL",
        "threat": {"url": url},
        "cacheDuration": duration,
    }


class SafeBrowsingStub(StubServer):
    """Knows the threats it is given, by URL; takes the key as header or as query, as the service does."""

    def __init__(self, threats: dict[str, list[str]] | None = None) -> None:
        super().__init__()
        self.threats = threats or {}

    @property
    def asked(self) -> list[list[str]]:
        """Return the URLs of each request."""
        return [
            [entry["url"] for entry in request.json()["threatInfo"]["threatEntries"]]
            for request in self.requests
        ]

    def respond(self, request: Recorded) -> Answer:
        if (request.method, request.path) != ("POST", "/v4/threatMatches:find"):
            return Reply(404, (("content-type", "text/html"),), b"<title>Error 404 (Not Found)!!1</title>")
        key = request.header("x-goog-api-key") or "".join(request.query.get("key", []))
        if not key:
            return error_reply(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.")
        if key != API_KEY:
            message = "API key not valid. Please pass a valid API key."
            return error_reply(400, "INVALID_ARGUMENT", message, "API_KEY_INVALID")
        try:
            asked = request.json()
        except json.JSONDecodeError:
            return error_reply(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
        return self._find(asked["client"], asked["threatInfo"])

    def _find(self, client: dict[str, str], wanted: dict[str, Any]) -> Answer:
        if not client.get("clientId") or not client.get("clientVersion"):
            return error_reply(400, "INVALID_ARGUMENT", "client must be set")
        urls = [entry["url"] for entry in wanted["threatEntries"]]
        if not 0 < len(urls) <= MAX_ENTRIES:
            return error_reply(400, "INVALID_ARGUMENT", "too many or no threat entries")
        if wanted["threatEntryTypes"] != ["URL"] or not THREAT_TYPES.issuperset(wanted["threatTypes"]):
            return error_reply(400, "INVALID_ARGUMENT", "unknown list")
        kinds = set(wanted["threatTypes"])
        found = [match(url, kind) for url in urls for kind in self.threats.get(url, []) if kind in kinds]
        return json_reply({"matches": found} if found else {})
