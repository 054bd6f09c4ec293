"""The local edge as a test sees it: one engine process, its URLs and its control channel."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "node_modules" / ".bin" / ("node.cmd" if os.name == "nt" else "node")
PRODUCT_CONFIGS = [
    str(ROOT / name)
    for name in ("wrangler.objects.toml", "wrangler.toml", "wrangler.api.toml", "wrangler.moderator.toml")
]
ADMIN_TOKEN = "operator-token-of-the-tests"
VARS = {
    "ADMIN_TOKEN": ADMIN_TOKEN,
    "LINK_PEPPER": "pepper-of-the-tests",
    "SIGNING_SECRET": "signing-secret-of-the-tests",
    "LEDGER_KEY": "key-of-the-ledger-of-the-tests",
    "PREVIOUS_SIGNING_KEYS": json.dumps({"k0": "earlier-signing-secret-of-the-tests"}),
    # What a test would otherwise wait for: clicks in an isolate, and what it remembers of links and assets.
    "FLUSH_MS": "200",
    "REMEMBER_SECONDS": "2",
    # All tests send one token; what an API limit does is tested with addresses instead.
    "RATE_LIMITS": json.dumps({"api_token": {"requests_per_window": 1_000_000}}),
}
WAIT_SECONDS = 120
"""How long to wait for something that should happen at once; generous because machines are shared."""


def _scratch_home() -> Path | None:
    """Return where state that nobody keeps lies: in memory where there is room, else where it usually does.

    Every new object syncs its files; on a busy disk that is most of the time of a test with many.
    """
    in_memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    has_room = os.access(in_memory, os.W_OK) and shutil.disk_usage(in_memory).free >= SCRATCH_BYTES
    return in_memory if has_room else None


SCRATCH_BYTES = 4 * 1024**3


class LocalEdgeError(Exception):
    """The engine refused an operation or did not start; the message is its own."""


NOT_MODERATED = {"gif-distributor-moderation": False}
"""Tests that are not about moderation decide themselves: nobody else shall decide meanwhile."""

ONE_REQUEST_A_CONNECTION = httpx.Limits(max_keepalive_connections=0)
"""A kept connection is lost after a handler that computes for five seconds (docs/local-edge.md)."""


class LocalEdge:
    """Starts the engine and talks to it. `options` are those of `local/engine.mjs`.

    Unless `queues` says otherwise, what is sent to moderation lies in its queue.
    """

    def __init__(self, **options: Any) -> None:
        given = {"configs": PRODUCT_CONFIGS, "queues": NOT_MODERATED}
        self.options = {**given, "vars": VARS | options.pop("vars", {}), **options}
        self.http = httpx.Client(
            timeout=WAIT_SECONDS, trust_env=False, follow_redirects=False, limits=ONE_REQUEST_A_CONNECTION
        )
        self._scratch = tempfile.mkdtemp(prefix="gif-distributor-", dir=_scratch_home())
        self._start()

    def _start(self) -> None:
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "TMPDIR": self._scratch,
        }
        self._process = subprocess.Popen(
            [str(NODE), "local/serve.mjs", json.dumps(self.options)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        assert self._process.stderr
        self._stderr: deque[str] = deque(maxlen=400)
        self._reader = threading.Thread(target=self._stderr.extend, args=(self._process.stderr,), daemon=True)
        self._reader.start()
        line = next((said for said in self._process.stdout if said.startswith("{")), "")
        if not line:
            self._process.wait(WAIT_SECONDS)
            self._reader.join(WAIT_SECONDS)
            self._close_pipes()
            raise LocalEdgeError("".join(self._stderr))
        self.ready: dict[str, Any] = json.loads(line)
        self.urls: dict[str, str] = {name: url.rstrip("/") for name, url in self.ready["urls"].items()}
        self.front = self.ready["front"].rstrip("/")

    def control(self, operation: str, **request: Any) -> Any:
        """Ask the engine over its control channel; raise LocalEdgeError with its words."""
        answer = self.http.post(f"{self.ready['control']}/{operation}", json=request).json()
        if "error" in answer:
            raise LocalEdgeError(answer["error"])
        return answer["value"]

    def reset(self) -> None:
        """Forget all keys, objects and logs."""
        self.control("reset")

    def logs(self) -> list[str]:
        """Take the lines the Workers printed since the last call."""
        return list(self.control("logs"))

    def tracebacks(self, lines: list[str]) -> list[str]:
        """Return the Python tracebacks among log lines."""
        return [
            json.loads(line.removeprefix("@@trace "))["trace"]
            for line in lines
            if line.startswith("@@trace ")
        ]

    def request(self, worker: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request straight to a Worker."""
        return self.http.request(method, self.urls[worker] + path, **options)

    def get(self, worker: str, path: str, **options: Any) -> httpx.Response:
        """GET straight from a Worker."""
        return self.request(worker, "GET", path, **options)

    def kv(self, namespace: str, method: str, *args: Any) -> Any:
        """Call a KV namespace: get, put, delete, list."""
        return self.control("kv", namespace=namespace, method=method, args=args)

    def r2_put(self, bucket: str, key: str, body: bytes, **options: Any) -> Any:
        """Store an R2 object."""
        encoded = base64.b64encode(body).decode()
        return self.control("r2", bucket=bucket, method="put", key=key, body=encoded, options=options)

    def r2_get(self, bucket: str, key: str) -> bytes | None:
        """Return an R2 object's bytes, or None."""
        answer = self.control("r2", bucket=bucket, method="get", key=key)
        return None if answer is None else base64.b64decode(answer["body"])

    def sql(self, cls: str, name: str, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        """Run a statement on the storage of a Durable Object."""
        return list(self.control("sql", cls=cls, name=name, sql=statement, parameters=parameters))

    def object(self, cls: str, name: str, method: str, *args: Any) -> Any:
        """Call a method of a Durable Object as a Worker would."""
        return self.control("object", cls=cls, name=name, method=method, args=args)

    def faults(self, worker: str, *faults: dict[str, Any]) -> None:
        """Let calls of a Worker's bindings fail (see `local/guest/faults.mjs`); needs the option `faults`."""
        self.control("faults", worker=worker, faults=faults)

    def faults_met(self, worker: str) -> list[str]:
        """Return the calls of a Worker that failed since `faults`, one that hangs too."""
        return list(self.control("faults-met", worker=worker))

    def queue(self, worker: str, queue: str, *bodies: Any) -> dict[str, Any]:
        """Deliver one batch to a consumer and return what became of each message."""
        messages = [{"body": body} for body in bodies]
        return dict(self.control("queue", worker=worker, queue=queue, messages=messages))

    def scheduled(self, worker: str, cron: str) -> dict[str, Any]:
        """Run a cron handler."""
        return dict(self.control("scheduled", worker=worker, cron=cron))

    def memory(self) -> dict[str, dict[str, int]]:
        """Return the memory of each isolate; needs the option `inspect`."""
        return dict(self.control("memory"))

    def check_memory(self, limit_bytes: int) -> None:
        """Assert that every isolate's heap and wasm memory stay within the limit."""
        report = self.memory()
        assert all(one["totalBytes"] <= limit_bytes for one in report.values()), report

    def coverage(self) -> dict[str, set[int]]:
        """Return the lines that ran inside the Workers, by file; needs the option `coverage`."""
        lines: dict[str, set[int]] = {}
        for boot in self.ready["boots"]:
            for file, numbers in self.control("coverage", worker=boot["worker"]).items():
                lines.setdefault(file, set()).update(int(number) for number in numbers)
        return lines

    def kill(self) -> None:
        """End the engine and workerd with SIGKILL, as a lost machine would."""
        for pid in (self._process.pid, *self.ready["workerd"]):
            os.kill(pid, signal.SIGKILL)
        self._process.wait(WAIT_SECONDS)
        self._close_pipes()

    def restart(self) -> None:
        """Start again on the same state, after `kill`."""
        self._start()

    def close(self) -> None:
        """Stop cleanly."""
        if self._process.poll() is None:
            assert self._process.stdin
            self._process.stdin.close()
            self._process.wait(WAIT_SECONDS)
        self._close_pipes()
        self.http.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _close_pipes(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe and not pipe.closed:
                pipe.close()


def eventually(probe: Any, *, within: float = WAIT_SECONDS) -> Any:
    """Return the first true value of `probe()`; raise AssertionError when none comes."""
    deadline = time.monotonic() + within
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("what was waited for did not happen")
        time.sleep(0.05)
