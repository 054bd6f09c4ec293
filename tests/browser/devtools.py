"""Chromium over its DevTools pipe, with nothing but the standard library.

The pipe is the two file descriptors 3 and 4, on which JSON messages end with a zero byte.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROGRAM = "chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--remote-debugging-pipe",
    # Frames of other sites get processes of their own, as they do on a desktop with memory to spare.
    "--site-per-process",
    # Nothing but this machine is there, so that no test depends on the network.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
ANSWER_SECONDS = 120
"""How long to wait for an answer that comes at once on a machine that is not busy."""
_FIRST_FREE = 10
_LAUNCH = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""

Event = dict[str, Any]


class DevToolsError(Exception):
    """Chromium refused a command or did not answer; the message is its own."""


class DevTools:
    """One Chromium process. `listeners` are told of each event of a session, as it is read."""

    def __init__(self, profile: Path) -> None:
        self.listeners: dict[str, Callable[[Event], None]] = {}
        self._numbers = itertools.count(1)
        self._unread = b""
        self._answers: dict[int, Event] = {}
        theirs_in, self._write = _pipe()
        self._read, theirs_out = _pipe()
        command = [PROGRAM, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _LAUNCH, str(theirs_in), str(theirs_out), *command],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)

    def ask(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result; raise DevToolsError."""
        number = self.tell(method, session, **parameters)
        deadline = time.monotonic() + ANSWER_SECONDS
        while number not in self._answers:
            self._receive(deadline, method)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise DevToolsError(f"{method}: {answer['error']['message']}")
        return dict(answer["result"])

    def tell(self, method: str, session: str | None = None, **parameters: Any) -> int:
        """Send a command and return its number; for listeners, which must not wait."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        self._send(json.dumps(message).encode() + b"\0")
        return number

    def close(self) -> None:
        """Have Chromium end itself, and end it if it does not."""
        try:
            self.tell("Browser.close")
            self._process.wait(ANSWER_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait(ANSWER_SECONDS)
        finally:
            os.close(self._write)
            os.close(self._read)

    def _send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._write, data) :]

    def _receive(self, deadline: float, waiting_for: str) -> None:
        """Read what has arrived, waiting for it; tell the listeners and keep the answers."""
        ready, _, _ = select.select([self._read], [], [], max(0.0, deadline - time.monotonic()))
        received = os.read(self._read, 1 << 20) if ready else b""
        if not received:
            raise DevToolsError(f"{waiting_for}: Chromium {'ended' if ready else 'does not answer'}")
        *messages, self._unread = (self._unread + received).split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self._answers[message["id"]] = message
            elif listener := self.listeners.get(message.get("sessionId", "")):
                listener(message)


def _pipe() -> tuple[int, int]:
    """Return the two ends of a pipe, out of the way of the numbers that Chromium wants."""
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
