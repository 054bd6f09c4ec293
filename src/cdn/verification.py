"""Verify a signed URL: pure, without I/O, and without an exception for anything a client can send."""

from __future__ import annotations

import enum
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdn.canonical import (
    DOT_SEGMENT,
    ENVELOPE,
    EXPIRES,
    KEY_ID,
    KEY_ID_SYNTAX,
    MAX_PARAMETERS,
    MAX_URL_LENGTH,
    MOMENT_SYNTAX,
    NAMESPACE,
    NOT_BEFORE,
    PATH_SYNTAX,
    QUERY_SYNTAX,
    SIGNATURE,
    canonical_string,
    parameter_name,
    signature,
)
from cdn.restrictions import NAMES, Client, Restrictions, covers, is_inside, read_restrictions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class Refusal(enum.Enum):
    """Why a URL is refused; the value is the stable reason code."""

    MALFORMED = "malformed"
    MISSING_PARAMETER = "missing_parameter"
    DUPLICATE_PARAMETER = "duplicate_parameter"
    UNKNOWN_PARAMETER = "unknown_parameter"
    NOT_CANONICAL = "not_canonical"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    WRONG_PATH = "wrong_path"
    WRONG_ADDRESS = "wrong_address"
    WRONG_COUNTRY = "wrong_country"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    LIFETIME_EXCEEDED = "lifetime_exceeded"


