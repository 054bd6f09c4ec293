"""The Worker of the conformance suite: each path shows one behaviour of the runtime."""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import socket
import sys
import uuid

import at_import
import js
import pydantic_core
from pyodide.ffi import run_sync, to_js

from workers import DurableObject, Request, Response, WorkerEntrypoint, fetch, waitUntil


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        name = js.URL.new(request.url).pathname.strip("/").replace("-", "_")
        result = await getattr(self, f"_{name}")(request)
        return result if isinstance(result, Response) else Response(json.dumps(result))

    async def _places(self, _request):
        writable = False
        try:
            with open(__file__, "a"):
                writable = True
        except OSError:
            pass
        return {"path": sys.path, "main": __file__, "writable": writable, "cwd": os.getcwd()}

    async def _version(self, _request):
        return list(sys.version_info[:3])

    async def _request_type(self, request):
        return isinstance(request, Request)

    async def _imports(self, _request):
        return {"notes": at_import.NOTES, "time": at_import.TIME}

    async def _entropy_now(self, _request):
        return [
            random.random(),
            random.Random().random(),
            secrets.token_hex(4),
            str(uuid.uuid4()),
            os.urandom(4).hex(),
        ]

    async def _run_sync(self, _request):
        return run_sync(asyncio.sleep(0, "slept"))

    async def _outlive(self, request):
        way = js.URL.new(request.url).searchParams.get("way")
        start = {"ctx": self.ctx.waitUntil, "workers": waitUntil, "task": asyncio.create_task}[way]
        start(self._note_later(way))
        return "answered"

    async def _socket(self, request):
        port = int(js.URL.new(request.url).searchParams.get("port"))
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"ping")
            return connection.recv(16).decode()

    async def _note_later(self, key):
        await asyncio.sleep(0.05)
        await self.env.NOTES.put(key, "done")

    async def _rpc_dict(self, _request):
        return await self.env.SELF.give_dict()

    async def _rpc_tuple(self, _request):
        return await self._failure(self.env.SELF.give_tuple())

    async def _rpc_surplus(self, _request):
        return await self._failure(self.env.SELF.give_dict(1, 2))

    async def _rpc_values(self, _request):
        return await self.env.SELF.describe({"a": [1, None, {"b": 2.5}]}, b"\x00\xff", None)

    async def _failure(self, call):
        try:
            return {"value": await call}
        except Exception as error:
            return {"error": str(error)}

    async def _fetch(self, request):
        target = js.URL.new(request.url).searchParams.get("url")
        response = await fetch(target)
        return await response.text()

    async def _pth(self, _request):
        return {
            "cloudflare": "_cloudflare" in sys.modules,
            "patches": "_workers_sdk_package_patches" in sys.modules,
            "pydantic_core": pydantic_core.__version__,
        }

    async def _boom(self, _request):
        raise RuntimeError("the handler fails on purpose")

    async def _exit(self, _request):
        sys.exit(3)

    async def _isolate(self, _request):
        Default.requests = getattr(Default, "requests", 0) + 1
        return Default.requests

    async def _thread(self, _request):
        import threading

        try:
            threading.Thread(target=print).start()
        except RuntimeError as error:
            return str(error)

    async def _eval(self, _request):
        try:
            return js.eval("1 + 1")
        except Exception as error:
            return type(error).__name__

    async def _pbkdf2(self, request):
        iterations = int(js.URL.new(request.url).searchParams.get("iterations"))
        subtle = js.crypto.subtle
        key = await subtle.importKey("raw", to_js(b"secret"), "PBKDF2", False, to_js(["deriveBits"]))
        options = {"name": "PBKDF2", "hash": "SHA-256", "salt": to_js(b"salt"), "iterations": iterations}
        try:
            bits = await subtle.deriveBits(to_js(options, dict_converter=js.Object.fromEntries), key, 256)
        except Exception as error:
            return {"error": str(error)}
        return {"bytes": bits.byteLength}

    async def _kv_twice(self, _request):
        await self.env.NOTES.put("once", "1")
        return await self._failure(self.env.NOTES.put("once", "2"))

    async def _object(self, request):
        method = js.URL.new(request.url).searchParams.get("method")
        return await self._failure(getattr(self.env.PROBE_OBJECT.getByName("one"), method)())

    async def _hold(self, request):
        """Keep memory until the isolate ends."""
        megabytes = int(js.URL.new(request.url).searchParams.get("megabytes"))
        Default.held = bytearray(megabytes * 1024 * 1024)
        return len(Default.held)

    async def give_dict(self):
        return {"list": [1, "two", None], "nested": {"deep": True}}

    async def give_tuple(self):
        return (1, 2)

    async def describe(self, *values):
        return [type(value).__name__ for value in values] + [json.dumps(values[0])]

    async def queue(self, batch, env, ctx):
        for message in batch.messages:
            body = message.body
            await self.env.NOTES.put(f"queue:{body['id']}", run_sync(asyncio.sleep(0, "queued")))
            if body.get("retry"):
                message.retry()
            else:
                message.ack()

    async def scheduled(self, controller, env, ctx):
        await self.env.NOTES.put("scheduled", run_sync(asyncio.sleep(0, controller.cron)))


class ProbeObject(DurableObject):
    async def set_alarm(self):
        await self.ctx.storage.setAlarm(js.Date.now() + 1)
        return "set"

    async def alarm(self):
        await self.env.NOTES.put("alarm", run_sync(asyncio.sleep(0, "rang")))

    async def sync_inside(self):
        return run_sync(asyncio.sleep(0, "in object"))

    async def fail(self):
        raise KeyError("lost class")
