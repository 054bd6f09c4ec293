"""From a record and a visit to the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redirecting.conditions import fits
from redirecting.forwarding import forward, is_web
from redirecting.outcomes import Kind, Outcome, cache_control
from redirecting.split import choose_target
from sharelinks.record import (
    ACTIVE,
    ASSET_SCHEME,
    DELETED,
    DISABLED,
    PAGE,
    PENDING,
    REJECTED,
    TAKEN_DOWN,
)

if TYPE_CHECKING:
    from redirecting.visit import Visit
    from sharelinks.record import LinkRecord

UNKNOWN = Outcome(Kind.NOT_FOUND, 404, "unknown_link")
_DISABLED = Outcome(Kind.NOT_FOUND, 404, "disabled")
_NO_SUCH_PATH = Outcome(Kind.NOT_FOUND, 404, "no_such_path")
_NO_TARGET = Outcome(Kind.NOT_FOUND, 404, "no_target")
_NOT_STARTED = Outcome(Kind.NOT_YET, 404, "not_started")
_EXPIRED = Outcome(Kind.EXPIRED, 410, "expired")
_RENAMED = Outcome(Kind.GONE, 410, "renamed")
_PASSWORD = Outcome(Kind.PASSWORD, 200, "password_required")
_PROTECTED = Outcome(Kind.UNFURL, 200, "protected")
_TAKEN_DOWN_FOR = Outcome(Kind.BLOCKED, 451, "taken_down")
_LIMITED = Outcome(Kind.LIMITED, 503, "owner_unavailable")

_STOPPED = {
    DISABLED: _DISABLED,
    DELETED: Outcome(Kind.NOT_FOUND, 404, "deleted"),
    PENDING: Outcome(Kind.PENDING, 404, "pending"),
    TAKEN_DOWN: Outcome(Kind.GONE, 410, "taken_down"),
    REJECTED: Outcome(Kind.BLOCKED, 451, "rejected"),
}


def decide(
    record: LinkRecord | None, visit: Visit, *, draw: float, base_url: str, unlocked: bool = False
) -> Outcome:
    """Return the answer to a visit; `unlocked` says that this visitor has given the link's password.

    Checked in this order, the first that applies answers:

    1. state: unknown, deleted, disabled, pending, taken down, rejected; a state we do not know is disabled
    2. address: the old code of a renamed link after its grace, a path tail on a link that forwards none
    3. dates: not started, expired
    4. bots: those that unfurl get the Open Graph page of the link's own target, whatever the rules say; links
       with a password or a limit show them nothing, and a limit holds for all other bots too, since anybody
       can call himself one
    5. password
    6. rules, then split, then the target itself
    7. forwarding of path and query, which only http(s) targets take
    8. limit: last, so that the owner is asked for a click only if there is something to give for it

    `draw` is a random number in [0, 1), `base_url` our own address without a slash at its end.
    """
    if record is None:
        return UNKNOWN
    refusal = _refusal(record, visit)
    if refusal is not None:
        return refusal
    agent = visit.user_agent
    if agent.is_unfurler or (agent.is_bot and record.max_clicks is not None):
        return _preview(record, base_url)
    if record.password and not unlocked:
        return _PASSWORD
    outcome = _destination(record, visit, _target(record, visit, draw), base_url)
    if record.max_clicks is not None and outcome.counts:
        return _LIMITED._replace(then=outcome._replace(counts=False))
    return outcome


def _refusal(record: LinkRecord, visit: Visit) -> Outcome | None:
    if record.state != ACTIVE:
        return _stopped(record)
    if record.renamed_to is not None and _is_left(record, visit):
        return _RENAMED
    # Mail programs and people add a slash: it alone asks for nothing.
    if visit.path_tail and not record.forward_path and visit.path_tail != "/":
        return _NO_SUCH_PATH
    if record.starts_at is not None and visit.now < record.starts_at:
        return _NOT_STARTED
    if record.expires_at is not None and visit.now >= record.expires_at:
        return _EXPIRED
    return None


def _stopped(record: LinkRecord) -> Outcome:
    # Moderation gives a reason for what it takes down: that is withheld, as what it rejects. Without one
    # nobody says more than that the link is gone.
    is_stated = record.state == TAKEN_DOWN and record.reason
    outcome = _TAKEN_DOWN_FOR if is_stated else _STOPPED.get(record.state, _DISABLED)
    return outcome._replace(reason=record.reason, decided_at=record.decided_at)


def _is_left(record: LinkRecord, visit: Visit) -> bool:
    """Tell whether the visit came by a code that the link was renamed away from, its grace being over."""
    until = record.renamed_until
    return until is not None and visit.now >= until and visit.entered_by == record.code


def _preview(record: LinkRecord, base_url: str) -> Outcome:
    if record.password or record.max_clicks is not None:
        return _PROTECTED
    target = record.target
    asset_id = _asset_id(target)
    if asset_id is not None:
        return Outcome(Kind.UNFURL, 200, location=_asset_address(base_url, asset_id), asset_id=asset_id)
    return Outcome(Kind.UNFURL, 200, location=target) if is_web(target) else _NO_TARGET


def _target(record: LinkRecord, visit: Visit, draw: float) -> str:
    for rule in record.rules:
        if fits(rule, visit):
            return rule.target
    if record.split:
        return choose_target(record.split, record.alias_of or record.code, visit.visitor, draw)
    return record.target


def _destination(record: LinkRecord, visit: Visit, target: str, base_url: str) -> Outcome:
    asset_id = _asset_id(target)
    if asset_id is not None:
        location: str | None = _asset_address(base_url, asset_id)
    elif is_web(target):
        location = _forwarded(record, visit, target)
    else:
        return _NO_TARGET
    if location is None:
        return _NO_SUCH_PATH
    if record.mode == PAGE:
        return Outcome(Kind.PAGE, 200, location=location, counts=True, asset_id=asset_id)
    status = record.status
    return Outcome(Kind.REDIRECT, status, "", location, cache_control(status), True, asset_id)


def _forwarded(record: LinkRecord, visit: Visit, target: str) -> str | None:
    if not record.forward_path and not record.forward_query and not record.utm:
        return target
    return forward(
        target,
        record.utm,
        visit.path_tail if record.forward_path else "",
        visit.query if record.forward_query else "",
    )


def _asset_id(target: str) -> str | None:
    return target.removeprefix(ASSET_SCHEME) if target.startswith(ASSET_SCHEME) else None


def _asset_address(base_url: str, asset_id: str) -> str:
    return f"{base_url}/a/{asset_id}"
