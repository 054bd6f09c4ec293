"""Answers to visits of short links that take more than cloning a prepared response."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analytics.click_wire import write
from ratelimit.addresses import address_block
from ratelimit.headers import rate_limit_headers
from redirecting.decide import decide
from redirecting.outcomes import Kind, Outcome, cache_control
from redirecting.showing import asset_to_show, with_asset, without_asset
from redirecting.visit import Visit
from runtime.link_reader import UnavailableError
from runtime.password_gate import PasswordGate
from runtime.replies import page_reply, reply
from sharelinks.record import OPERATOR_ACCOUNT, LinkRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assets.record import AssetRecord
    from ratelimit.decisions import Decision
    from runtime.redirects import Redirects
    from runtime.visitors import Facts
    from sharelinks.link_cache import CachedLink
    from sharelinks.paths import LinkPath


NOT_FOUND = 404


class TooManyMissesError(Exception):
    """An address asked for too many codes that nobody claimed."""

    def __init__(self, decision: Decision) -> None:
        super().__init__()
        self.decision = decision


class LinkAnswers:
    """Looks a code up, decides and renders."""

    def __init__(self, edge: Redirects) -> None:
        self._edge = edge
        self._gate = PasswordGate(edge.settings.pepper, edge.limits, edge.policy)
        self._miss_threshold = edge.policy.misses.local_threshold()

    async def answer(
        self,
        request: Any,  # noqa: ANN401 - a JS object
        method: str,
        asked: LinkPath,
        query: str,
        address: str,
        facts: Facts,
        now: float,
        ctx: Any,  # noqa: ANN401 - a JS object
    ) -> Any:  # noqa: ANN401 - a JS object
        """Answer any visit of a code."""
        pages = _pages()

        async def may_ask_owner() -> bool:
            return await self._may_miss(address, now)

        try:
            entry = await self._edge.reader.find(asked.code, now, may_ask_owner, ctx.waitUntil)
        except TooManyMissesError as error:
            return self.too_many(error.decision, method)
        except UnavailableError:
            return page_reply(pages.unavailable(), method)
        if entry is None:
            if method == "GET" and not facts.agent.is_bot:
                self._edge.misses.note(OPERATOR_ACCOUNT, asked.code, now, ctx)
            return self.no_such_link(asked.code, method)
        visit = self._visit(request, asked, query, address, facts, now, entry)
        if asked.view:
            return self._view(asked, entry.record, visit, method, query)
        if method == "POST":
            return await self._unlock(request, asked, entry, visit, address, facts, ctx)
        outcome = self._decide(entry.record, visit)
        return await self._respond(outcome, method, asked, entry, visit, address, facts, ctx)

    def no_such_link(self, code: str | None, method: str) -> Any:  # noqa: ANN401 - a JS object
        """Return the friendly 404."""
        return page_reply(_pages().not_found(code), method)

    def too_many(self, decision: Decision, method: str) -> Any:  # noqa: ANN401 - a JS object
        """Return the 429 with what is known of the limit."""
        page = _pages().too_many((decision.retry_after_ms or decision.reset_after_ms) / 1000)
        return page_reply(page, method, rate_limit_headers(decision))

    def _visit(
        self,
        request: Any,  # noqa: ANN401 - a JS object
        asked: LinkPath,
        query: str,
        address: str,
        facts: Facts,
        now: float,
        entry: CachedLink,
    ) -> Visit:
        return Visit(
            now=now,
            country=facts.kind.country,
            user_agent=facts.agent,
            accept_language=request.headers.get("accept-language") or "",
            query=query,
            path_tail=asked.tail,
            visitor=self._edge.visitors.visitor(address, facts, entry.record.code, now) if address else "",
            entered_by=asked.code,
        )

    def _decide(self, record: LinkRecord, visit: Visit, *, unlocked: bool = False) -> Outcome:
        # A random draw decides only for a visitor without an address.
        return decide(
            record,
            visit,
            draw=random.random(),  # noqa: S311 - no secret depends on it
            base_url=self._edge.settings.base_url,
            unlocked=unlocked,
        )

    async def _respond(
        self,
        outcome: Outcome,
        method: str,
        asked: LinkPath,
        entry: CachedLink,
        visit: Visit,
        address: str,
        facts: Facts,
        ctx: Any,  # noqa: ANN401 - a JS object
    ) -> Any:  # noqa: ANN401 - a JS object
        is_click = method != "HEAD" and not facts.agent.is_bot
        if outcome.kind is Kind.LIMITED and outcome.then is not None:
            then = outcome.then
            return await self._limited(then, method, asked, entry, visit, facts, ctx, is_click=is_click)
        outcome, asset = await self._with_asset(outcome, visit.now, ctx)
        if outcome.status == NOT_FOUND and is_click:
            self._edge.misses.note(entry.record.account_id, asked.code, visit.now, ctx)
        if outcome.counts and is_click:
            self._edge.count(entry.record.code, address, facts, visit.now, ctx)
        response = self._render(outcome, method, asked, entry.record, asset)
        if outcome.kind is Kind.REDIRECT and method != "POST":
            self._edge.prepare(asked, entry, response, visit.now)
        return response

    async def _with_asset(
        self,
        outcome: Outcome,
        now: float,
        ctx: Any,  # noqa: ANN401 - a JS object
    ) -> tuple[Outcome, AssetRecord | None]:
        """Return the answer that the asset it leads to allows, and that asset's record."""
        asset_id = asset_to_show(outcome)
        if asset_id is None:
            return outcome, None
        try:
            asset = await self._edge.assets.record(asset_id, now, ctx)
        except UnavailableError:
            return without_asset(outcome), None
        return with_asset(outcome, asset), asset

    async def _limited(
        self,
        then: Outcome,
        method: str,
        asked: LinkPath,
        entry: CachedLink,
        visit: Visit,
        facts: Facts,
        ctx: Any,  # noqa: ANN401 - a JS object
        *,
        is_click: bool,
    ) -> Any:  # noqa: ANN401 - a JS object
        """Ask the owner for a click; without one there is no way on, and without an answer neither.

        An asset that cannot be shown takes none.
        """
        pages = _pages()
        if entry.is_full or not is_click:
            # Looking takes no click and so gives nothing away.
            return page_reply(
                pages.used_up(asked.code) if entry.is_full else pages.limited(asked.code), method
            )
        shown, asset = await self._with_asset(then, visit.now, ctx)
        if shown is not then:
            return self._render(shown, method, asked, entry.record)
        click = write([(visit.now, facts.kind, visit.visitor)])
        answer = await self._edge.take(entry.record.code, os.urandom(12).hex(), click)
        if answer is not None and answer["outcome"] == "taken":
            return self._render(shown, method, asked, entry.record, asset)
        return self._not_taken(answer, method, asked, entry, visit)

    def _not_taken(
        self,
        answer: Mapping[str, Any] | None,
        method: str,
        asked: LinkPath,
        entry: CachedLink,
        visit: Visit,
    ) -> Any:  # noqa: ANN401 - a JS object
        """Answer for an owner that gave no click, or did not answer."""
        pages = _pages()
        match None if answer is None else answer["outcome"]:
            case "full":
                entry.is_full = True
                return page_reply(pages.used_up(asked.code), method)
            case "stopped" if answer is not None:
                return self._stopped(LinkRecord.from_wire(answer["record"]), method, asked, visit)
            case "unclaimed":
                return self.no_such_link(asked.code, method)
            case _:
                return page_reply(pages.busy(), method)

    def _stopped(self, record: LinkRecord, method: str, asked: LinkPath, visit: Visit) -> Any:  # noqa: ANN401 - a JS object
        """Answer for a link of which its owner knows better that nobody is to follow it."""
        self._edge.cache.put(asked.code, record, visit.now)
        return self._render(self._decide(record, visit), method, asked, record)

    async def _unlock(
        self,
        request: Any,  # noqa: ANN401 - a JS object
        asked: LinkPath,
        entry: CachedLink,
        visit: Visit,
        address: str,
        facts: Facts,
        ctx: Any,  # noqa: ANN401 - a JS object
    ) -> Any:  # noqa: ANN401 - a JS object
        pages = _pages()
        locked = self._decide(entry.record, visit)
        if locked.kind is not Kind.PASSWORD:
            if entry.record.password:
                return self._render(locked, "POST", asked, entry.record)
            return page_reply(pages.no_form(), "POST")
        verdict = await self._gate.check(request, entry.record, address)
        if verdict.refusal is not None:
            seconds = (verdict.refusal.retry_after_ms or verdict.refusal.reset_after_ms) / 1000
            page = pages.password_form(retry_after=seconds)
            return page_reply(page, "POST", rate_limit_headers(verdict.refusal))
        if not verdict.is_open:
            return page_reply(pages.password_form(wrong=True), "POST")
        outcome = self._decide(entry.record, visit, unlocked=True)
        if outcome.kind is Kind.LIMITED and outcome.then is not None:
            outcome = outcome._replace(then=_after_a_form(outcome.then))
        return await self._respond(_after_a_form(outcome), "POST", asked, entry, visit, address, facts, ctx)

    def _view(self, asked: LinkPath, record: LinkRecord, visit: Visit, method: str, query: str) -> Any:  # noqa: ANN401 - a JS object
        pages = _pages()
        shown = replace(record, code=asked.code)
        if asked.view == "info":
            return page_reply(pages.info_page(shown, self._edge.settings.base_url, now=visit.now), method)
        return pages.qr_reply(asked, self._edge.settings.base_url, query, method)

    def _render(
        self,
        outcome: Outcome,
        method: str,
        asked: LinkPath,
        record: LinkRecord,
        asset: AssetRecord | None = None,
    ) -> Any:  # noqa: ANN401 - a JS object
        if outcome.kind is Kind.REDIRECT:
            headers = {"location": outcome.location, "cache-control": outcome.cache_control}
            return reply(outcome.status, headers)
        shown = replace(record, code=asked.code)
        settings = self._edge.settings
        page = _pages().page_of(outcome, shown, settings.base_url, asset, settings.appeal_contact)
        return page_reply(page, method)

    async def _may_miss(self, address: str, now: float) -> bool:
        """Ask whether this address may have one more code looked up at its owner."""
        limit = self._edge.policy.misses
        block = address_block(address)
        if not self._miss_threshold.must_ask(block, int(now * 1000)):
            return True
        decision = await self._edge.limits.check(limit.key(block), limit.config, on_failure=limit.on_failure)
        if not decision.allowed:
            raise TooManyMissesError(decision)
        return True


def _after_a_form(outcome: Outcome) -> Outcome:
    """A form is answered with 303, whatever the link's own status: the next request must be a GET."""
    if outcome.kind is not Kind.REDIRECT:
        return outcome
    return outcome._replace(status=303, cache_control=cache_control(303))


def _pages() -> Any:  # noqa: ANN401 - a module
    """Return the pages: loaded by the first visit that needs one, not when the Worker starts."""
    from runtime import link_pages  # noqa: PLC0415

    return link_pages
