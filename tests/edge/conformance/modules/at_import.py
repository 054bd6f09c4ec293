"""What happens to each operation at global scope, noted while this module is imported."""

from __future__ import annotations

import os
import random
import secrets
import socket
import time
import uuid
from collections.abc import Callable
from typing import Any


def attempt(operation: Callable[[], Any]) -> str:
    try:
        return f"returned {operation()!r}"
    except BaseException as error:
        return f"raised {type(error).__name__}"


def _timer() -> None:
    import js

    js.setTimeout(lambda: None, 10)


def _connect() -> None:
    with socket.socket() as connection:
        connection.connect(("127.0.0.1", 9))


NOTES = {
    "random.random": attempt(random.random),
    "random.Random": attempt(random.Random),
    "random.Random(1)": attempt(lambda: random.Random(1).randint(0, 1 << 30)),
    "secrets.token_hex": attempt(secrets.token_hex),
    "uuid.uuid4": attempt(uuid.uuid4),
    "os.urandom": attempt(lambda: os.urandom(4)),
    "socket.connect": attempt(_connect),
    "timer": attempt(_timer),
}
TIME = time.time()
