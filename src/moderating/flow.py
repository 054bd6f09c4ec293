"""One message about new content, from reading it to its owner having heard what was decided.

Every step may be repeated: events of the ledger have ids that follow from the message and from what was seen,
so that a message that comes again, after a crash between any two steps too, does what is left to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assets.judged import Judged
from assets.names import original_key
from assets.states import APPROVED, FLAGGED, PENDING, REFUSED, REJECTED
from casework import Outcome
from casework.inputs import MAX_REASON_CHARACTERS
from casework.states import SEEN, State
from moderating.content import Content
from moderating.digests import link_content, link_sha256
from moderating.enforcing import ASSET, LINK, Fate, enforce
from moderating.errors import MessageError
from moderating.looking import Look
from moderation.audit_chain import canonical_json, digest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from assets.record import AssetRecord
    from assets.references import Reference
    from casework import Answer
    from moderating.enforcing import Enforcement

STEPS = ("opened", "looked", "scanned", "obeyed", "queued", "enforced")
"""What is done one after the other when content is approved; docs/moderation.md says what a crash leaves."""
SCAN, DOUBT = "scan", "doubt"
SCAN_FAILED = "scan_failed"
BLOCKED_HASH = "blocked_hash"
BLOCKED_BITS = 6
"""How much a picture may differ from a blocked one."""
BLOCK_LIST, NO_MODEL = "block_list", "none"
"""What stands for the model where a blocked hash decided, and where nothing could be looked at."""
DECIDED_BEFORE = "decided_before"
"""The model of a case that takes over what its asset's owner was told when there was no case."""
SOON_SECONDS = 1.0
"""When to look again at what was changed while it was looked at."""
MAX_TRIES = 5

_ID_DIGITS = 16
_GONE_FROM = (State.PENDING, State.FLAGGED, State.DOUBTED)
_RECORDED = (Outcome.CHANGED, Outcome.REPEATED)


@dataclass(frozen=True, slots=True)
class Moderation:
    """Whom the flow talks to. `read` gives the bytes at a key of the bucket, None where there are none."""

    enforcement: Enforcement
    look: Callable[[Content], Awaitable[Look]]
    read: Callable[[str], Awaitable[bytes | None]]


async def give_up(content: Content) -> Look:
    """Look at content whose message could not be worked off: a person has to."""
    verdict = {"sha256": content.sha256, "decision": FLAGGED, "reason": SCAN_FAILED}
    return Look({**verdict, "model": NO_MODEL, "thresholds": {}})


async def moderate(message: Mapping[str, Any], ports: Moderation) -> float | None:
    """Do what a message asks for; return None once that is settled, else in how many seconds to try again.

    Raises MessageError for one that no try will make sense of. What the ports raise passes through: then the
    message has to come again.
    """
    event_id = _word(message, "event_id")
    match message.get("kind"):
        case "asset":
            return await _asset(event_id, _word(message, "asset_id"), _word(message, "account_id"), ports)
        case "link":
            return await _link(event_id, _word(message, "code"), ports)
        case other:
            raise MessageError(f"nobody looks at {other!r}")


async def _asset(event_id: str, asset_id: str, account_id: str, ports: Moderation) -> float | None:
    subject, doing = f"{ASSET}:{asset_id}", ports.enforcement
    stored = await doing.assets.read(asset_id)
    if stored is None or not stored.references:
        await _gone(event_id, subject, doing)
        return None
    record, mine = stored.record, stored.reference_of(account_id)
    opened = await doing.ledger.open(f"open:{event_id}", subject, account_id, record.sha256)
    if _state(opened) == PENDING and record.state != PENDING:
        opened = await _adopt(event_id, subject, record, doing)
    words = _words(record, mine)
    is_first = opened.case is None or opened.case["account_id"] == account_id
    file = replace(words if is_first else Content(subject, record.sha256), **_file(record, ports))
    answer = await _decide(event_id, opened, file, None if mine is None else words, account_id, ports)
    if answer.wait is not None:
        return answer.wait
    judged = _judged(mine, answer)
    await enforce(subject, doing, judged)
    if judged is not None:
        # Also where nothing was due: what is the first account's may have been decided on long before.
        await doing.assets.confirm(asset_id, judged)
    return None


