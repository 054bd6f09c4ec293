"""The consumers of the moderation queue and of its dead letters."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from ai_safety_scanner.isolate import MAX_FILE_BYTES
from link_safety import ThreatCache
from moderating.enforcing import Enforcement
from moderating.errors import MessageError
from moderating.flow import Moderation, give_up, moderate
from moderating.looking import WAIT_SECONDS, LookPorts, look
from moderating.settings import DEFAULTS, read_settings
from resilience.backoff import backoff_seconds
from runtime.asset_owners import AssetOwners, EdgeCopies
from runtime.http_transport import fetch_driver
from runtime.ledger_calls import Ledger
from runtime.object_calls import answer_of
from runtime.owners import ShortLinkOwners
from runtime.queues import QueueMessages

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderating.content import Content
    from moderating.looking import Look

FIRST_DELAY_SECONDS = 10
MOST_DELAY_SECONDS = 600
MOST_DEAD_DELAY_SECONDS = 3_600
MAX_FIRST_DELAY_SECONDS = 3_600
UNUSED = "none"
"""What the secret of a service says that is not used: a secret cannot be empty."""


class MisconfiguredError(Exception):
    """A variable makes no sense; the words name it."""


class Moderator:
    """What one isolate keeps for looking: its ports, its settings, and what it knows of threats."""

    def __init__(self, env: Any) -> None:  # noqa: ANN401 - the bindings
        self._settings = read_settings(_variables(env))
        read_first_delay(env)
        doing = enforcement(env)
        self._look_ports = LookPorts(
            driver=fetch_driver(),
            budget=doing.ledger,
            block_lists=_BlockLists(env.METADATA),
            now=time.time,
            threats=ThreatCache(),
        )
        self.ports = Moderation(doing, self._look, _Bucket(env.MEDIA).read)

    async def _look(self, content: Content) -> Look:
        return await look(content, self._look_ports, self._settings)


class _Bucket:
    def __init__(self, bucket: Any) -> None:  # noqa: ANN401 - an R2 binding
        self._bucket = bucket

    async def read(self, key: str) -> bytes | None:
        """Return the bytes at a key, as many as are looked at and one more, None where there are none."""
        part = {"range": {"offset": 0, "length": MAX_FILE_BYTES + 1}}
        found = await answer_of(self._bucket.get(key, part), "the bucket")
        if found is None:
            return None
        data = await answer_of(found.arrayBuffer(), "the bucket")
        # The SDK's wrapper gives a view of memory, the platform's own object a buffer.
        return bytes(data) if isinstance(data, memoryview) else bytes(data.to_bytes())


class _BlockLists:
    def __init__(self, namespace: Any) -> None:  # noqa: ANN401 - a KV binding
        self._namespace = namespace

    async def shard(self, key: str) -> str | None:
        """Return a shard as it was stored, or None if no list was ever loaded."""
        found: str | None = await answer_of(self._namespace.get(key), "the block-list")
        return found


_moderator: Moderator | None = None


def moderator(env: Any) -> Moderator:  # noqa: ANN401 - the bindings
    """Return this isolate's part; raise MisconfiguredError for a variable that makes no sense."""
    global _moderator  # noqa: PLW0603 - one for the isolate
    if _moderator is None:
        try:
            _moderator = Moderator(env)
        except ValueError as error:
            raise MisconfiguredError(str(error)) from error
    return _moderator


def enforcement(env: Any) -> Enforcement:  # noqa: ANN401 - the bindings
    """Return whom enforcing talks to, which takes bindings alone: no variable can keep it from working."""
    return Enforcement(
        ledger=Ledger(env.MODERATION_LEDGER),
        assets=AssetOwners(env.ASSET),
        links=ShortLinkOwners(env.SHORT_LINK),
        edge_copies=EdgeCopies(env.EDGE),
        publishing=QueueMessages(env.PUBLISHING),
        notices=QueueMessages(env.NOTICES),
    )


def last_resort(env: Any) -> Moderation:  # noqa: ANN401 - the bindings
    """Return ports that look at nothing and have everything flagged, whatever the variables say."""
    return Moderation(enforcement(env), give_up, _Bucket(env.MEDIA).read)


async def look_at_new_content(batch: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
    """Consume the moderation queue: one message after the other, for each may hold a file in memory."""
    for message in batch.messages:
        await _settle(message, lambda: moderator(env).ports, env, MOST_DELAY_SECONDS)


async def flag_what_failed(batch: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
    """Consume the dead letters: each becomes a flagged case. What cannot be recorded now comes again."""
    for message in batch.messages:
        await _settle(message, lambda: last_resort(env), env, MOST_DEAD_DELAY_SECONDS)


async def _settle(message: Any, ports: Callable[[], Moderation], env: Any, most_seconds: int) -> None:  # noqa: ANN401 - the runtime's objects
    """Settle a message by itself: one that fails comes again without the others.

    The ports are made in here too: settings that make no sense must not have the whole batch come again at
    once, until its tries are used up and it is lost.
    """
    body = message.body
    event_id = body.get("event_id") if isinstance(body, dict) else None
    attempts = int(message.attempts)
    delay = backoff_seconds(attempts, _first_delay(env), most_seconds)
    try:
        wait = await moderate(body if isinstance(body, dict) else {}, ports())
    except MessageError as error:
        _log("error", "moderation_senseless", message=repr(body)[:1_000], error=str(error))
        message.ack()
    except Exception as error:  # noqa: BLE001 - whatever it is, the message comes again
        event = "moderation_misconfigured" if isinstance(error, MisconfiguredError) else "moderation_failed"
        _log("error", event, event_id=event_id, attempts=attempts, error=_words(error))
        message.retry({"delaySeconds": delay})
    else:
        if wait is None:
            _log("info", "moderated", event_id=event_id)
            message.ack()
            return
        # Who asked for a longer pause gets it.
        delay = delay if wait == WAIT_SECONDS else max(delay, round(wait))
        _log("info", "moderation_waits", event_id=event_id, attempts=attempts, delay=delay)
        message.retry({"delaySeconds": delay})


def read_first_delay(env: Any) -> int:  # noqa: ANN401 - the bindings
    """Return the seconds before the first retry; raise ValueError for a variable that says no such number."""
    text = _text(env, "MODERATION_RETRY_SECONDS") or str(FIRST_DELAY_SECONDS)
    if not (text.isascii() and text.isdecimal() and int(text) <= MAX_FIRST_DELAY_SECONDS):
        raise ValueError(
            f"MODERATION_RETRY_SECONDS must be a whole number up to {MAX_FIRST_DELAY_SECONDS}, not {text!r}"
        )
    return int(text)


def _first_delay(env: Any) -> int:  # noqa: ANN401 - the bindings
    try:
        return read_first_delay(env)
    except ValueError:
        return FIRST_DELAY_SECONDS


def _variables(env: Any) -> dict[str, str]:  # noqa: ANN401 - the bindings
    found = {name: _text(env, name) for name in DEFAULTS}
    return {name: "" if value == UNUSED else value for name, value in found.items() if value is not None}


def _text(env: Any, name: str) -> str | None:  # noqa: ANN401 - the bindings
    value = getattr(env, name, None)
    return value if isinstance(value, str) else None


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


def _log(level: str, event: str, **more: Any) -> None:  # noqa: ANN401 - JSON values
    print(json.dumps({"level": level, "event": event, **more}))
