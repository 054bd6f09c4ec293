"""Prove a deployment's moderation ledger: `ADMIN_TOKEN=… python tools/verify_ledger.py URL [FILE]`.

FILE keeps a checkpoint outside of the deployment: the proof includes it if it is there, and a good proof puts
a new one in its place. Exits 0 for a ledger that proves, 1 for a broken one, 2 where nobody could tell.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

PROVED, BROKEN, UNKNOWN = 0, 1, 2
TOKEN = "ADMIN_TOKEN"  # noqa: S105 - the name of a variable
TIMEOUT_SECONDS = 120
NOTHING_TO_SIGN = ("empty_ledger", "no_ledger_key")

_LEDGER = "/api/v1/moderation/ledger"


class UnansweredError(Exception):
    """The deployment did not answer the question; `code` is its own, if it gave one."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


def main(arguments: list[str]) -> int:
    """Print the proof; return the exit status."""
    if len(arguments) not in (1, 2):
        print("usage: ADMIN_TOKEN=… python tools/verify_ledger.py URL [FILE]", file=sys.stderr)
        return UNKNOWN
    base_url, *files = arguments
    token = os.environ.get(TOKEN, "")
    try:
        return _verify(base_url.rstrip("/"), token, Path(files[0]) if files else None)
    except (UnansweredError, OSError, ValueError) as error:
        print(f"not verified: {error}", file=sys.stderr)
        return UNKNOWN


def _verify(base_url: str, token: str, kept: Path | None) -> int:
    checkpoint = json.loads(kept.read_text()) if kept and kept.exists() else None
    proof = _post(f"{base_url}{_LEDGER}/verify", token, {"checkpoint": checkpoint})
    if not proof["ok"]:
        place = "" if proof["broken_seq"] is None else f" at record {proof['broken_seq']}"
        row = f" ({proof['row']})" if proof["row"] else ""
        print(f"broken{place}: {proof['problem']}{row}; {proof['records']} records before it prove")
        return BROKEN
    print(f"{proof['records']} records prove, {proof['signed_seq']} of them under a signature")
    if kept:
        _keep(base_url, token, kept)
    return PROVED


def _keep(base_url: str, token: str, kept: Path) -> None:
    try:
        made = _post(f"{base_url}{_LEDGER}/checkpoints", token, {})
    except UnansweredError as error:
        if error.code not in NOTHING_TO_SIGN:
            raise
        print(f"no checkpoint kept: {error}")
        return
    beside = kept.with_name(f"{kept.name}.new")
    beside.write_text(json.dumps(made) + "\n")
    beside.replace(kept)
    print(f"checkpoint of record {made['seq']} kept in {kept}")


def _post(url: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
    if not url.startswith(("https://", "http://")):
        raise UnansweredError(f"{url} is no web address")
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - the same
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        raise _unanswered(error) from error


def _unanswered(error: urllib.error.HTTPError) -> UnansweredError:
    with error:
        try:
            problem = json.load(error)
            return UnansweredError(f"{error.code}: {problem['detail']}", str(problem["code"]))
        except (ValueError, KeyError, TypeError):
            return UnansweredError(f"{error.code} without a reason that can be read")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