async def _link(event_id: str, code: str, ports: Moderation) -> float | None:
    subject, doing = f"{LINK}:{code}", ports.enforcement
    stored = await doing.links.read(code)
    if stored is None:
        await _gone(event_id, subject, doing)
        return None
    record = stored.record
    if record.alias_of is not None:
        return None
    sha256 = link_sha256(record)
    known = f"open:{event_id}:{sha256[:_ID_DIGITS]}"
    opened = await doing.ledger.open(known, subject, record.account_id, sha256)
    seen = link_content(record)
    content = Content(
        subject,
        sha256,
        title=seen["title"],
        tags=tuple(seen["tags"]),
        description=seen["description"],
        targets=tuple(seen["targets"]),
    )
    answer = await _decide(event_id, opened, content, None, record.account_id, ports)
    if answer.wait is not None:
        return answer.wait
    enforced = await enforce(subject, doing)
    return SOON_SECONDS if enforced.fate is Fate.STALE else None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What looking came to: in how many seconds to look again, None if all is said; and of the words whether
    they are fit, None where nobody judged them because nothing of the asset is seen."""

    wait: float | None = None
    is_fit: bool | None = None


async def _decide(
    event_id: str,
    opened: Answer,
    content: Content,
    words: Content | None,
    account_id: str,
    ports: Moderation,
) -> _Answer:
    """Have a pending case decided, and an account's words for an approved asset judged.

    `content` is all that the case is about: the words are part of it where the account is the first one that
    brought it. Another's words must not decide on a file. Somebody else may decide meanwhile.
    """
    case = opened.case
    for _ in range(MAX_TRIES):
        kind = _question(case, words)
        if kind is None:
            return _Answer()
        look = await (_look(content, words, ports) if kind == SCAN else ports.look(words or content))
        if kind == DOUBT and look.decision == APPROVED:
            return _Answer(is_fit=True)
        answer = await _record(kind, event_id, content, look, account_id, ports)
        said = _said(kind, look, answer.outcome, saw_words=_is_about(content, words))
        if said is not None:
            return said
        case = answer.case
    return _Answer(SOON_SECONDS)


def _said(kind: str, look: Look, outcome: Outcome, *, saw_words: bool) -> _Answer | None:
    """Return what a look came to that was recorded so, None where there is something left to find out."""
    if look.decision == PENDING or outcome is Outcome.STALE:
        return _Answer(look.retry_after_seconds or SOON_SECONDS)
    if kind == DOUBT:
        return _Answer(is_fit=False) if outcome in _RECORDED else None
    if outcome is not Outcome.CHANGED or (look.decision == APPROVED and not saw_words):
        return None
    return _Answer(is_fit=True if look.decision == APPROVED else None)


def _is_about(content: Content, words: Content | None) -> bool:
    """Tell whether whoever looked at content saw the words, too."""
    return words is None or (content.title, content.tags, content.description) == (
        words.title,
        words.tags,
        words.description,
    )


def _question(case: Mapping[str, Any] | None, words: Content | None) -> str | None:
    """Return what there is to find out: everything of a pending case, only the words of one that is seen."""
    state = case["state"] if case else None
    if state == PENDING:
        return SCAN
    return DOUBT if state in SEEN and words is not None else None


def _judged(mine: Reference | None, answer: _Answer) -> Judged | None:
    """Return what was judged of an account's hold; nothing where its words for what is seen are not fit."""
    if mine is None or answer.is_fit is False:
        return None
    return Judged(mine.account_id, mine.words if answer.is_fit else None)


async def _look(content: Content, words: Content | None, ports: Moderation) -> Look:
    """Look at everything; words alone reject no file that other accounts may have under other words.

    A file whose hash is blocked came in before that, or while the ledger did not answer at the door.
    """
    if words is not None:
        blocked = await ports.enforcement.ledger.match(content.sha256, None, BLOCKED_BITS)
        if blocked is not None:
            verdict = {"sha256": content.sha256, "decision": REJECTED, "reason": BLOCKED_HASH}
            return Look({**verdict, "model": BLOCK_LIST, "thresholds": {"bits": BLOCKED_BITS}})
    look = await ports.look(content)
    if look.decision != REJECTED or words is None:
        return look
    if (await ports.look(words)).decision == APPROVED:
        return look
    return replace(look, verdict={**look.verdict, "decision": FLAGGED})


async def _record(
    kind: str, event_id: str, content: Content, look: Look, account_id: str, ports: Moderation
) -> Answer:
    """Record a verdict once: the same one again is the same event, another one is another."""
    ledger = ports.enforcement.ledger
    known = f"{kind}:{event_id}:{digest(canonical_json(look.verdict))[:_ID_DIGITS]}"
    if kind == SCAN:
        return await ledger.scan(known, content.subject, look.verdict)
    return await ledger.doubt(known, content.subject, {**look.verdict, "account_id": account_id})


async def _adopt(event_id: str, subject: str, record: AssetRecord, doing: Enforcement) -> Answer:
    """Record what was decided on an asset when the ledger had no case of it yet."""
    decision = REJECTED if record.state in REFUSED else record.state
    reason = record.reason[:MAX_REASON_CHARACTERS]
    verdict = {"sha256": record.sha256, "decision": decision, "reason": reason, "model": DECIDED_BEFORE}
    return await doing.ledger.scan(f"adopt:{event_id}", subject, verdict)


async def _gone(event_id: str, subject: str, doing: Enforcement) -> None:
    """End a case that waits for content that is gone, so that nobody waits for it."""
    case = await doing.ledger.read(subject)
    if case is not None and case["state"] in _GONE_FROM:
        await doing.ledger.withdraw(f"gone:{event_id}:{case['round']}", subject)
    await enforce(subject, doing)


def _state(answer: Answer) -> str | None:
    return answer.case["state"] if answer.case else None


def _words(record: AssetRecord, mine: Reference | None) -> Content:
    content = Content(f"{ASSET}:{record.asset_id}", record.sha256)
    if mine is None:
        return content
    return replace(content, title=mine.title, tags=mine.tags, description=mine.description)


def _file(record: AssetRecord, ports: Moderation) -> dict[str, Any]:
    return {
        "content_type": record.content_type,
        "size_bytes": record.bytes,
        "read": lambda: ports.read(original_key(record)),
    }


def _word(message: Mapping[str, Any], name: str) -> str:
    value = message.get(name)
    if not isinstance(value, str) or not value:
        raise MessageError(f"a message without {name}")
    return value
