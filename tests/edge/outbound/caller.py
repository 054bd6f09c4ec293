"""Sends what a test describes through the AsyncDriver over `fetch` and tells what came of it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from urllib.parse import urlsplit

import httpx

from ai_safety_scanner import Endpoint, async_scan, upload_steps
from gif import choose_stills
from link_safety import (
    WIDELY_IMITATED,
    ProtectedNames,
    SafeBrowsingEndpoint,
    compile_shards,
    find_listed,
    host_findings,
    threat_lookup_calls,
)
from outbound import Call, CallFailed, HttpRequest, RetryPolicy
from outbound.drivers import AsyncDriver
from runtime.http_transport import FetchTransport, fetch_driver
from workers import Response, WorkerEntrypoint

DRIVER = fetch_driver()


class Waits:
    """Stands in for sleep and keeps how long it was asked to."""

    def __init__(self):
        self.asked = []

    async def __call__(self, seconds):
        self.asked.append(seconds)


def _driver(sleep):
    client = httpx.AsyncClient(transport=FetchTransport(), trust_env=False, follow_redirects=False)
    return AsyncDriver(client, sleep=sleep)


async def send(job):
    """Send one call."""
    waits = Waits()
    driver = DRIVER if job.get("shared") else _driver(waits)
    body = base64.b64decode(job.get("body", ""))
    headers = tuple(map(tuple, job.get("headers", ())))
    request = HttpRequest(job.get("method", "GET"), job["url"], headers, body, job.get("timeout", 60))
    call = Call(request, lambda response: response, RetryPolicy(**job.get("retry", {"max_retries": 0})))
    try:
        answer = await driver.send(call)
    except CallFailed as error:
        return {"failed": str(error), "reach": error.reach.value, "waits": waits.asked}
    found = {"status": answer.status, "headers": answer.headers, "size": len(answer.body)}
    return {**found, "body": base64.b64encode(answer.body[:1000]).decode(), "waits": waits.asked}


async def cancel(job):
    """Begin a call and give it up half-way."""
    task = asyncio.ensure_future(send(job))
    await asyncio.sleep(job["cancel_after"])
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return {"cancelled": True}
    return {"cancelled": False}


async def give_up(job):
    """Give a call up by the way asked for, and live on until another server has answered."""
    came = await (cancel if "cancel_after" in job else send)(job)
    return came, base64.b64decode((await send({"url": job["gate"]}))["body"]).decode()


async def bare(job):
    """Read an answer through httpx alone."""
    client = httpx.AsyncClient(transport=FetchTransport(), timeout=job["timeout"])
    try:
        return {"status": (await client.get(job["url"])).status_code}
    except httpx.HTTPError as error:
        return {"raised": type(error).__name__}


async def together(job):
    """Send several calls at once over the driver of the isolate."""
    return await asyncio.gather(*map(send, job["jobs"]))


async def scan(job):
    """Scan an upload as the moderator does."""
    driver = _driver(Waits())
    picture = base64.b64decode(job["file"]) if job.get("file") else None
    endpoint = Endpoint("sk-test-0123456789", job["base_url"], job.get("timeout", 60))
    steps = upload_steps(endpoint, (lambda: picture) if picture else None, job.get("title", ""))
    results = await async_scan(driver, steps)
    return {
        kind: {
            "is_safe": result.is_safe,
            "flagged": sorted(result.categories_flagged),
            "confidence": result.confidence,
            "error": result.metadata.get("error"),
            "frames": result.metadata.get("frames_scanned"),
        }
        for kind, result in results.items()
    }


async def stills(job):
    """Choose the frames of a file."""
    found = choose_stills(base64.b64decode(job["file"]), job["limit"], job["max_side"])
    return [[still.index, hashlib.sha256(still.picture.rgb).hexdigest()] for still in found]


async def links(job):
    """Look at a link's host, and ask Safe Browsing about the link."""
    host = urlsplit(job["url"]).hostname
    odd = host_findings(host, ProtectedNames(WIDELY_IMITATED))
    listed = await find_listed(host, lambda key: _value(compile_shards(job["list"].encode())[key]))
    endpoint = SafeBrowsingEndpoint(job["key"], job["base_url"])
    threats = [one for call in threat_lookup_calls(endpoint, [job["url"]]) for one in await DRIVER.send(call)]
    return {
        "odd": [[finding.code, finding.resembles] for finding in odd],
        "listed": listed and listed.domain,
        "threats": [kind for threat in threats for kind in threat.kinds],
    }


async def _value(value):
    return value


ACTS = {
    "send": send,
    "bare": bare,
    "cancel": cancel,
    "give_up": give_up,
    "together": together,
    "scan": scan,
    "stills": stills,
    "links": links,
}


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        job = json.loads(await request.text())
        return Response(json.dumps(await ACTS[job["act"]](job)))
