"""Looking at content: everything that can be asked, the cheapest first, and what it comes to."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from ai_safety_scanner import async_scan, sample_steps, text_steps
from link_safety import ThreatCache
from moderating.hosts import judge_hosts
from moderating.opinions import Opinion, by_model, flagged, verdict_from
from moderating.patience import PatientSender
from moderating.pictures import samples_of, unseen
from moderating.threats import judge_threats
from moderating.words import judge_by_rules, texts_of
from moderation import ModerationDecision

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from casework import Spending
    from moderating.content import Content
    from moderating.settings import Settings
    from outbound import AsyncSender

WAIT_SECONDS: Final = 30.0
"""Until the next look where nobody asked for another pause."""
MIN_WAIT_SECONDS: Final = 1.0
MAX_WAIT_SECONDS: Final = 3_600.0
"""Whatever a service asks for: a case must not hang on one bad header."""

_ENOUGH: Final = frozenset({ModerationDecision.REJECTED, ModerationDecision.PENDING})


class Budget(Protocol):
    """What counts the paid calls of a day; the ledger does."""

    async def spend(self, calls: int, limit: int) -> Spending:
        """Take calls from the day's budget, all of them or none."""
        ...

    async def settle(self, day: str, taken: int, made: int) -> None:
        """Correct what was taken on a day to what was sent in the end."""
        ...


class BlockLists(Protocol):
    """Where the operator's list of blocked domains is kept."""

    async def shard(self, key: str) -> str | None:
        """Return a shard as it was stored, or None if no list was ever loaded."""
        ...


@dataclass(frozen=True, slots=True)
class LookPorts:
    """What looking needs. `threats` may live as long as the isolate, `now` is in seconds since 1970."""

    driver: AsyncSender
    budget: Budget
    block_lists: BlockLists
    now: Callable[[], float]
    threats: ThreatCache = field(default_factory=ThreatCache)


@dataclass(frozen=True, slots=True)
class Look:
    """What looking came to: `verdict` is what `LedgerStore.scan` takes.

    `retry_after_seconds` is set exactly when the decision is pending: when it may help to look again.
    """

    verdict: dict[str, Any]
    retry_after_seconds: float | None = None

    @property
    def decision(self) -> str:
        """Return approved, flagged, rejected or pending."""
        return str(self.verdict["decision"])


async def look(content: Content, ports: LookPorts, settings: Settings) -> Look:
    """Look at content and return what that came to.

    No failure approves. What the budget, the block-lists and `content.read` raise passes through: then
    nothing was decided, and the message is to come again.
    """
    sender = PatientSender(ports.driver, ports.now, settings.scan_timeout_seconds)
    opinions = judge_by_rules(content, settings.thresholds)
    for stage in (_hosts, _threats, _texts, _pictures):
        # What is refused, or has to be looked at again in any case, is not worth further calls.
        if any(one.decision in _ENOUGH for one in opinions):
            break
        opinions += await stage(content, ports, settings, sender)
    verdict = verdict_from(content, opinions, settings)
    if verdict["decision"] != ModerationDecision.PENDING:
        return Look(verdict)
    return Look(verdict, _wait(sender.asked_seconds))


def _wait(asked_seconds: float | None) -> float:
    wanted = WAIT_SECONDS if asked_seconds is None else asked_seconds
    return min(max(wanted, MIN_WAIT_SECONDS), MAX_WAIT_SECONDS)


async def _hosts(content: Content, ports: LookPorts, settings: Settings, _: PatientSender) -> list[Opinion]:
    return await judge_hosts(content.urls, ports.block_lists, settings.protected)


async def _threats(
    content: Content, ports: LookPorts, settings: Settings, sender: PatientSender
) -> list[Opinion]:
    if settings.safe_browsing is None:
        return []
    return await judge_threats(content.urls, settings.safe_browsing, ports.threats, sender, ports.now)


async def _texts(
    content: Content, ports: LookPorts, settings: Settings, sender: PatientSender
) -> list[Opinion]:
    """Return what the service says of the words."""
    texts = texts_of(content)
    if settings.openai is None or not texts:
        return []
    opinions: list[Opinion] = []
    async with _paid(len(texts), ports, settings, sender) as granted:
        if not granted:
            return [flagged("budget_used_up: text")]
        for text in texts:
            result = await async_scan(sender, text_steps(settings.openai, text))
            opinions.append(by_model("text", result, settings.thresholds))
            if opinions[-1].decision in _ENOUGH:
                break
    return opinions


async def _pictures(
    content: Content, ports: LookPorts, settings: Settings, sender: PatientSender
) -> list[Opinion]:
    """Return what the service says of the file."""
    if content.read is None:
        return []
    if settings.openai is None:
        return [unseen(settings.unseen_pictures)]
    samples = await samples_of(content)
    if isinstance(samples, Opinion):
        return [samples]
    async with _paid(len(samples), ports, settings, sender) as granted:
        if not granted:
            return [flagged("budget_used_up: picture")]
        result = await async_scan(sender, sample_steps(settings.openai, samples))
    return [by_model("picture", result, settings.thresholds)]


@asynccontextmanager
async def _paid(
    calls: int, ports: LookPorts, settings: Settings, sender: PatientSender
) -> AsyncIterator[bool]:
    """Take calls from the budget, and afterwards correct that to the tries that were sent.

    An outage breaks off most looks: what they did not send is for others.
    """
    spending = await ports.budget.spend(calls, settings.openai_calls_per_day)
    before = sender.tries
    try:
        yield spending["granted"]
    finally:
        made = sender.tries - before
        if spending["granted"] and made != calls:
            await ports.budget.settle(spending["day"], calls, made)
