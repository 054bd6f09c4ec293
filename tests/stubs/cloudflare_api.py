"""Cloudflare's API as far as `tools/` reach it through wrangler: R2, KV, queues, deploying a Worker.

Point wrangler at it with `environment()`. The error codes are the real ones: 10000 authentication, 10004,
10014 and 11009 for a name that is taken, 10007 and 10090 for a missing Worker.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tests.stubs.http_server import Answer, Recorded, StubServer, json_reply

ACCOUNT = "0123456789abcdef0123456789abcdef"
TOKEN = "token-of-the-stub"


def envelope(result: Any, **info: Any) -> Answer:
    """Return a success as Cloudflare wraps it."""
    extra = {"result_info": info} if info else {}
    return json_reply({"success": True, "errors": [], "messages": [], "result": result, **extra})


def refusal(status: int, code: int, message: str) -> Answer:
    """Return a failure as Cloudflare wraps it."""
    body = {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}
    return json_reply(body, status=status)


FORBIDDEN = refusal(403, 10000, "Authentication error")
NO_SUCH_WORKER = refusal(404, 10007, "This Worker does not exist on your account.")


class CloudflareApi(StubServer):
    """One account. What was created is in `buckets`, `queues`, `namespaces` (title to id) and `scripts`."""

    def __init__(self) -> None:
        super().__init__()
        self.buckets: list[str] = []
        self.queues: list[str] = []
        self.namespaces: dict[str, str] = {}
        self.scripts: dict[str, dict[str, Any]] = {}
        self.consumers: dict[str, list[dict[str, Any]]] = {}
        self.values: dict[str, dict[str, str]] = {}
        """What was put into each namespace, by its id."""
        self.forbidden: set[tuple[str, str]] = set()
        """Methods and path ends that the token may not use."""
        # Method and path below the account; the groups are the function's arguments after the request.
        self._routes: list[tuple[str, str, Callable[..., Answer]]] = [
            ("POST", r"r2/buckets", self._create_bucket),
            ("GET", r"r2/buckets/([^/]+)", self._bucket),
            ("GET", r"queues", self._list_queues),
            ("POST", r"queues", self._create_queue),
            ("GET", r"queues/([^/]+)/consumers", self._list_consumers),
            ("POST", r"queues/([^/]+)/consumers", self._add_consumer),
            ("GET", r"storage/kv/namespaces", self._list_namespaces),
            ("POST", r"storage/kv/namespaces", self._create_namespace),
            ("PUT", r"storage/kv/namespaces/([^/]+)/bulk", self._put_values),
            ("GET", r"workers/subdomain", lambda _: envelope({"subdomain": "stub"})),
            ("GET", r"workers/services/([^/]+)", self._service),
            ("PUT", r"workers/scripts/([^/]+)", self._upload),
            ("POST", r"workers/scripts/([^/]+)/versions", self._upload_version),
            (".*", r"workers/(?:scripts|workers)/([^/]+)/?(.*)", self._script_part),
        ]

    def environment(self) -> dict[str, str]:
        """Return the variables that make wrangler talk to this stub."""
        return {
            "CLOUDFLARE_API_BASE_URL": self.url,
            "CLOUDFLARE_API_TOKEN": TOKEN,
            "CLOUDFLARE_ACCOUNT_ID": ACCOUNT,
        }

    def writes(self) -> list[str]:
        """Return what was asked for besides reading."""
        return [f"{request.method} {request.path}" for request in self.requests if request.method != "GET"]

    def respond(self, request: Recorded) -> Answer:
        if request.header("authorization") != f"Bearer {TOKEN}":
            return FORBIDDEN
        if any(request.method == method and request.path.endswith(end) for method, end in self.forbidden):
            return FORBIDDEN
        if request.method == "GET" and request.path == "/zones":
            return envelope([{"id": "zone-1", "name": request.query["name"][0]}])
        if request.method == "GET" and request.path == "/zones/zone-1/workers/routes":
            return envelope([])
        for method, path, answer in self._routes:
            match = re.fullmatch(f"/accounts/{ACCOUNT}/{path}", request.path)
            if match and re.fullmatch(method, request.method):
                return answer(request, *match.groups())
        return super().respond(request)

    def _create_bucket(self, request: Recorded) -> Answer:
        name = request.json()["name"]
        if name in self.buckets:
            return refusal(409, 10004, "The bucket you tried to create already exists, and you own it.")
        self.buckets.append(name)
        return envelope({"name": name, "location": "WEUR", "storage_class": "Standard"})

    def _bucket(self, _: Recorded, name: str) -> Answer:
        if name not in self.buckets:
            return refusal(404, 10006, "The specified bucket does not exist.")
        return envelope({"name": name})

    def _queue(self, name: str) -> dict[str, Any]:
        consumers = self.consumers.get(f"id-of-{name}", [])
        counts = {"producers_total_count": 0, "consumers_total_count": len(consumers)}
        return {
            "queue_id": f"id-of-{name}",
            "queue_name": name,
            "producers": [],
            "consumers": consumers,
            **counts,
        }

    def _list_queues(self, request: Recorded) -> Answer:
        wanted = request.query.get("name", self.queues)
        return envelope([self._queue(name) for name in self.queues if name in wanted])

    def _create_queue(self, request: Recorded) -> Answer:
        name = request.json()["queue_name"]
        if name in self.queues:
            return refusal(409, 11009, f"Queue name '{name}' is already taken.")
        self.queues.append(name)
        return envelope(self._queue(name))

    def _list_consumers(self, _: Recorded, queue_id: str) -> Answer:
        return envelope(self.consumers.get(queue_id, []))

    def _add_consumer(self, request: Recorded, queue_id: str) -> Answer:
        self.consumers.setdefault(queue_id, []).append(request.json())
        return envelope(request.json())

    def _list_namespaces(self, request: Recorded) -> Answer:
        page = int(request.query.get("page", ["1"])[0])
        every = [{"id": value, "title": title} for title, value in sorted(self.namespaces.items())]
        listed = every if page == 1 else []
        return envelope(listed, page=page, per_page=1000, count=len(listed), total_count=len(every))

    def _create_namespace(self, request: Recorded) -> Answer:
        title = request.json()["title"]
        if title in self.namespaces:
            return refusal(400, 10014, "a namespace with this account ID and title already exists")
        self.namespaces[title] = f"{len(self.namespaces) + 1:x}".rjust(32, "a")
        return envelope({"id": self.namespaces[title], "title": title})

    def _put_values(self, request: Recorded, namespace: str) -> Answer:
        pairs = {pair["key"]: pair["value"] for pair in request.json()}
        self.values.setdefault(namespace, {}).update(pairs)
        return envelope({"successful_key_count": len(pairs), "unsuccessful_keys": []})

    def _service(self, _: Recorded, name: str) -> Answer:
        if name not in self.scripts:
            return refusal(404, 10090, "This Worker does not exist on your account.")
        script = {"last_deployed_from": "wrangler", "tag": f"tag-of-{name}"}
        if self.scripts[name]["migration_tag"]:
            script["migration_tag"] = self.scripts[name]["migration_tag"]
        return envelope({"default_environment": {"script": script}})

    def _upload(self, request: Recorded, name: str) -> Answer:
        parts = {part.name: part.content for part in request.multipart()}
        metadata = json.loads(parts.pop("metadata"))
        before = self.scripts.get(name, {}).get("migration_tag")
        migrations = metadata.get("migrations", {})
        if migrations.get("old_tag") != before and migrations:
            return refusal(412, 10079, "Migration tag precondition failed.")
        tag = migrations.get("new_tag", before)
        self.scripts[name] = {"metadata": metadata, "modules": sorted(parts), "migration_tag": tag}
        return envelope({"id": name, "etag": "1", "startup_time_ms": 300, "deployment_id": "1"})

    def _upload_version(self, request: Recorded, name: str) -> Answer:
        if name not in self.scripts:
            return NO_SUCH_WORKER
        self._upload(request, name)
        return envelope({"id": "version-2", "startup_time_ms": 300, "resources": {"script": {"etag": "2"}}})

    def _script_part(self, request: Recorded, name: str, part: str) -> Answer:
        if name not in self.scripts:
            return NO_SUCH_WORKER
        if request.method in ("PUT", "PATCH"):
            return envelope(request.json())
        answers: dict[str, Any] = {
            "": {"id": name, "name": name, "subdomain": {"enabled": False, "previews_enabled": False}},
            "deployments": {"deployments": []},
            "settings": {"bindings": self.scripts[name]["metadata"]["bindings"]},
            "subdomain": {"enabled": False, "previews_enabled": False},
        }
        return envelope(answers.get(part, []))
