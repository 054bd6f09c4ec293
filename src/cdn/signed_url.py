"""Sign URLs and check them, with key rotation."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from cdn.canonical import (
    ENVELOPE,
    KEY_ID_SYNTAX,
    MAX_PARAMETERS,
    MAX_URL_LENGTH,
    MOMENT_SYNTAX,
    NOT_BEFORE,
    canonical_string,
    parameter_name,
    signature,
)
from cdn.errors import SigningError
from cdn.issuing import URL_SYNTAX, read_resource
from cdn.restrictions import make_restrictions
from cdn.values import as_text, is_duration
from cdn.verification import Refusal, Terms, Verdict, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from cdn.restrictions import Client

MAX_LIFETIME_SECONDS = 7 * 86_400
CLOCK_SKEW_SECONDS = 60


class SignedURL:
    """Grants access to one path until a moment. The host is not signed: a key belongs to a deployment.

    `secret_key` signs under `key_id`; `previous_keys` (secrets by key id) are only verified, so that URLs
    made before a rotation live on. `allowed_parameters` names the query parameters a valid URL may carry
    besides the signature's own; None allows any that was signed.
    """

    def __init__(
        self,
        secret_key: str,
        *,
        key_id: str = "k1",
        previous_keys: Mapping[str, str] | None = None,
        allowed_parameters: Collection[str] | None = None,
        max_lifetime_seconds: int = MAX_LIFETIME_SECONDS,
        clock_skew_seconds: int = CLOCK_SKEW_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        previous = dict(previous_keys or {})
        if key_id in previous:
            raise SigningError("invalid_key", f"key id {key_id!r} names both the current and a previous key")
        secrets = {name: _secret(name, text) for name, text in {key_id: secret_key, **previous}.items()}
        if max_lifetime_seconds <= 0 or clock_skew_seconds < 0:
            raise SigningError("invalid_lifetime", "the lifetime must be positive and the skew not negative")
        self._key_id = key_id
        self._terms = Terms(secrets, allowed_parameters, max_lifetime_seconds, clock_skew_seconds)
        self._clock = clock

    def generate_signed_url(
        self,
        base_url: str,
        expiration_seconds: float = 3600,
        additional_params: Mapping[str, str | int | float] | None = None,
        *,
        not_before: int | None = None,
        prefix: str | None = None,
        network: str | None = None,
        countries: Collection[str] | None = None,
    ) -> str:
        """Return `base_url` with its query, `additional_params` and the signature, parameters sorted.

        The URL is valid for at least `expiration_seconds` and less than a second longer, from `not_before`
        (epoch seconds) on if given. With `prefix`, a raw path, the same query is valid for every path below
        it and for it with an extension. `network` (an address or a range in CIDR notation) and `countries`
        (ISO codes) bind the URL to who asks. Raises SigningError for a lifetime that is not positive or
        exceeds the maximum, and for a URL, parameter or restriction that cannot be signed.
        """
        resource = read_resource(base_url, additional_params or {})
        expires = self._expiry(expiration_seconds)
        parameters = list(resource.parameters)
        if not_before is not None:
            if not MOMENT_SYNTAX.fullmatch(str(not_before)) or not_before >= expires:
                raise SigningError("invalid_lifetime", "not_before must be whole seconds before the expiry")
            parameters.append(f"{NOT_BEFORE}={not_before}")
        self._refuse_unknown(resource.parameters)
        restrictions = make_restrictions(resource.path, prefix, network, countries)
        parameters += restrictions.parameters()
        if len(parameters) > MAX_PARAMETERS - len(ENVELOPE):
            raise SigningError(
                "too_many_parameters", f"a signed URL holds at most {MAX_PARAMETERS} parameters"
            )
        canonical = canonical_string(self._key_id, prefix or resource.path, expires, parameters)
        signed = signature(self._terms.secrets[self._key_id], canonical)
        query = "&".join(
            (*sorted(parameters), f"expires={expires}", f"kid={self._key_id}", f"signature={signed}")
        )
        if len(resource.path) + len(query) > MAX_URL_LENGTH:
            raise SigningError("url_too_long", f"path and query exceed {MAX_URL_LENGTH} characters")
        return f"{resource.origin}{resource.path}?{query}"

    def validate_signed_url(self, url: str, *, client: Client | None = None) -> tuple[bool, str | None]:
        """Return (True, None), or False and a sentence that says why; never raises."""
        verdict = self.check(url, client)
        return verdict.refusal is None, verdict.message

    def check(self, url: str, client: Client | None = None) -> Verdict:
        """Judge an absolute URL as presented by a client; never raises."""
        match = URL_SYNTAX.fullmatch(as_text(url))
        if match is None:
            return Verdict(Refusal.MALFORMED)
        return self.check_parts(match["path"], match["query"] or "", client)

    def check_parts(self, path: str, query: str, client: Client | None = None) -> Verdict:
        """Judge a raw path and raw query, as the edge has them at hand; never raises."""
        return verify(path, query, self._terms, self._clock(), client)

    def _refuse_unknown(self, parameters: tuple[str, ...]) -> None:
        allowed = self._terms.parameters
        unknown = [
            name for name in map(parameter_name, parameters) if allowed is not None and name not in allowed
        ]
        if unknown:
            raise SigningError("unknown_parameter", f"not among the allowed parameters: {', '.join(unknown)}")

    def _expiry(self, seconds: float) -> int:
        longest = self._terms.max_lifetime_seconds
        if not is_duration(seconds) or seconds > longest:
            raise SigningError(
                "invalid_lifetime", f"expiration_seconds must be above 0 and at most {longest}"
            )
        return math.ceil(self._clock() + seconds)


def _secret(key_id: str, text: str) -> bytes:
    if not KEY_ID_SYNTAX.fullmatch(as_text(key_id)):
        raise SigningError("invalid_key", "a key id is 1 to 32 letters, digits, hyphens or underscores")
    if not as_text(text):
        raise SigningError("invalid_key", f"the secret of key {key_id} must be text and not empty")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise SigningError("invalid_key", f"the secret of key {key_id} is not encodable text") from error
