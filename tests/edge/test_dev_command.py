"""`npm run dev` as a user meets it."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from tests.harness.local_edge import ONE_REQUEST_A_CONNECTION, ROOT, WAIT_SECONDS, eventually

FAILED_TOKENS = 20
"""How many guesses an address has: docs/limits.md."""
CHECKOUT_FILES = (
    "package.json",
    "package-lock.json",
    "pylock.toml",
    "pyproject.toml",
    "requirements.txt",
    "requirements-dev.txt",
)


class Dev:
    """One run of the command in a process group of its own, as a terminal would start it."""

    def __init__(self, *arguments: str, checkout: Path = ROOT, **environment: str) -> None:
        self.process = subprocess.Popen(
            ["npm", "run", "dev", "--", *arguments],
            cwd=checkout,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line.rstrip())

    def wait_for(self, start: str) -> str:
        while True:
            line = self.lines.get(timeout=WAIT_SECONDS)
            if line.startswith(start):
                return line

    def interrupt(self) -> int:
        """Press Ctrl-C: the terminal tells the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.end()

    def terminate(self) -> int:
        """Tell npm alone, as a supervisor would."""
        self.process.terminate()
        return self.end()

    def end(self) -> int:
        status = self.process.wait(WAIT_SECONDS)
        self._reader.join(WAIT_SECONDS)
        assert self.process.stdout
        self.process.stdout.close()
        return status

    def group_is_empty(self) -> bool:
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        return False


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of its own, set up like ours, for a test that changes a source file."""
    for folder in ("src", "durable_objects", "workers", "tools", "local"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (*(ROOT / name for name in CHECKOUT_FILES), *ROOT.glob("wrangler*.toml")):
        shutil.copyfile(file, tmp_path / file.name)
    for folder in (".cache", ".venv", "node_modules", "python_modules"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    return tmp_path


def test_it_serves_on_one_port_reloads_and_leaves_nothing_behind(port: int, checkout: Path) -> None:
    touched = checkout / "src" / "http_api" / "routers" / "health.py"
    dev = Dev("--port", str(port), "--in-memory", checkout=checkout, ADMIN_TOKEN="given-by-the-test")
    try:
        assert dev.wait_for("ready ") == f"ready http://127.0.0.1:{port}"
        assert dev.wait_for("operator token:") == "operator token: given-by-the-test"
        origin = f"http://127.0.0.1:{port}"
        with _client(origin) as client:
            answer = client.post(
                "/api/v1/links",
                json={"target": "https://example.com/"},
                headers={"authorization": "Bearer given-by-the-test"},
            )
            assert answer.json()["short_url"].startswith(f"{origin}/s/")
            assert client.get(f"/s/{answer.json()['code']}").status_code == 302
            assert client.get("/healthz").json()["status"] == "healthy"
            guesses = [_guess(client, f"203.0.113.{place}") for place in range(FAILED_TOKENS + 1)]
            assert guesses == [401] * FAILED_TOKENS + [429], "an address that a client names is not believed"
            touched.write_text(touched.read_text().replace('"healthy"', '"reloaded"'))
            dev.wait_for("reloaded in")
            assert client.get("/healthz").json()["status"] == "reloaded"
    finally:
        status = dev.interrupt()
    assert status == 0
    assert eventually(dev.group_is_empty)


def _client(origin: str, headers: dict[str, str] | None = None) -> httpx.Client:
    limits = ONE_REQUEST_A_CONNECTION
    return httpx.Client(
        base_url=origin, headers=headers, trust_env=False, timeout=WAIT_SECONDS, limits=limits
    )


def _guess(client: httpx.Client, address: str) -> int:
    headers = {"authorization": "Bearer wrong", "cf-connecting-ip": address}
    return client.get("/api/v1/links", headers=headers).status_code


def test_all_of_moderation_can_be_seen(port: int, checkout: Path) -> None:
    """What an operator has elsewhere: crons, a signed ledger, a block-list, an address in front, settings."""
    arguments = ("--port", str(port), "--in-memory", "--sweep-every", "1")
    front = {"PUBLIC_BASE_URL": "https://tunnel.example", "APPEAL_CONTACT": "appeals@example.com"}
    dev = Dev(*arguments, checkout=checkout, ADMIN_TOKEN="given-by-the-test", **front)
    headers = {"authorization": "Bearer given-by-the-test"}
    try:
        dev.wait_for("ready ")
        with _client(f"http://127.0.0.1:{port}", headers) as client:
            (checkout / "list.txt").write_text("phish.example\n")
            load = [sys.executable, "tools/blocklist.py", "list.txt"]
            subprocess.run(load, cwd=checkout, check=True, capture_output=True)
            dev.wait_for("block-list loaded")
            made = client.post("/api/v1/links", json={"target": "https://www.phish.example/"}).json()
            assert made["short_url"] == f"https://tunnel.example/s/{made['code']}"
            page = eventually(lambda: _refused(client.get(f"/s/{made['code']}")))
            assert "appeals@example.com" in page.text
            while '"checkpoint"' not in (line := dev.wait_for('{"level"')) or '"signed": false' in line:
                pass
            assert client.get("/cdn-cgi/handler/scheduled?cron=*/5+*+*+*+*").text == "ok"
            proof = client.post("/api/v1/moderation/ledger/verify", json={}).json()
            assert (proof["ok"], proof["signed_seq"] > 0) == (True, True)
    finally:
        assert dev.interrupt() == 0


def _refused(answer: httpx.Response) -> httpx.Response | None:
    return answer if answer.status_code == 451 else None


def test_a_number_that_is_none_is_named_in_one_sentence() -> None:
    dev = Dev("--in-memory", "--sweep-every", "often")
    assert dev.wait_for("often") == "often is no number of seconds"
    assert dev.end() == 1


def test_a_signal_to_npm_alone_stops_everything_too(port: int) -> None:
    dev = Dev("--port", str(port), "--in-memory")
    dev.wait_for("ready ")
    assert dev.terminate() == 0
    assert eventually(dev.group_is_empty)


def test_a_taken_port_is_named_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        dev = Dev("--port", str(server.getsockname()[1]), "--in-memory")
        assert "is taken; choose another with" in dev.wait_for("port ")
        assert dev.process.wait(WAIT_SECONDS) == 1
        dev._reader.join(WAIT_SECONDS)
        assert dev.process.stdout
        dev.process.stdout.close()
