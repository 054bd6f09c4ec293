"""Bearer tokens."""

from __future__ import annotations

import hashlib
import hmac

from accounts.principal import OPERATOR, VISITOR, Principal

_SCHEME = "bearer"


def authenticate_bearer(authorization: str | None, operator_token: str) -> Principal | None:
    """Return whom an Authorization header speaks for: a visitor without one, None for a bad one.

    Both tokens are hashed before they are compared, so that neither content nor length shows in the time it
    takes. An empty operator token matches nothing.
    """
    if authorization is None:
        return VISITOR
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != _SCHEME or not token.strip() or not operator_token:
        return None
    given, wanted = (hashlib.sha256(text.strip().encode()).digest() for text in (token, operator_token))
    return OPERATOR if hmac.compare_digest(given, wanted) else None