MESSAGES = {
    Refusal.MALFORMED: "Malformed URL",
    Refusal.MISSING_PARAMETER: f"Missing signature parameters: {', '.join(ENVELOPE)} are required",
    Refusal.DUPLICATE_PARAMETER: "Duplicate query parameter",
    Refusal.UNKNOWN_PARAMETER: "Unknown query parameter",
    Refusal.NOT_CANONICAL: "Invalid signature: query parameters are not in signed order",
    Refusal.UNKNOWN_KEY: "Unknown signing key",
    Refusal.BAD_SIGNATURE: "Invalid signature",
    Refusal.WRONG_PATH: "URL is not valid for this path",
    Refusal.WRONG_ADDRESS: "URL is not valid for this address",
    Refusal.WRONG_COUNTRY: "URL is not valid in this country",
    Refusal.EXPIRED: "URL has expired",
    Refusal.NOT_YET_VALID: "URL is not valid yet",
    Refusal.LIFETIME_EXCEEDED: "URL expires later than the maximum lifetime allows",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome: `refusal` is None for a valid URL; `expires` is known once the signature held."""

    refusal: Refusal | None
    expires: int | None = None

    @property
    def message(self) -> str | None:
        """Return a sentence for people, or None for a valid URL."""
        return None if self.refusal is None else MESSAGES[self.refusal]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a verifier accepts: secrets by key id, parameter names (None: any), and its time limits."""

    secrets: Mapping[str, bytes]
    parameters: Collection[str] | None
    max_lifetime_seconds: int
    clock_skew_seconds: int


@dataclass(frozen=True, slots=True)
class _Claim:
    path: str
    key_id: str
    expires: int
    not_before: int | None
    signature: str
    parameters: list[str]
    restrictions: Restrictions

    @property
    def signed_path(self) -> str:
        """Return the path that was signed: the prefix, where one grants more than one path."""
        return self.restrictions.prefix or self.path


def verify(path: str, query: str, terms: Terms, now: float, client: Client | None = None) -> Verdict:
    """Judge a raw path and raw query (no `?`) as they came over the wire from a client."""
    claim = _read(path, query, terms)
    if isinstance(claim, Refusal):
        return Verdict(claim)
    secret = terms.secrets.get(claim.key_id)
    if secret is None:
        return Verdict(Refusal.UNKNOWN_KEY)
    canonical = canonical_string(claim.key_id, claim.signed_path, claim.expires, claim.parameters)
    expected = signature(secret, canonical)
    if not hmac.compare_digest(expected, claim.signature):
        return Verdict(Refusal.BAD_SIGNATURE)
    refusal = _judge_use(claim, client or Client()) or _judge_time(claim, terms, now)
    return Verdict(refusal, claim.expires)


def _judge_use(claim: _Claim, client: Client) -> Refusal | None:
    """Compare with what the URL is bound to."""
    bound = claim.restrictions
    if bound.prefix is not None and not covers(bound.prefix, claim.path):
        return Refusal.WRONG_PATH
    if bound.network is not None and not is_inside(bound.network, client.address):
        return Refusal.WRONG_ADDRESS
    if bound.countries is not None and client.country not in bound.countries:
        return Refusal.WRONG_COUNTRY
    return None


def _judge_time(claim: _Claim, terms: Terms, now: float) -> Refusal | None:
    """Compare with the clock. The allowance helps a signer whose clock is ahead; it never extends a URL."""
    if now >= claim.expires:
        return Refusal.EXPIRED
    if claim.not_before is not None and now + terms.clock_skew_seconds < claim.not_before:
        return Refusal.NOT_YET_VALID
    # One second more, because a signer rounds the expiry up to a whole second.
    if claim.expires - now > terms.max_lifetime_seconds + terms.clock_skew_seconds + 1:
        return Refusal.LIFETIME_EXCEEDED
    return None


def _read(path: str, query: str, terms: Terms) -> _Claim | Refusal:
    if not _is_well_formed(path, query):
        return Refusal.MALFORMED
    pairs = query.split("&") if query else []
    values = {parameter_name(pair): pair.partition("=")[2] for pair in pairs}
    refusal = None
    if len(values) != len(pairs):
        refusal = Refusal.DUPLICATE_PARAMETER
    elif any(name not in values for name in ENVELOPE):
        refusal = Refusal.MISSING_PARAMETER
    elif any(not _is_known(name, terms.parameters) for name in values):
        refusal = Refusal.UNKNOWN_PARAMETER
    elif not _is_in_order(pairs, values):
        refusal = Refusal.NOT_CANONICAL
    return refusal or _claim(path, values, pairs[: -len(ENVELOPE)])


def _is_well_formed(path: str, query: str) -> bool:
    if len(path) + len(query) > MAX_URL_LENGTH or query.count("&") >= MAX_PARAMETERS:
        return False
    if not PATH_SYNTAX.fullmatch(path) or DOT_SEGMENT.search(path) or not QUERY_SYNTAX.fullmatch(query):
        return False
    return not query or "" not in query.split("&")


def _is_in_order(pairs: list[str], values: Mapping[str, str]) -> bool:
    """Tell whether the parameters have the one spelling and order a signer writes."""
    parameters, envelope = pairs[: -len(ENVELOPE)], pairs[-len(ENVELOPE) :]
    return parameters == sorted(parameters) and envelope == [f"{name}={values[name]}" for name in ENVELOPE]


def _claim(path: str, values: Mapping[str, str], parameters: list[str]) -> _Claim | Refusal:
    not_before = values.get(NOT_BEFORE)
    moments = [values[EXPIRES]] if not_before is None else [values[EXPIRES], not_before]
    if not all(MOMENT_SYNTAX.fullmatch(moment) for moment in moments):
        return Refusal.MALFORMED
    restrictions = read_restrictions(values)
    if restrictions is None or not KEY_ID_SYNTAX.fullmatch(values[KEY_ID]):
        return Refusal.MALFORMED
    return _Claim(
        path=path,
        key_id=values[KEY_ID],
        expires=int(values[EXPIRES]),
        not_before=None if not_before is None else int(not_before),
        signature=values[SIGNATURE],
        parameters=parameters,
        restrictions=restrictions,
    )


def _is_known(name: str, allowed: Collection[str] | None) -> bool:
    if name in ENVELOPE or name == NOT_BEFORE or name in NAMES:
        return True
    if name.startswith(NAMESPACE):
        return False
    return allowed is None or name in allowed
