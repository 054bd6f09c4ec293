"""The door of a link with a password: attempts are limited before anything is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

from ratelimit.addresses import address_block
from runtime.key_derivation import derive_key
from sharelinks.passwords import matches

if TYPE_CHECKING:
    from ratelimit.decisions import Decision
    from ratelimit.policy import Policy
    from runtime.rate_limits import RateLimiters
    from sharelinks.record import LinkRecord

MAX_FORM_BYTES = 4_096
_FORM_TYPE = "application/x-www-form-urlencoded"


class Verdict(NamedTuple):
    """What became of an attempt: right, wrong, or not looked at because of a limit."""

    is_open: bool
    refusal: Decision | None = None


class PasswordGate:
    """Checks the form of a link. An attempt is charged to the link and the address, and to the link alone."""

    def __init__(self, pepper: str, limits: RateLimiters, policy: Policy) -> None:
        self._pepper = pepper
        self._limits = limits
        self._limited_by = policy

    async def check(self, request: Any, record: LinkRecord, address: str) -> Verdict:  # noqa: ANN401 - a JS object
        """Return whether the request's form holds the link's password."""
        password = await _password(request)
        if not password:
            return Verdict(is_open=False)
        block = address_block(address)
        for limit, subjects in (
            (self._limited_by.password_attempts, (record.code, block)),
            (self._limited_by.password_link, (record.code,)),
        ):
            decision = await self._limits.check(
                limit.key(*subjects), limit.config, on_failure=limit.on_failure
            )
            if not decision.allowed:
                return Verdict(is_open=False, refusal=decision)
        return Verdict(await matches(record.password, password, self._pepper, derive_key))


async def _password(request: Any) -> str:  # noqa: ANN401 - a JS object
    """Return the field of the form, empty for any other body."""
    kind = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    length = request.headers.get("content-length") or ""
    if kind != _FORM_TYPE or not length.isdecimal() or int(length) > MAX_FORM_BYTES:
        return ""
    try:
        fields = parse_qs(await request.text(), max_num_fields=10, errors="strict")
    except ValueError:
        return ""
    return str(fields.get("password", [""])[0])
